"""What a phone says by its webhook, and what it is answered: one row for each type.

In everything it speaks as its person, who may what he may. Types and shapes:
https://developers.home-assistant.io/docs/api/native-app-integration/sending-data. Keeps nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from homeserver.bridge.homeassistant.acting import fire, tell
from homeserver.bridge.homeassistant.conversation import Process, process
from homeserver.bridge.homeassistant.desk import Desk
from homeserver.bridge.homeassistant.templates import render_once
from homeserver.bridge.mobile_app.phones import Phone, Phones
from homeserver.bridge.refusals import Refusal
from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.view.templates import TemplateError

CLIENTS: Final = "clients"
"""The worker that has the entities of phones."""
PRESSED: Final = "mobile_app_notification_action"
"""A button was pressed: of a notification that he was told, once; for rules take it for a consent."""
OWN_EVENTS: Final = frozenset({PRESSED, "mobile_app_notification_cleared", "mobile_app_notification_received"})
"""What everybody's phone may tell: what became of what it was told."""
THEME: Final = "#1b6f6a"
_Text = Annotated[str, Field(max_length=255)]


class Said(BaseModel):
    """What an app says; what else it says is for others."""

    model_config = ConfigDict(defer_build=True, extra="ignore", frozen=True)


class Nothing(Said):
    """A question without fields."""


class CallService(Said):
    domain: _Text
    service: _Text
    service_data: dict[str, Any] = Field(default_factory=dict)


class FireEvent(Said):
    event_type: _Text
    event_data: dict[str, Any] = Field(default_factory=dict)


class One(Said):
    template: Annotated[str, Field(max_length=20_000)]
    variables: dict[str, Any] = Field(default_factory=dict)


class Templates(Said):
    """By a name of the app's own."""

    templates: dict[str, One] = Field(max_length=50)


class Location(Said):
    """Whole numbers are taken with a fraction too; what the app knows no value of it leaves out, or says null."""

    gps: tuple[float, float] | None = None
    gps_accuracy: float | None = None
    location_name: str | None = None
    battery: float | None = None
    speed: float | None = None
    altitude: float | None = None
    course: float | None = None
    vertical_accuracy: float | None = None


class Registration(Said):
    """What an app says of its phone; `device_name` at least."""

    app_data: Annotated[dict[str, Any] | None, Field(max_length=50)] = None
    app_id: _Text | None = None
    app_name: _Text | None = None
    app_version: _Text | None = None
    device_name: Annotated[str, Field(min_length=1, max_length=255)]
    device_id: _Text | None = None
    manufacturer: _Text | None = None
    model: _Text | None = None
    os_name: _Text | None = None
    os_version: _Text | None = None


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class Sensor(Said):
    type: Any
    unique_id: Any
    name: Any
    state: Any = None
    attributes: dict[str, Any] = Field(default_factory=dict)
    device_class: Annotated[str | None, BeforeValidator(_lower)] = None
    unit_of_measurement: str | None = None
    entity_category: str | None = None
    state_class: str | None = None
    icon: str | None = None
    disabled: bool | None = None


class Readings(Said):
    sensors: Annotated[
        list[dict[str, Any]], BeforeValidator(lambda value: value if isinstance(value, list) else [value])
    ]


class Camera(Said):
    camera_entity_id: _Text


class Sentence(Said):
    text: Annotated[str, Field(max_length=10_000)]
    language: str | None = None
    conversation_id: str | None = None


class Tag(Said):
    tag_id: Annotated[str, Field(min_length=1, max_length=255)]


@record
class Speaking:
    """A phone that says something."""

    desk: Desk
    phones: Phones
    phone: Phone
    cause: Cause

    @property
    def login(self) -> str:
        return self.phone.login

    async def ask(self, verb: str, **args: Any) -> Any:
        """Of the worker that has its entities; raises `CallError`."""
        return await self.desk.ask(self.login, CLIENTS, verb, {"phone": self.phone.id, **args}, self.cause)


Answer = tuple[int, Any]
Work = Callable[[Speaking, Any], Awaitable[Answer]]
EMPTY: Final[Answer] = (200, {})


async def _call_service(speaking: Speaking, said: CallService) -> Answer:
    desk = speaking.desk
    await desk.services.carry_out(speaking.login, said.domain, said.service, said.service_data, speaking.cause)
    return EMPTY


async def _fire_event(speaking: Speaking, said: FireEvent) -> Answer:
    desk, login, data = speaking.desk, speaking.login, said.event_data
    if said.event_type not in OWN_EVENTS:
        await fire(desk, login, said.event_type, data, speaking.cause)
        return EMPTY
    if said.event_type == PRESSED:
        of = desk.channels.pressed(login, str(data.get("action", "")))
        if of is None and not desk.events.may_hear(login, PRESSED):
            raise Refusal("denied", "You were offered no such button, or it was pressed already.")
        data = {**data, **(of or {})}
    await tell(desk, login, said.event_type, data, speaking.cause)
    return EMPTY


async def _render(speaking: Speaking, said: Templates) -> Answer:
    return 200, {name: _rendered(speaking, one) for name, one in said.templates.items()}


def _rendered(speaking: Speaking, one: One) -> Any:
    try:
        return render_once(speaking.desk, speaking.login, one.template, one.variables)
    except TemplateError as error:
        return {"error": error.text}


async def _location(speaking: Speaking, said: Location) -> Answer:
    await speaking.ask("tell_location", **said.model_dump(exclude_none=True, mode="json"))
    return EMPTY


