"""The `target` of a named trigger or condition: entities, devices, areas, floors, labels, and what is left out."""

from homeserver.rules.compiler import Compiler
from homeserver.rules.purpose.kind import Kind
from homeserver.rules.reading.fields import Fields
from homeserver.view.targets import ALL, FIELDS, Target

_BUT = "exclude"
_NAME = "say which entity, device, area, floor or label, such as target: {area_id: kitchen}"


def read_target(fields: Fields, kind: Kind, compiler: Compiler) -> Target:
    """Compile the field; raises `RuleError`. Entities that the kind is not about are told of."""
    fields.need("target", _NAME)
    inner = fields.inner("target")
    but = _named(inner.inner(_BUT)) if _BUT in inner else None
    made = Target(_named(inner).named, but)
    inner.done()
    if not any(made.named.values()):
        raise fields.wrong(f"target names nothing: {_NAME}", "target")
    for entity_id in made.entity_ids:
        if entity_id not in (ALL, "none") and entity_id.partition(".")[0] not in kind.sources:
            about = ", ".join(sorted(kind.sources))
            text = f"{kind.name} does not look at {entity_id}: it is about {about}"
            compiler.warn(text, inner.line("entity_id"), inner.where("entity_id"), "doubtful")
    return made


def _named(fields: Fields) -> Target:
    named: dict[str, tuple[str, ...]] = {}
    for name in FIELDS:
        ids = fields.words(name) or ()
        if any("{" in id for id in ids):
            raise fields.wrong(f"{name} must be plain: what a trigger or condition looks at is no template", name)
        if name == "entity_id" and ids not in ((ALL,), ("none",)):
            ids = fields.entities(name, required=False)
        if ids:
            named[name] = tuple(part.strip() for id in ids for part in id.split(",") if part.strip())
    if _BUT not in fields:
        fields.done()
    return Target(named)
