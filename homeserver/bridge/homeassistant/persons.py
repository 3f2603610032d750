"""Commands about who asks and who lives here, and the few that pages of Home Assistant ask at their start."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ConfigDict

from homeserver.bridge.homeassistant.command import Asked, Bare, Message, Row
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.view.targets import FIELDS, Target, resolve


def _current_user(asked: Asked, _: Bare) -> Any:
    login, person = asked.login, asked.desk.house.people.person(asked.login)
    return {
        "id": login.removeprefix("person."),
        "name": person.name if person else login,
        "is_owner": person is not None and person.role == "owner",
        "is_admin": person is not None and person.role in ("owner", "adult"),
        "credentials": [],
        "mfa_modules": [],
    }


def _persons(asked: Asked, _: Bare) -> Any:
    sight = asked.desk.sight(asked.login)
    rows = []
    for entity_id in sight.ids():
        if entity_id.startswith("person."):
            said = sight.state(entity_id)["attributes"]
            name, id = said.get("friendly_name"), entity_id.partition(".")[2]
            trackers = said.get("device_trackers", [])
            rows.append({"id": id, "name": name, "user_id": said.get("user_id"), "device_trackers": trackers})
    return {"storage": rows, "config": []}


def _zones(asked: Asked, _: Bare) -> Any:
    sight, keys = asked.desk.sight(asked.login), ("latitude", "longitude", "radius", "passive", "icon")
    rows = []
    for entity_id in sight.ids():
        if entity_id.startswith("zone."):
            said = sight.state(entity_id)["attributes"]
            place = {key: said[key] for key in keys if key in said}
            rows.append({"id": entity_id.partition(".")[2], "name": said.get("friendly_name"), **place})
    return rows


class Extract(Message):
    target: dict[str, Any]
    expand_group: bool = False


def _extract(asked: Asked, message: Extract) -> Any:
    view = asked.desk.seen(asked.login)
    named = {name: _ids(message.target.get(name)) for name in FIELDS}
    known: Mapping[str, Mapping[str, Any]] = {
        "device_id": view.devices,
        "area_id": view.areas,
        "floor_id": view.floors,
        "label_id": view.labels,
    }
    missing = {
        name: [id for id in named[name] if view.place(name.removesuffix("_id"), id) not in there]
        for name, there in known.items()
    }
    entities = resolve(view, Target(named))
    devices = dict.fromkeys(device for id in entities if (device := view.device_of(id)))
    areas = dict.fromkeys(area for id in entities if (area := view.area_of(id)))
    return {
        "referenced_entities": [id for id in entities if id in view.configs],
        "referenced_devices": list(devices),
        "referenced_areas": list(areas),
        **{f"missing_{name.removesuffix('_id')}s": ids for name, ids in missing.items()},
    }


def _ids(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(map(str, given or ()))


class Dashboard(Message):
    url_path: str | None = None
    force: bool = False


class Language(Message):
    language: str
    category: str
    integration: str | list[str] | None = None
    config_flow: bool | None = None


class SaveDashboard(Message):
    config: Any = None
    url_path: str | None = None


class OfDevice(Message):
    device_id: str


class Capabilities(Message):
    trigger: dict[str, Any] | None = None
    condition: dict[str, Any] | None = None
    action: dict[str, Any] | None = None


class Core(Message):
    """Whatever of the home's settings somebody wants to change."""

    model_config = ConfigDict(defer_build=True, extra="allow", frozen=True)


def _answer(value: Any) -> Any:
    return lambda _, __: value


def _refuse(code: str, text: str) -> Any:
    def refuse(_: Asked, __: Message) -> None:
        raise Failure(code, text)

    return refuse


_NO_DASHBOARD: Final = "The home's page is made of what there is: it keeps no dashboards of Home Assistant's."
_SETTINGS: Final = "Name, place, units and language of the home are its settings: `homeserver settings` shows them."
_AUTOMATION: Final = ("trigger", "condition", "action")


ROWS: Final = (
    Row("auth/current_user", Bare, _current_user),
    Row("person/list", Bare, _persons),
    Row("zone/list", Bare, _zones),
    Row("extract_from_target", Extract, _extract),
    Row("frontend/get_themes", Bare, _answer({"themes": {}, "default_theme": "default", "default_dark_theme": None})),
    Row("frontend/get_translations", Language, _answer({"resources": {}})),
    Row("lovelace/resources", Bare, _answer([])),
    Row("lovelace/dashboards/list", Bare, _answer([])),
    Row("lovelace/info", Bare, _answer({"resource_mode": "storage"})),
    Row("lovelace/config", Dashboard, _refuse("config_not_found", "No config found.")),
    Row("lovelace/config/save", SaveDashboard, _refuse("not_supported", _NO_DASHBOARD)),
    Row("config/core/update", Core, _refuse("not_supported", _SETTINGS)),
    *(Row(f"device_automation/{kind}/list", OfDevice, _answer([])) for kind in _AUTOMATION),
    *(Row(f"device_automation/{kind}/capabilities", Capabilities, _answer({})) for kind in _AUTOMATION),
    Row("manifest/list", Bare, _answer([])),
    Row("tag/list", Bare, _answer([])),
    Row("repairs/list_issues", Bare, _answer({"issues": []})),
)
