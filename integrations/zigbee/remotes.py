"""Remotes and buttons: what is pressed, by the commands that they send of the clusters they use.

An event entity and device triggers say the same; rules may use either. ZCL: the commands that clients of 3.8 (on/off),
3.10 (level), 7.4 (covering), 5.2 (colour), 3.7 (scenes) and 8.3 (alarm panel) generate.
"""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from homeserver.gateway.features import TRIGGER, Feature
from integrations.zigbee.part import Ending, Part

_UP_OR_DOWN: Final = ("up", "down")
_PRESSES: Final[dict[int, dict[int, str]]] = {
    0x0006: {0: "off", 1: "on", 2: "toggle", 0x40: "off_with_effect", 0x41: "recall_scene", 0x42: "on_with_timed_off"},
    0x0008: {
        0: "move_to_level", 1: "move", 2: "step", 3: "stop",
        4: "move_to_level", 5: "move", 6: "step", 7: "stop",
    },
    0x0102: {0: "open", 1: "close", 2: "stop_cover", 5: "go_to_lift"},
    0x0300: {
        0: "move_to_hue", 1: "move_hue", 3: "move_to_saturation", 6: "move_to_hue_and_saturation", 7: "move_to_color",
        8: "move_color", 0x0A: "move_to_color_temperature", 0x4B: "move_color_temperature",
        0x4C: "step_color_temperature", 0x47: "stop_color",
    },
    0x0005: {5: "recall", 7: "arrow", 8: "arrow_hold", 9: "arrow_release"},
    0x0501: {0: "arm", 2: "emergency", 3: "fire", 4: "panic"},
}  # fmt: skip
"""By cluster and command."""
_DIRECTED: Final = {(0x0008, one) for one in (1, 2, 5, 6)}
"""Commands whose first field says up or down."""
_TURNED: Final = {(0x0300, 0x4B), (0x0300, 0x4C)}
"""The same, of which 1 is up and 3 is down."""
_ARROWS: Final = {(0x0005, 7): ("right", "left"), (0x0005, 8): ("right", "left")}
_SCENES: Final = 6
"""Scenes that a remote may have keys for."""


def remote(number: int, ending: Ending, key: str, name: str | None, subtype: str) -> Iterator[Part]:
    """The keys of an endpoint, as an event and, for each thing that may happen, a trigger."""
    clusters = tuple(sorted(_PRESSES.keys() & ending.client))
    if not clusters:
        return
    happenings = sorted(set(_happenings(clusters)))
    config: dict[str, Any] = {"state_topic": "~", "event_types": happenings, "device_class": "button"}
    yield Part(Feature(key, "event", name or "Action", config), number, heard=_pressed, bind=clusters)
    for one in happenings:
        trigger = {"type": one, "subtype": subtype, "topic": f"../{key}", "payload": event(one).decode()}
        yield Part(Feature(f"{key}_{one}", TRIGGER, None, trigger), number)


def event(happened: str) -> bytes:
    """What is told of it."""
    return orjson.dumps({"event_type": happened})


def _happenings(clusters: tuple[int, ...]) -> Iterator[str]:
    for cluster in clusters:
        for command, word in _PRESSES[cluster].items():
            if (cluster, command) in _DIRECTED | _TURNED:
                yield from (f"{word}_{way}" for way in _UP_OR_DOWN)
            elif (cluster, command) in _ARROWS:
                yield from (f"{word}_{way}" for way in _ARROWS[cluster, command])
            elif (cluster, command) == (0x0005, 5):
                yield from (f"{word}_{scene}" for scene in range(1, _SCENES + 1))
            else:
                yield word


def _pressed(cluster: int, command: int, fields: tuple[Any, ...]) -> str | None:
    word = _PRESSES.get(cluster, {}).get(command)
    first = int(fields[0]) if fields and isinstance(fields[0], int) else 0
    if word is None:
        return None
    if (cluster, command) in _DIRECTED:
        return f"{word}_{_UP_OR_DOWN[first == 1]}"
    if (cluster, command) in _TURNED:
        return f"{word}_{_UP_OR_DOWN[first == 3]}"
    if (cluster, command) in _ARROWS:
        return f"{word}_{_ARROWS[cluster, command][first == 1]}"
    if (cluster, command) == (0x0005, 5):
        scene = int(fields[1]) if len(fields) > 1 and isinstance(fields[1], int) else 0
        return f"{word}_{scene}" if 1 <= scene <= _SCENES else None
    return word
