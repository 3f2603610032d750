"""The blocks of files that make entities of templates: `template:` with or without triggers, and the older
`platform: template`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.owned.template_actions import KINDS as SIMPLE
from homeserver.rules.owned.template_appliances import TemplateAlarm, TemplateVacuum
from homeserver.rules.owned.template_light import TemplateLight
from homeserver.rules.owned.template_machines import TemplateCover, TemplateFan, TemplateLock
from homeserver.rules.owned.templated import Templated
from homeserver.rules.owned.thing import Thing, done
from homeserver.rules.owned.triggered import Triggered
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import RuleError, not_yet, with_article
from homeserver.rules.reading.yaml_source import Map
from homeserver.topics.names import slug

KINDS: Final[Mapping[str, type[Templated]]] = {
    **SIMPLE,
    **{
        kind.domain: kind
        for kind in (TemplateAlarm, TemplateCover, TemplateFan, TemplateLight, TemplateLock, TemplateVacuum)
    },
}
"""By the field of a `template:` block."""
_LATER: Final = ("event", "image", "text", "update", "weather")
_LEGACY: Final = {
    **{"sensor": "sensors", "binary_sensor": "sensors", "switch": "switches"},
    **{"cover": "covers", "fan": "fans", "light": "lights"},
    **{"alarm_control_panel": "panels", "vacuum": "vacuums"},
}
"""Where the entities of the older form stand."""


def template_block(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
    """One item of a `template:` list: its entities."""
    triggered = _triggered(fields, compiler)
    unique = fields.text("unique_id")
    found: list[Templated] = []
    for domain, kind in KINDS.items():
        for item in fields.maps(domain):
            if not isinstance(item, Fields):
                raise RuleError(f"{with_article(domain)} of a template is a mapping, not {kind_of(item[0])}", *item[1:])
            found.append(kind(item, "", compiler, triggered=triggered is not None, legacy=False))
    for domain in _LATER:
        if domain in fields:
            error = not_yet(f"{domain} of a template", fields.line(domain), fields.where(domain))
            compiler.warn(error.text, error.line, error.field, error.code)
            fields.take(domain)
    done(fields)
    for thing in found:
        if unique and thing.unique_id:
            thing.unique_id = f"{unique}-{thing.unique_id}"
    if triggered is not None and found:
        triggered.take(found)
    yield from found


def _triggered(fields: Fields, compiler: Compiler) -> Triggered | None:
    if "trigger" not in fields and "triggers" not in fields:
        for name in ("variables", "conditions", "condition", "actions", "action"):
            if name in fields:
                raise fields.wrong(f"{name} needs triggers", name)
        return None
    return Triggered(fields, compiler)


def legacy_block(domain: str) -> Callable[[Fields, str, Compiler], Iterator[Thing]]:
    """`platform: template` under the key of its kind."""
    name = _LEGACY[domain]

    def make(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
        fields.need(name, f"name the {name}")
        inner = fields.inner(name)
        for one in inner.node:
            yield KINDS[domain](inner.inner(one), slug(str(one)), compiler, triggered=False, legacy=True)
        done(fields)

    return make


def older_lock(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
    """`platform: template` under `lock:`, which is one lock by itself and calls its name so."""
    node = Map()
    node.update(fields.node)
    node.line, node.lines = fields.node.line, dict(fields.node.lines)
    node.pop("platform", None)
    if "name" in node:
        node["friendly_name"], node.lines["friendly_name"] = node.pop("name"), node.lines["name"]
    yield KINDS["lock"](Fields(node, fields.way), "", compiler, triggered=False, legacy=True)
