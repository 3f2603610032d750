"""Commands about configuration entries: what brings entities into the home, one entry for each worker that owns some.

Nothing can be set up, disabled or taken away here, for that is done with workers. Shapes: `as_json_fragment` of Home
Assistant's `config_entries.py`, and its component `config`.
"""

from typing import Any, Final

from homeserver.bridge.homeassistant.command import Asked, Bare, Message, Row, Then
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.homeassistant.registries import platform_of
from homeserver.view.view import View

_TITLES: Final = {"mqtt": "MQTT", "rules": "Rules", "people": "People", "mobile_app": "Mobile app"}
_WORKERS: Final = "This is a worker of the home: System, on the home's own page, starts and stops workers."


def entry_row(platform: str) -> dict[str, Any]:
    """The entry of one worker; its id is the platform of the entities that it owns."""
    return {
        "created_at": 0.0,
        "modified_at": 0.0,
        "entry_id": platform,
        "domain": platform,
        "title": _TITLES.get(platform, platform.replace("_", " ").capitalize()),
        "source": "system",
        "state": "loaded",
        "supports_options": False,
        "supports_remove_device": False,
        "supports_unload": False,
        "supports_reconfigure": False,
        "supported_subentry_types": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "disabled_by": None,
        "reason": None,
        "error_reason_translation_key": None,
        "error_reason_translation_placeholders": None,
        "num_subentries": 0,
    }


def _platforms(view: View) -> list[str]:
    return list(dict.fromkeys(platform_of(view.configs.get(id)) for id in view.configs))


class Which(Message):
    type_filter: list[str] | str | None = None
    domain: str | None = None


class Entry(Message):
    entry_id: str


class Disable(Entry):
    disabled_by: str | None = None


class Subentry(Entry):
    subentry_id: str


class Ignore(Message):
    flow_id: str
    title: str


def _list(asked: Asked, message: Which) -> list[dict[str, Any]]:
    kinds = [message.type_filter] if isinstance(message.type_filter, str) else message.type_filter
    if kinds is not None and "hub" not in kinds:
        return []
    found = _platforms(asked.desk.seen(asked.login))
    return [entry_row(one) for one in found if message.domain in (None, one)]


def _find(asked: Asked, id: str) -> dict[str, Any]:
    if id not in _platforms(asked.desk.seen(asked.login)):
        raise Failure("not_found", "Config entry not found")
    return entry_row(id)


def _one(asked: Asked, message: Entry) -> Any:
    return {"config_entry": _find(asked, message.entry_id)}


def _subscribe(asked: Asked, message: Which) -> Then:
    """All that there are; nothing more comes, for workers come with a restart of the home."""

    def begin() -> None:
        asked.session.event(asked.id, [{"type": None, "entry": row} for row in _list(asked, message)])
        asked.session.subscribe(asked.id, _nothing)

    return Then(None, begin)


def _nothing() -> None:
    """What a subscription that is told everything at once leaves behind."""


def _fixed(asked: Asked, message: Entry) -> None:
    _find(asked, message.entry_id)
    raise Failure("not_supported", _WORKERS)


def _no_subentries(asked: Asked, message: Entry) -> list[Any]:
    _find(asked, message.entry_id)
    return []


def _no_subentry(asked: Asked, message: Subentry) -> None:
    _find(asked, message.entry_id)
    raise Failure("not_found", "Config subentry not found")


def _no_flow(_: Asked, __: Ignore) -> None:
    raise Failure("not_found", "Config flow not found")


ROWS: Final = (
    Row("config_entries/get", Which, _list),
    Row("config_entries/get_single", Entry, _one),
    Row("config_entries/subscribe", Which, _subscribe),
    Row("config_entries/update", Disable, _fixed),
    Row("config_entries/disable", Disable, _fixed),
    Row("config_entries/flow/progress", Bare, lambda _, __: []),
    Row("config_entries/ignore_flow", Ignore, _no_flow),
    Row("config_entries/subentries/list", Entry, _no_subentries),
    Row("config_entries/subentries/delete", Subentry, _no_subentry),
)
