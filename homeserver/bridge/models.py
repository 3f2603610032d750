"""The bodies of answers as the OpenAPI document describes them. Keeps nothing."""

from typing import Any, Final

from pydantic import BaseModel


class Message(BaseModel):
    message: str


class Error(BaseModel):
    """Why a request was turned down."""

    message: str
    code: str
    field: str | None = None
    request: str


class Context(BaseModel):
    """What caused a state, in Home Assistant's words."""

    id: str
    parent_id: str | None
    user_id: str | None


class State(BaseModel):
    """An entity; times are ISO 8601 in UTC."""

    entity_id: str
    state: str
    attributes: dict[str, Any]
    last_changed: str
    last_updated: str
    context: Context


States = list[State]


class Responded(BaseModel):
    """What came of a service that answers something."""

    changed_states: States
    service_response: Any


class AnnouncedCall(BaseModel):
    """A call that a worker answers, with JSON Schemas of its request and reply, or of each part of a streamed reply."""

    worker: str
    verb: str
    doc: str
    role: str
    stream: bool
    request: dict[str, Any]
    reply: dict[str, Any]


class Config(BaseModel):
    """The home's place, language and units."""

    location_name: str
    version: str
    state: str
    components: list[str]
    latitude: float
    longitude: float
    elevation: float
    time_zone: str
    language: str
    currency: str
    unit_system: dict[str, str]
    radius: float
    country: str | None
    config_dir: str
    config_source: str
    allowlist_external_dirs: list[str]
    allowlist_external_urls: list[str]
    whitelist_external_dirs: list[str]
    external_url: str | None
    internal_url: str | None
    recovery_mode: bool
    safe_mode: bool
    debug: bool


class EventType(BaseModel):
    """A type of event, and how many listen to it."""

    event: str
    listener_count: int


class Domain(BaseModel):
    """The services of one kind of entity, by name."""

    domain: str
    services: dict[str, Any]


class ConfigCheck(BaseModel):
    """Whether the rules are sound; `errors` and `warnings` are sentences, a line each."""

    result: str
    errors: str | None
    warnings: str | None


class CoreState(BaseModel):
    """Whether the home has started."""

    state: str
    recorder_state: dict[str, bool]


class Calendar(BaseModel):
    entity_id: str
    name: str


UNITS: Final = {
    "metric": {
        "length": "km",
        "accumulated_precipitation": "mm",
        "area": "m²",
        "mass": "g",
        "pressure": "Pa",
        "temperature": "°C",
        "volume": "L",
        "wind_speed": "m/s",
    },
    "us_customary": {
        "length": "mi",
        "accumulated_precipitation": "in",
        "area": "ft²",
        "mass": "lb",
        "pressure": "psi",
        "temperature": "°F",
        "volume": "gal",
        "wind_speed": "mph",
    },
}
"""By unit system, the unit of each quantity, as Home Assistant's clients expect them."""
