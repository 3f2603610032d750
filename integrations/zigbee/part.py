"""What a device is made of, told without any radio: its endpoints, what is known of its attributes, and its parts.

A part is one feature together with how it is read and commanded. Parts are pure: from what is known they say states,
from a command they make wishes; whoever holds the radio carries wishes out. Numbers are those of the Zigbee Cluster
Library (ZCL, revision 8) throughout: clusters, attributes, commands.
"""

from collections.abc import Callable, Mapping
from dataclasses import field as made
from typing import Any, Final

import orjson

from homeserver.gateway.features import Feature
from homeserver.topics.record import record

Key = tuple[int, int, int]
"""Endpoint, cluster, attribute."""
Report = tuple[int, int, float]
"""Seconds at least and at most between two reports, and the change that is worth one, as the device counts."""
ON_CHANGE: Final[Report] = (0, 900, 1)
MOST: Final = 2**63
"""Numbers of attributes are smaller, whatever their type."""
GREEN_POWER: Final = 242
"""The endpoint of Green Power: no part of the device itself."""


@record
class Ending:
    """One endpoint: its profile, its device type there, and the clusters that it serves and uses."""

    profile: int
    type: int
    server: frozenset[int]
    client: frozenset[int] = frozenset()


@record
class Node:
    """A device after its interview. `battery`: whether it lives on one, and sleeps."""

    manufacturer: str
    model: str
    endpoints: Mapping[int, Ending]
    battery: bool = False

    def serving(self, cluster: int) -> list[int]:
        """The endpoints that serve a cluster, in order."""
        return [number for number, one in sorted(self.endpoints.items()) if cluster in one.server]


class Facts:
    """What is known of a device's attributes. `refused`: those that it said it does not have."""

    def __init__(self, values: Mapping[Key, Any] | None = None) -> None:
        self.values: dict[Key, Any] = dict(values or {})
        self.refused: set[Key] = set()

    def get(self, endpoint: int, cluster: int, attribute: int) -> Any:
        """What it was last; None where that is not known."""
        return self.values.get((endpoint, cluster, attribute))

    def number(self, endpoint: int, cluster: int, attribute: int) -> float | None:
        """The same, where it is a number; a broken device may tell anything."""
        return number_in(self.get(endpoint, cluster, attribute))


@record
class Watch:
    """An attribute that a part needs. `report`: when the device is to tell it by itself; None: it is read only."""

    cluster: int
    attribute: int
    report: Report | None = None
    code: int | None = None
    """The manufacturer's, for attributes of his own."""


@record
class Send:
    """A command of a cluster, with its fields in order."""

    cluster: int
    command: int
    fields: tuple[Any, ...] = ()


@record
class Write:
    """A value for an attribute."""

    cluster: int
    attribute: int
    value: Any
    code: int | None = None


Confirmed = Callable[[Facts], bool]


@record
class Wish:
    """What a device is to do. `attribute`: what it is about; a later wish about the same takes its place.

    `confirmed`: whether what is known says that it is done; None where the device has nothing that would show it.
    `seconds`: how long it takes the device, a lamp that dims or a blind that moves.
    """

    attribute: str
    deeds: tuple[Send | Write, ...]
    confirmed: Confirmed | None = None
    seconds: float = 0.0


Says = Mapping[str, bytes]
"""Payload by the word below the feature's topic; the empty word is the topic itself."""


def silent(_: Facts) -> Says:
    """Of a part that has no state."""
    return {}


@record
class Part:
    """A feature, the endpoint it is on, what it needs to know, what it says of that, and what it does when told.

    `obey` is given the word below the topic and the payload; raises `ValueError` with a text for people where it
    cannot be done. `heard` is given a command that the device itself sent, cluster and number and fields, and gives
    the name of what happened; None where it means nothing here.
    """

    feature: Feature
    endpoint: int
    watches: tuple[Watch, ...] = ()
    say: Callable[[Facts], Says] = silent
    obey: Callable[[str, bytes, Facts], tuple[Wish, ...]] | None = None
    heard: Callable[[int, int, tuple[Any, ...]], str | None] | None = None
    bind: tuple[int, ...] = made(default=())
    """Clusters whose commands the device is to send here, beside those of `watches`."""


def number_in(value: object) -> float | None:
    """What was told, where it is a number that one can count with."""
    return value if isinstance(value, int | float) and abs(value) < MOST else None


def text(value: object) -> bytes:
    """A state as people write it: no zeros that say nothing."""
    match value:
        case bool():
            return b"ON" if value else b"OFF"
        case float():
            return f"{value:.4f}".rstrip("0").rstrip(".").encode()
    return str(value).encode()


def fields_of(payload: bytes) -> dict[str, Any]:
    """A command in JSON. Raises `ValueError`."""
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise ValueError("the command is no JSON") from error
    if not isinstance(said, dict):
        raise ValueError("the command is no JSON object")
    return said


def number_of(payload: bytes, least: float, most: float) -> float:
    """A command that is a number. Raises `ValueError`."""
    try:
        value = float(payload)
    except ValueError as error:
        raise ValueError(f"{payload[:40]!r} is no number") from error
    if not least <= value <= most:  # which is false of NaN too
        raise ValueError(f"{value:g} is not within {least:g} and {most:g}")
    return value
