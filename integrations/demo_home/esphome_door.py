"""The kinds of ESPHome boards at the front door and beside the television: doorbell camera, infrared blaster.

Needs the world through its units. Pictures and signals go out on plain topics: pictures in base64, signals in JSON.
"""

from typing import Any, Final

from integrations.demo_home.esphome import ESPHOME
from integrations.demo_home.esphome_drives import object_of
from integrations.demo_home.esphome_kinds import RESTART, RESTART_SECONDS, SIGNAL
from integrations.demo_home.infrared import POWER, same
from integrations.demo_home.porch import LONGEST_TEXT
from integrations.demo_home.unit import NEVER, Entity, Ignored, Kind, Order, Unit, Values, choice

LOOK: Final = 900.0
"""Seconds between two pictures while nobody comes."""
LONGEST_SIGNAL: Final = 1_000

# --- what they report


def _camera(unit: Unit) -> Values:
    porch = unit.world.porch
    latest = {} if porch.latest is None else {"visitor": porch.latest}
    return {"camera": porch.picture(), "text": porch.text, "signal": round(unit.radio.signal()), **latest}


def _blaster(unit: Unit) -> Values:
    return {"signal": round(unit.radio.signal())}


# --- what they do when told


def _obey(unit: Unit, order: Order) -> None:
    for field, value in order.items():
        match unit.device.kind, field:
            case _, "button/restart":
                choice(value, ("PRESS",))
                unit.restart(RESTART_SECONDS)
            case "door_camera", "text/text":
                if len(value) > LONGEST_TEXT:
                    raise Ignored("too long for the display")
                unit.world.porch.say(value)
            case "blaster", "infrared/emitter":
                _shine(unit, object_of(value).get("timings"))
            case _:
                raise Ignored("unknown command")


def _shine(unit: Unit, timings: Any) -> None:
    """The television knows its power key; what it does not know does nothing."""
    if not isinstance(timings, list) or not 0 < len(timings) <= LONGEST_SIGNAL or {*map(type, timings)} != {int}:
        raise Ignored("not a signal")
    if not same(timings, POWER):
        raise Ignored("nothing knows this signal")
    television = unit.world.appliances["television"]
    television.use(not television.used)


# --- the kinds

DOOR_CAMERA: Final = (
    Entity("camera", "camera", "front_door", "Camera", {"t": "~/camera/camera/state", "img_e": "b64"}),
    Entity("image", "visitor", "front_door_visitor", "Latest visitor", {
        "img_t": "~/image/visitor/state", "img_e": "b64", "cont_type": "image/png"}),
    Entity("event", "ring", "front_door_ring", "Ring", {"dev_cla": "doorbell", "evt_typ": ["ring"]}),
    Entity("text", "text", "front_door_display", "Display", {"max": LONGEST_TEXT, "icon": "mdi:message-text"}),
    SIGNAL, RESTART,
)  # fmt: skip
BLASTER: Final = (
    Entity("infrared", "emitter", "{key}", "Emitter", {"schema": "emitter", "cmd_t": "~/infrared/emitter/command"}),
    Entity("infrared", "receiver", "{key}_receiver", "Receiver", {
        "schema": "receiver", "stat_t": "~/infrared/receiver/state"}),
    SIGNAL, RESTART,
)  # fmt: skip
_QUIET: Final = {"signal": NEVER}
KINDS: Final = {
    "door_camera": Kind(ESPHOME, DOOR_CAMERA, _camera, _obey, period=LOOK, steps=_QUIET),
    "blaster": Kind(ESPHOME, BLASTER, _blaster, _obey, period=600, steps=_QUIET),
}
