"""What can be asked of the home, as `get_services` tells it: made of the one table of services.

Shape: `{domain: {service: {name, description, fields, target?}}}`, https://developers.home-assistant.io/docs/api/websocket.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from homeserver.bridge.sight import Sight
from homeserver.topics.services import SERVICES

_SELECTORS: Final[Mapping[str, dict[str, Any]]] = {
    "boolean": {"boolean": {}},
    "integer": {"number": {"mode": "box"}},
    "number": {"number": {"mode": "box", "step": "any"}},
    "string": {"text": {}},
}
_RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "persistent_notification.create": ("message", "title", "notification_id"),
    "persistent_notification.dismiss": ("notification_id",),
    "persistent_notification.dismiss_all": (),
    "logbook.log": ("name", "message", "entity_id"),
    "conversation.process": ("text", "language", "conversation_id", "agent_id"),
}
"""By full name: the fields of each."""
HOME: Final = ("turn_on", "turn_off", "toggle")
"""Services of the domain `homeassistant`, which entities of any kind have."""


def services_of(sight: Sight) -> dict[str, Any]:
    """Services of the kinds that somebody sees something of, and his scripts."""
    ids = sight.ids()
    domains = {entity_id.partition(".")[0] for entity_id in ids}
    offered: dict[str, Any] = {domain: dict(_domain(domain)) for domain in sorted(domains) if SERVICES.get(domain)}
    offered["homeassistant"] = {name: _described(name, {}, {"entity": [{}]}) for name in HOME}
    for entity_id in ids:
        domain, _, name = entity_id.partition(".")
        if domain == "script":
            said = _described(str(sight.state(entity_id)["attributes"]["friendly_name"]), {}, None)
            offered["script"][name] = {**said, "response": {"optional": True}}
    return offered


def of_the_rules(people: Iterable[str]) -> dict[str, Any]:
    """Services that no entity has, for those who may ask the rules for them. `people`: whom `notify` tells."""
    told = {f"notify.{id}": ("message", "title", "data") for id in people}
    made: dict[str, Any] = {}
    for name, fields in (*_RULES.items(), *told.items()):
        domain, _, service = name.partition(".")
        shown = {field: _field(field, field in ("message", "text")) for field in fields}
        answer = {"response": {"optional": True}} if name == "conversation.process" else {}
        made.setdefault(domain, {})[service] = {**_described(service, shown, None), **answer}
    return made


def _field(name: str, required: bool) -> dict[str, Any]:
    selector: dict[str, Any] = {"object": {}} if name == "data" else {"text": {}}
    words = name.replace("_", " ").capitalize()
    return {"name": words, "description": "", "required": required, "selector": selector}


@cache
def _domain(domain: str) -> dict[str, Any]:
    target = {"entity": [{"domain": [domain]}]}
    return {name: _described(name, _fields(service.model), target) for name, service in SERVICES[domain].items()}


def _described(name: str, fields: dict[str, Any], target: dict[str, Any] | None) -> dict[str, Any]:
    words = name.replace("_", " ").capitalize()
    said: dict[str, Any] = {"name": words, "description": f"{words}.", "fields": fields}
    return said if target is None else {**said, "target": target}


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    required = schema.get("required", [])
    return {
        name: {
            "name": name.replace("_", " ").capitalize(),
            "description": shape.get("description", ""),
            "required": name in required,
            "selector": _selector(shape),
        }
        for name, shape in schema.get("properties", {}).items()
    }


def _selector(shape: dict[str, Any]) -> dict[str, Any]:
    kinds = [shape, *shape.get("anyOf", [])]
    options = next((kind["enum"] for kind in kinds if "enum" in kind), None)
    if options:
        return {"select": {"options": [str(option) for option in options]}}
    kind = next((kind["type"] for kind in kinds if kind.get("type") in _SELECTORS), None)
    return dict(_SELECTORS[kind]) if kind else {"object": {}}
