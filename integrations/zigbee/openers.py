"""Blinds and locks.

ZCL 7.4 (window covering) and 7.3 (door lock). A blind counts how far it is closed, people how far it is open.
"""

from typing import Any, Final

from homeserver.gateway.features import Feature
from integrations.zigbee.part import ON_CHANGE, Ending, Facts, Part, Says, Send, Watch, Wish, number_of, text

COVERING: Final = 0x0102
LOCK: Final = 0x0101
_TYPE, _LIFT, _TILT = 0x00, 0x08, 0x09
_CLASSES: Final = {4: "curtain", 5: "awning", 6: "shutter", 7: "blind", 8: "blind"}
"""By type of window covering; the others are shades or are not told, and then none is claimed."""
_TILTS: Final = frozenset({6, 7, 8})
_ASKED: Final = {"position": (_LIFT, 0x05), "tilt": (_TILT, 0x08)}
"""By the word of the topic: the attribute, and the command that goes to a percentage."""
_BOLTS: Final[dict[float | None, bytes]] = {0: b"JAMMED", 1: b"LOCKED", 2: b"UNLOCKED"}
_TURN: Final = 5.0
"""Seconds in which a bolt has turned."""
_WORDS: Final = {b"OPEN": 0, b"CLOSE": 1, b"STOP": 2}


def cover(number: int, ending: Ending, facts: Facts, key: str, name: str | None) -> Part:
    """The blind of an endpoint."""
    kind = facts.number(number, COVERING, _TYPE)
    tilts = kind in _TILTS and (number, COVERING, _TILT) not in facts.refused
    config: dict[str, Any] = {"command_topic": "~/set", "payload_stop": "STOP"}
    config |= {"position_topic": "~/position", "set_position_topic": "~/position/set"}
    if tilts:
        config |= {"tilt_status_topic": "~/tilt", "tilt_command_topic": "~/tilt/set", "tilt_min": 0, "tilt_max": 100}
    if kind is not None and int(kind) in _CLASSES:
        config["device_class"] = _CLASSES[int(kind)]
    watches = [
        Watch(COVERING, _TYPE),
        Watch(COVERING, _LIFT, ON_CHANGE),
        *([Watch(COVERING, _TILT, ON_CHANGE)] * tilts),
    ]

    def say(facts: Facts) -> Says:
        said = {"position": facts.number(number, COVERING, _LIFT)}
        if tilts:
            said["tilt"] = facts.number(number, COVERING, _TILT)
        return {word: text(100 - round(value)) for word, value in said.items() if value is not None and value <= 100}

    def obey(what: str, payload: bytes, facts: Facts) -> tuple[Wish, ...]:
        if not what:
            return (_moving(_LIFT, _word(payload)),)
        attribute, command = _ASKED[what]
        return (_moving(attribute, command, round(100 - number_of(payload, 0, 100))),)

    return Part(Feature(key, "cover", name, config), number, tuple(watches), say, obey)


def _word(payload: bytes) -> int:
    command = _WORDS.get(payload.strip().upper())
    if command is None:
        raise ValueError(f"{payload[:40]!r} is none of OPEN, CLOSE and STOP")
    return command


def _moving(attribute: int, command: int, *fields: int) -> Wish:
    """It is done when the device has it: where it is, it tells itself for as long as it runs."""
    return Wish(f"covering_{attribute}", (Send(COVERING, command, fields),))


def lock(number: int, ending: Ending, facts: Facts, key: str, name: str | None) -> Part:
    """The lock of an endpoint. Its answer to the command says whether it turned; the state is what it then tells."""
    config = {"state_topic": "~", "command_topic": "~/set"}

    def say(facts: Facts) -> Says:
        state = _BOLTS.get(facts.number(number, LOCK, 0))
        return {"": state} if state else {}

    def obey(_: str, payload: bytes, facts: Facts) -> tuple[Wish, ...]:
        command = {b"LOCK": 0, b"UNLOCK": 1}.get(payload.strip().upper())
        if command is None:
            raise ValueError(f"{payload[:40]!r} is neither LOCK nor UNLOCK")
        return (Wish("lock", (Send(LOCK, command),), lambda facts: facts.get(number, LOCK, 0) == command + 1, _TURN),)

    return Part(Feature(key, "lock", name, config), number, (Watch(LOCK, 0, ON_CHANGE),), say, obey)