async def _registration(speaking: Speaking, said: Registration) -> Answer:
    told = await speaking.ask("update_phone", facts=said.model_dump(exclude_none=True))
    speaking.phones.name(speaking.phone, said.device_name)
    speaking.desk.joined(speaking.phone, told["facts"])
    return 200, safe(told["facts"], encrypts=speaking.phone.secret is not None)


def safe(facts: Mapping[str, Any], *, encrypts: bool) -> dict[str, Any]:
    """A registration as apps are told of it."""
    told = ("app_data", "app_id", "app_name", "app_version", "device_name", "manufacturer", "model", "os_version")
    return {**{name: facts[name] for name in told}, "supports_encryption": encrypts}


async def _encryption(speaking: Speaking, _: Nothing) -> Answer:
    if speaking.phone.secret is not None:
        return 400, failed("encryption_already_enabled", "Encryption already enabled")
    return 200, {"secret": speaking.phones.encrypt(speaking.phone)}


async def _register_sensor(speaking: Speaking, said: Sensor) -> Answer:
    await speaking.ask("register_sensor", **said.model_dump(exclude_unset=True))
    return 201, {"success": True}


async def _readings(speaking: Speaking, said: Readings) -> Answer:
    """Each for itself: one that is wrong keeps no other from being told."""
    told, good = dict[str, Any](), list[dict[str, Any]]()
    for one in said.sensors:
        if fault := _fault(one):
            told[str(one.get("unique_id"))] = failed("invalid_format", fault)
        else:
            good.append({name: value for name, value in one.items() if name in _READING})
    found = (await speaking.ask("tell_sensors", sensors=good))["sensors"] if good else []
    for one, row in zip(good, found, strict=True):
        id = row["unique_id"]
        if not row["registered"]:
            told[id] = failed("not_registered", f"{one['type']} {id} is not registered")
        else:
            told[id] = {"success": True, **({"is_disabled": True} if row["disabled"] else {})}
    return 200, told


_READING: Final = ("type", "unique_id", "state", "attributes", "icon")


def _fault(one: dict[str, Any]) -> str:
    """What is wrong with a reading, in a sentence; empty where nothing is."""
    if one.get("type") not in ("sensor", "binary_sensor"):
        return "type must be sensor or binary_sensor"
    id, state = one.get("unique_id"), one.get("state", _fault)
    if not isinstance(id, str) or not 1 <= len(id) <= 255:
        return "unique_id must be a text of 1 to 255 letters"
    if state is not None and not isinstance(state, str | int | float):
        return "state is missing, or no text, number or truth value"
    if not isinstance(one.get("attributes", {}), dict) or len(one.get("attributes", {})) > 200:
        return "attributes must be an object with 200 fields at most"
    icon = one.get("icon")
    return (
        "" if icon is None or (isinstance(icon, str) and len(icon) <= 100) else "icon must be a text such as mdi:walk"
    )


async def _zones(speaking: Speaking, _: Nothing) -> Answer:
    sight = speaking.desk.sight(speaking.login)
    return 200, [sight.state(id) for id in sorted(sight.ids()) if id.startswith("zone.")]


async def _config(speaking: Speaking, _: Nothing) -> Answer:
    config, told = speaking.desk.config(speaking.login), await speaking.ask("phone")
    names = ("latitude", "longitude", "elevation", "unit_system", "location_name", "time_zone", "components", "version")
    entities = {id: {"disabled": off} for id, off in told["entities"].items()}
    more = {"hass_device_id": told["device"], "theme_color": THEME, "entities": entities}
    return 200, {**{name: config[name] for name in names}, **more}


async def _camera(speaking: Speaking, said: Camera) -> Answer:
    """Its pictures one by one; there is no film of it here."""
    id = said.camera_entity_id
    if not id.startswith("camera.") or speaking.desk.sight(speaking.login).find(id) is None:
        return 400, {"success": False}
    return 200, {"mjpeg_path": f"/api/camera_proxy_stream/{id}", "hls_path": None}


async def _conversation(speaking: Speaking, said: Sentence) -> Answer:
    return 200, await process(speaking.desk, speaking.login, Process(**said.model_dump()), speaking.cause)


async def _tag(speaking: Speaking, said: Tag) -> Answer:
    await speaking.ask("scan_tag", tag_id=said.tag_id)
    return EMPTY


async def _nothing(_: Speaking, __: Nothing) -> Answer:
    return EMPTY


def failed(code: str, message: str) -> dict[str, Any]:
    return {"success": False, "error": {"code": code, "message": message}}


TYPES: Final[Mapping[str, tuple[type[Said], Work]]] = {
    "call_service": (CallService, _call_service),
    "fire_event": (FireEvent, _fire_event),
    "render_template": (Templates, _render),
    "update_location": (Location, _location),
    "update_registration": (Registration, _registration),
    "enable_encryption": (Nothing, _encryption),
    "register_sensor": (Sensor, _register_sensor),
    "update_sensor_states": (Readings, _readings),
    "get_zones": (Nothing, _zones),
    "get_config": (Nothing, _config),
    "stream_camera": (Camera, _camera),
    "conversation_process": (Sentence, _conversation),
    "scan_tag": (Tag, _tag),
    "mobile_app_live_activity_token": (Nothing, _nothing),
    "mobile_app_live_activity_dismissed": (Nothing, _nothing),
}
WRAPPED: Final = {"render_template": "templates", "update_sensor_states": "sensors"}
"""Types whose data are not an object of known fields: the field of the model that takes them whole."""
