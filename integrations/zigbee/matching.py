"""From what a device told of itself to its parts: which lamp, which switch, which sensors.

Device types decide where clusters alone do not: a lamp and a plug serve the same ones. Numbers: Zigbee Home Automation
1.2 and Zigbee Light Link 1.0, chapters on devices. Needs what is known; keeps nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from homeserver.gateway.features import Feature
from integrations.zigbee.alarms import WARNING, ZONE, siren, zone
from integrations.zigbee.fixups import of_maker
from integrations.zigbee.light import COLOR, LEVEL, ON_OFF, light
from integrations.zigbee.openers import COVERING, LOCK, cover, lock
from integrations.zigbee.part import GREEN_POWER, ON_CHANGE, Ending, Facts, Node, Part, Says, Send, Watch, Wish, text
from integrations.zigbee.readings import POWER, battery, exists, powered, reading
from integrations.zigbee.remotes import remote
from integrations.zigbee.rows import SENSORS, SETTINGS, Row
from integrations.zigbee.warmth import FAN, THERMOSTAT, climate, fan

HOME_AUTOMATION: Final = 0x0104
LIGHT_LINK: Final = 0xC05E
IDENTIFY: Final = 0x0003
UPGRADE: Final = 0x0019
_LIGHTS: Final = {
    HOME_AUTOMATION: {0x0100, 0x0101, 0x0102, 0x010B, 0x010C, 0x010D, 0x0110},
    LIGHT_LINK: {0x0000, 0x0100, 0x0110, 0x0200, 0x0210, 0x0220},
}
_REMOTES: Final = {
    HOME_AUTOMATION: {
        0x0000,
        0x0001,
        0x0004,
        0x0006,
        0x0103,
        0x0104,
        0x0105,
        0x0800,
        0x0810,
        0x0820,
        0x0830,
        0x0840,
        0x0850,
    },
    LIGHT_LINK: {0x0800, 0x0810, 0x0820, 0x0830, 0x0840},
}
_SENSORS: Final = {HOME_AUTOMATION: {0x0107, 0x0402, 0x0850, 0x5F01}}
"""Types that use on/off to tell what they sense; 0x5F01 is a maker's own."""
_OUTLETS: Final = {HOME_AUTOMATION: {0x0009, 0x0051}, LIGHT_LINK: {0x0010}}
Make = Callable[[int, Ending, Facts, str, str | None], Part]


def _typed(ending: Ending, types: dict[int, set[int]]) -> bool:
    return ending.type in types.get(ending.profile, ())


def _is_light(ending: Ending) -> bool:
    return ON_OFF in ending.server and _typed(ending, _LIGHTS)


def _is_switch(ending: Ending) -> bool:
    """What serves on/off and is neither a lamp nor a blind."""
    return ON_OFF in ending.server and not _is_light(ending) and COVERING not in ending.server


def _is_bare(cluster: int, without: int) -> Callable[[Ending], bool]:
    return lambda ending: cluster in ending.server and without not in ending.server


_KINDS: Final[tuple[tuple[str, str, Callable[[Ending], bool], Make], ...]] = (
    # key, word where there are several, whether an endpoint is one, what makes it
    ("light", "Light", _is_light, light),
    ("cover", "Cover", lambda ending: COVERING in ending.server, cover),
    ("lock", "Lock", lambda ending: LOCK in ending.server, lock),
    ("climate", "Thermostat", lambda ending: THERMOSTAT in ending.server, climate),
    ("fan", "Fan", _is_bare(FAN, THERMOSTAT), fan),
    ("siren", "Siren", lambda ending: WARNING in ending.server, siren),
)


def parts(node: Node, facts: Facts) -> list[Part]:
    """All parts of a device, what it is about first."""
    ends = {number: one for number, one in sorted(node.endpoints.items()) if number != GREEN_POWER}
    found = [*_main(ends, facts), *_switches(ends), *_zones(ends, facts), *_openings(ends), *_remotes(ends)]
    found += _rows(SENSORS, ends, facts)
    found += [battery(number, facts) for number in node.serving(POWER)[:1] if node.battery or powered(number, facts)]
    found += _rows([*SETTINGS, *of_maker(node)], ends, facts)
    found += _identify(ends)
    return _named(found)


def _main(ends: dict[int, Ending], facts: Facts) -> Iterator[Part]:
    for key, word, fits, make in _KINDS:
        numbers = [number for number, ending in ends.items() if fits(ending)]
        for number, at, name in _numbered(key, word, numbers):
            yield make(number, ends[number], facts, at, name)


