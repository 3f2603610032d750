"""All components of MQTT discovery that this home knows, by the name that stands in a discovery topic."""

from collections.abc import Callable, Mapping
from typing import Final

from homeserver.home.alarm import ALARM
from homeserver.home.climate import CLIMATE
from homeserver.home.component import Component
from homeserver.home.config import Config, Refused
from homeserver.home.cover import COVER
from homeserver.home.events import DEVICE_AUTOMATION, EVENT, TAG
from homeserver.home.fan import FAN
from homeserver.home.humidifier import HUMIDIFIER
from homeserver.home.infrared import infrared
from homeserver.home.kinds import BINARY_SENSOR, BUTTON, SELECT, SENSOR, SWITCH
from homeserver.home.light_basic import BASIC
from homeserver.home.light_json import JSON
from homeserver.home.light_template import TEMPLATE
from homeserver.home.lock import LOCK
from homeserver.home.moments import DATE, DATETIME, TIME
from homeserver.home.mower import LAWN_MOWER
from homeserver.home.number import NUMBER
from homeserver.home.pictures import CAMERA, IMAGE
from homeserver.home.siren import SIREN
from homeserver.home.texts import NOTIFY, SCENE, TEXT
from homeserver.home.tracker import TRACKER
from homeserver.home.update import UPDATE
from homeserver.home.vacuum import VACUUM
from homeserver.home.valve import VALVE
from homeserver.home.water_heater import WATER_HEATER

_LIGHTS: Final[Mapping[str, Component]] = {
    "basic": BASIC,
    "default": BASIC,
    "json": JSON,
    "mqtt_json": JSON,
    "template": TEMPLATE,
    "mqtt_template": TEMPLATE,
}


def _light(config: Config) -> Component:
    """By `schema`; before there was that key the dialect was named in `platform`."""
    platform = config.maybe_text("platform")
    schema = config.text("schema", "basic")
    if platform is not None and platform in _LIGHTS:
        schema = platform
    if schema not in _LIGHTS:
        raise Refused(f"`schema` is {schema[:40]!r}: it must be basic, json or template")
    return _LIGHTS[schema]


def _only(component: Component) -> Callable[[Config], Component]:
    return lambda config: component


COMPONENTS: Final[Mapping[str, Callable[[Config], Component]]] = {
    "alarm_control_panel": _only(ALARM),
    "binary_sensor": _only(BINARY_SENSOR),
    "button": _only(BUTTON),
    "cover": _only(COVER),
    "lawn_mower": _only(LAWN_MOWER),
    "light": _light,
    "lock": _only(LOCK),
    "number": _only(NUMBER),
    "select": _only(SELECT),
    "sensor": _only(SENSOR),
    "siren": _only(SIREN),
    "switch": _only(SWITCH),
    "vacuum": _only(VACUUM),
    "valve": _only(VALVE),
    "camera": _only(CAMERA),
    "climate": _only(CLIMATE),
    "date": _only(DATE),
    "datetime": _only(DATETIME),
    "device_automation": _only(DEVICE_AUTOMATION),
    "device_tracker": _only(TRACKER),
    "event": _only(EVENT),
    "fan": _only(FAN),
    "humidifier": _only(HUMIDIFIER),
    "image": _only(IMAGE),
    "notify": _only(NOTIFY),
    "scene": _only(SCENE),
    "tag": _only(TAG),
    "text": _only(TEXT),
    "time": _only(TIME),
    "update": _only(UPDATE),
    "water_heater": _only(WATER_HEATER),
    "infrared": infrared,
}


def component_of(name: str, config: Config) -> Component:
    """The component of a config; raises `Refused` for one that is not known."""
    find = COMPONENTS.get(name)
    if find is None:
        raise Refused(f"{name[:40]!r} is no component that this home knows: it knows {', '.join(COMPONENTS)}")
    _check_platform(name, config)
    return find(config)


def _check_platform(name: str, config: Config) -> None:
    """Earlier versions of discovery named the platform too. One that is neither MQTT's nor the component itself means
    that the message is meant for something else."""
    platform = config.maybe_text("platform")
    if platform and platform not in ("mqtt", name) and not (name == "light" and platform in _LIGHTS):
        raise Refused(f"`platform` is {platform[:40]!r}: it must be mqtt, or be left out")
