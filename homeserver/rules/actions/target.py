"""Who a service call is meant for, as rules write it: in `target`, beside it, or among the data."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeserver.rules.actions.service_check import ServiceError
from homeserver.rules.compiler import Compiler, is_dynamic
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.yaml_source import Seq
from homeserver.topics.names import BadNameError, split_entity
from homeserver.view.targets import ALL, FIELDS, Target
from homeserver.view.view import View

REGISTRY_ID: Final = re.compile(r"[0-9a-f]{32}")
"""The id of an entity in Home Assistant's registry, which its editor writes into device actions."""
NOBODY: Final = "none"
Given = Mapping[str, Any]
"""Compiled values by field; under "" a template of the whole."""


def compile_target(fields: Fields, compiler: Compiler) -> dict[str, Any]:
    """What stands in `target` and beside it, compiled; raises `RuleError`."""
    found: dict[str, Any] = {}
    if "target" in fields and fields.take("target") is not None:
        value = fields.take("target")
        if isinstance(value, str):
            return {"": compiler.template(value, fields.line("target"), fields.where("target"))}
        inner = fields.inner("target")
        for name in FIELDS:
            found[name] = inner.take(name)
        inner.done()
    if "entity_id" in fields:
        found["entity_id"] = fields.take("entity_id")
    line = fields.line("target" if "target" in fields else "entity_id")
    return {
        name: compiler.data(value, line, fields.where(name)) if isinstance(value, str | Seq) else value
        for name, value in found.items()
        if value is not None
    }


def taken(data: Any, given: Given) -> dict[str, Any]:
    """The fields of a target, those among the data too, which are taken out there. What `target` says counts more."""
    moved: dict[str, Any] = {}
    if isinstance(data, dict):
        moved = {name: data.pop(name) for name in FIELDS if name in data}
    return {name: value for name, value in moved.items() if value is not None} | dict(given)


def is_fixed(given: Given) -> bool:
    """Whether no template decides any of it."""
    return not any(map(is_dynamic, given.values()))


def named(given: Given) -> Target:
    """Plain values as a target; raises `ServiceError`. An empty list means nobody, an empty text nothing."""
    ids: dict[str, tuple[str, ...]] = {}
    for field, value in given.items():
        parts = value if isinstance(value, list | tuple | set) else (value,)
        words = tuple(word.strip() for part in parts for word in str(part).split(",") if word.strip())
        if words or not isinstance(value, str):
            ids[field] = tuple(map(str.lower, words)) if field == "entity_id" else words
    for entity_id in ids.get("entity_id", ()):
        if entity_id not in (ALL, NOBODY) and not REGISTRY_ID.fullmatch(entity_id):
            try:
                split_entity(entity_id)
            except BadNameError as error:
                raise ServiceError(str(error), "entity_id") from error
    return Target(ids)


def has_members(target: Target, domain: str) -> bool:
    """Whether it names groups whose members of this domain are meant."""
    return domain != "group" and any(entity_id.startswith("group.") for entity_id in target.entity_ids)


def with_members(view: View, target: Target) -> Target:
    """The same with the members of groups in the place of the groups."""
    ids = tuple(dict.fromkeys(_members(view, target.entity_ids, set())))
    return Target({**target.named, "entity_id": ids}, target.but)


def _members(view: View, entity_ids: tuple[str, ...] | list[str], seen: set[str]) -> Iterator[str]:
    for entity_id in entity_ids:
        if not entity_id.startswith("group."):
            yield entity_id
        elif entity_id not in seen and (said := view.said(entity_id)) is not None:
            seen.add(entity_id)
            yield from _members(view, list(said.attributes.get("entity_id") or ()), seen)
