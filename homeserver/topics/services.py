"""The services of each kind of entity: what may be asked of it, with which data, and what asking twice would do.

One table for every door: MQTT commands, rule actions, HTTP, CLI. Names and data are those that Home Assistant's
rule files use.
"""

from collections.abc import Mapping
from typing import Final

from homeserver.topics.service import Data, Nothing, Service, Services
from homeserver.topics.services_climate import CLIMATE
from homeserver.topics.services_cover import TRAVEL
from homeserver.topics.services_fan import FAN
from homeserver.topics.services_helpers import HELPERS
from homeserver.topics.services_light import LIGHT
from homeserver.topics.services_machines import MACHINES
from homeserver.topics.services_security import SECURITY
from homeserver.topics.services_simple import SIMPLE


class Value(Data):
    """A number in the entity's own unit."""

    value: float


class Option(Data):
    """One of the entity's options."""

    option: str


class Cycle(Data):
    """Whether to go on at the other end after the last option."""

    cycle: bool = True


SWITCH: Final[Services] = {
    "turn_on": Service(Nothing),
    "turn_off": Service(Nothing),
    "toggle": Service(Nothing, "toggle"),
}
SERVICES: Final[Mapping[str, Services]] = {
    **LIGHT,
    **CLIMATE,
    **FAN,
    **MACHINES,
    **SECURITY,
    **TRAVEL,
    **SIMPLE,
    **HELPERS,
    "switch": SWITCH,
    "number": {"set_value": Service(Value)},
    "select": {
        "select_option": Service(Option),
        "select_first": Service(Nothing),
        "select_last": Service(Nothing),
        "select_next": Service(Cycle, "once"),
        "select_previous": Service(Cycle, "once"),
    },
    "button": {"press": Service(Nothing, "once")},
    "sensor": {},
    "binary_sensor": {},
}
"""By domain, then by service."""