def _numbered(key: str, word: str, numbers: list[int]) -> Iterator[tuple[int, str, str | None]]:
    """Endpoint, key and name: with numbers only where there are several."""
    for place, number in enumerate(numbers):
        yield number, key if not place else f"{key}_{number}", None if len(numbers) == 1 else f"{word} {number}"


def _switches(ends: dict[int, Ending]) -> Iterator[Part]:
    numbers = [number for number, ending in ends.items() if _is_switch(ending)]
    for number, key, name in _numbered("switch", "Switch", numbers):
        outlet = {"device_class": "outlet"} if _typed(ends[number], _OUTLETS) else {}
        yield _switch(number, key, name, outlet)


def _switch(number: int, key: str, name: str | None, more: dict[str, str]) -> Part:
    def say(facts: Facts) -> Says:
        on = facts.get(number, ON_OFF, 0)
        return {} if on is None else {"": text(bool(on))}

    def obey(_: str, payload: bytes, facts: Facts) -> tuple[Wish, ...]:
        on = {b"ON": True, b"OFF": False}.get(payload.strip().upper())
        if on is None:
            raise ValueError(f"{payload[:40]!r} is neither ON nor OFF")
        return (Wish(f"on_{number}", (Send(ON_OFF, int(on)),), lambda facts: facts.get(number, ON_OFF, 0) == on),)

    config = {"state_topic": "~", "command_topic": "~/set", **more}
    return Part(Feature(key, "switch", name, config), number, (Watch(ON_OFF, 0, ON_CHANGE),), say, obey)


def _zones(ends: dict[int, Ending], facts: Facts) -> Iterator[Part]:
    numbers = [number for number, ending in ends.items() if ZONE in ending.server]
    for number, key, name in _numbered("zone", "Zone", numbers):
        yield from zone(number, ends[number], facts, key, name)


def _openings(ends: dict[int, Ending]) -> Iterator[Part]:
    """Sensors that switch lamps by themselves: on is open, or somebody is there."""
    numbers = [number for number, ending in ends.items() if ON_OFF in ending.client and _typed(ending, _SENSORS)]
    for number, key, name in _numbered("opening", "Opening", numbers):
        yield _opening(number, key, name)


def _opening(number: int, key: str, name: str | None) -> Part:
    def say(facts: Facts) -> Says:
        on = facts.get(number, ON_OFF, 0)
        return {} if on is None else {"": text(bool(on))}

    config = {"state_topic": "~", "device_class": "opening"}
    return Part(Feature(key, "binary_sensor", name, config), number, (), say, bind=(ON_OFF,))


def _remotes(ends: dict[int, Ending]) -> Iterator[Part]:
    """What sends commands: endpoints that use clusters and serve nothing that the same commands would switch."""
    numbers = [
        number for number, ending in ends.items() if ending.client and (_typed(ending, _REMOTES) or not _acts(ending))
    ]
    for number, key, name in _numbered("action", "Action", numbers):
        yield from remote(number, ends[number], key, name, f"button_{number}" if len(numbers) > 1 else "button")


def _acts(ending: Ending) -> bool:
    return bool(ending.server & {ON_OFF, LEVEL, COLOR, COVERING, LOCK, THERMOSTAT, FAN})


def _rows(rows: Iterable[Row], ends: dict[int, Ending], facts: Facts) -> Iterator[Part]:
    for row in rows:
        numbers = [
            number for number, ending in ends.items() if row.cluster in ending.server and exists(row, number, facts)
        ]
        for number, key, name in _numbered(
            row.key, row.name or row.key.replace("_", " ").capitalize(), numbers[: 1 if row.once else None]
        ):
            yield reading(row, number, key, name or row.name)


def _identify(ends: dict[int, Ending]) -> Iterator[Part]:
    """One button for the device, however many endpoints could blink."""
    number = next((number for number, ending in ends.items() if IDENTIFY in ending.server), None)
    if number is not None:
        config = {"command_topic": "~/set", "device_class": "identify", "entity_category": "diagnostic"}
        yield Part(
            Feature("identify", "button", None, config),
            number,
            obey=lambda *_: (Wish("identify", (Send(IDENTIFY, 0, (5,)),)),),
        )


def _named(found: list[Part]) -> list[Part]:
    """Two parts of one key would be one entity: the later ones get their endpoint's number."""
    taken: set[str] = set()
    told = []
    for part in found:
        feature = part.feature
        if feature.key in taken:
            feature = replace(feature, key=f"{feature.key}_{part.endpoint}")
        taken.add(feature.key)
        told.append(replace(part, feature=feature))
    return told
