"""Updates: which version a device runs, which there is, and the word that installs it.

A report is the installed version, or a JSON object with more. Facts: Home Assistant's documentation of MQTT update.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from homeserver.home.component import ALL, Component, EncodeOf, Make, Reads, Sends, encode_of
from homeserver.home.config import Config
from homeserver.home.entity import STATE, Derive, Encode, Entity, Present
from homeserver.home.parsing import IGNORED, NONE, Parse
from homeserver.home.report import Unreadable
from homeserver.topics.call import CallError
from homeserver.view.templates import Templates

INSTALLED: Final = "installed_version"
LATEST: Final = "latest_version"
_TEXTS: Final = ("title", "release_summary", "release_url", "entity_picture")
_FACTS: Final = frozenset((INSTALLED, LATEST, "in_progress", "update_percentage", *_TEXTS))
_NUMBER: Final = re.compile(r"v?(\d+(?:\.\d+)*)")
_LONGEST: Final = 255


def _text(value: Any) -> str | None:
    return None if value is None or value == NONE else str(value)[:_LONGEST]


def _report(config: Config) -> Parse:
    def parse(text: str) -> Any:
        if text in ("", "{}"):
            return IGNORED
        try:
            fields = orjson.loads(text)
        except orjson.JSONDecodeError:
            fields = None
        if not isinstance(fields, dict):
            return {INSTALLED: _text(text)}
        return {name: _text(fields[name]) for name in (INSTALLED, LATEST, *_TEXTS) if name in fields} | _progress(
            fields
        )

    return parse


def _progress(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A percentage tells that the installation is under way, unless it is said that it is not."""
    part, running = fields.get("update_percentage"), fields.get("in_progress")
    if part is not None and (type(part) not in (int, float) or not 0 <= part <= 100):
        raise Unreadable(f"`update_percentage` is {str(part)[:40]!r}: it must be a number from 0 to 100")
    if isinstance(running, bool):
        return {"in_progress": running, "update_percentage": part if running else None}
    if "update_percentage" in fields:
        return {"update_percentage": part} | ({"in_progress": True} if part is not None else {})
    return {}


def _state(config: Config) -> Derive:
    def derive(entity: Entity) -> str | None:
        installed, latest = entity.facts.get(INSTALLED), entity.facts.get(LATEST)
        if installed is None or latest is None:
            return None
        return "on" if is_newer(latest, installed) else "off"

    return derive


def is_newer(latest: str, installed: str) -> bool:
    """Numbers are compared as numbers; of anything else it is known only whether it differs."""
    if latest == installed:
        return False
    one, two = _NUMBER.fullmatch(latest), _NUMBER.fullmatch(installed)
    if one is None or two is None:
        return True
    return _numbers(one[1]) > _numbers(two[1])


def _numbers(version: str) -> list[int]:
    parts = [int(part) for part in version.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _shows(config: Config) -> Present:
    given = {name: config.maybe_text(name) for name in ("title", "release_summary", "release_url")}

    def present(state: str | None, facts: Mapping[str, Any]) -> dict[str, Any]:
        plain = {INSTALLED: None, LATEST: None, "in_progress": False, "update_percentage": None}
        return plain | given | dict(facts)

    return present


def _capabilities(config: Config) -> dict[str, Any]:
    return {"display_precision": config.whole("display_precision", 0, 0, 20)}


def _install(config: Config) -> Make:
    word = config.text("payload_install", "")

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        for name in ("version", "backup"):
            if data.get(name):
                raise CallError("invalid", f"{entity.id} installs the latest version and takes no {name}", name)
        if entity.facts.get("in_progress"):
            raise CallError("conflict", f"{entity.id} is being installed already")
        if entity.state == "off":
            raise CallError("conflict", f"{entity.id} has the latest version, {entity.facts.get(LATEST)}, already")
        return word, {}

    return make


def _installs(config: Config, templates: Templates) -> Encode | None:
    """Only what says with which word it is told to."""
    install: EncodeOf = encode_of(Sends(_install, template=""))
    return install(config, templates) if config.has("payload_install") else None


UPDATE: Final = Component(
    domain="update",
    names="Update",
    reads=(
        Reads("state_topic", "value_template", _report, into=ALL),
        Reads("latest_version_topic", "latest_version_template", lambda config: _latest, into=LATEST),
    ),
    services={"install": _installs},
    shows=_capabilities,
    present=_shows,
    facts=_FACTS,
    reported=lambda config: frozenset((STATE,)),
    derive=_state,
)


def _latest(text: str) -> Any:
    return _text(text) if text else IGNORED
