"""Things that travel between closed (0 %) and open (100 %): the device's own range, and what a position tells.

Covers and valves share it. Rounding and ranges follow Home Assistant's documentation of both: a device may count from
40 to 140, or backwards from 100 to 0.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.component import Make
from homeserver.home.config import Config, Refused
from homeserver.home.entity import STATE, Entity
from homeserver.home.parsing import number_of
from homeserver.topics.record import record

SECONDS: Final = 20.0
"""What a drive is given before it is asked again: there are openers that stop at a second OPEN."""
OPENING: Final = ("opening",)
CLOSING: Final = ("closing",)
MOVING: Final = OPENING + CLOSING
POSITION: Final = "current_position"
_FARTHEST: Final = 1e9


@record
class Span:
    """The device's numbers for closed and open."""

    closed: float
    open: float

    def percent(self, number: float) -> int:
        """How far open, from 0 to 100; a number beyond the ends is taken for the end."""
        return min(100, max(0, int((number - self.closed) * 100 // (self.open - self.closed))))

    def holds(self, number: float) -> bool:
        """Whether the device's number lies between the ends."""
        return min(self.closed, self.open) <= number <= max(self.closed, self.open)

    def number(self, percent: float) -> int:
        """The device's number for a percentage."""
        return round(self.closed + percent * (self.open - self.closed) / 100)


def span_of(config: Config, closed: str, opened: str) -> Span:
    """Read the keys of both ends; raises `Refused` where they are the same."""
    span = Span(config.number(closed, 0, -_FARTHEST, _FARTHEST), config.number(opened, 100, -_FARTHEST, _FARTHEST))
    if span.closed == span.open:
        raise Refused(f"`{closed}` and `{opened}` are both {span.open:g}: they must differ")
    return span


def percent_of(span: Span, value: Any) -> int:
    """The percentage for a number of the device, however it is written; raises `Unreadable`."""
    return span.percent(number_of(str(value)))


def state_at(percent: int | None) -> str | None:
    """The state that a position alone tells."""
    return None if percent is None else "closed" if percent == 0 else "open"


def numbers(*templates: str, **keys: int) -> Callable[[Config], dict[str, int]]:
    """The keys of numbers that templates may name, each with its default: as far as one of these templates does."""

    def named(config: Config) -> dict[str, int]:
        text = " ".join(str(config.fields.get(template, "")) for template in templates)
        most = int(_FARTHEST)
        return {key: config.whole(key, number, -most, most) for key, number in keys.items() if key in text}

    return named


def offered(key: str) -> Callable[[Config], bool]:
    """Whether a command exists: an empty or null payload takes it away."""

    def given(config: Config) -> bool:
        return key not in config.fields or bool(config.maybe_text(key))

    return given


def positions(config: Config) -> Span:
    """The range of the position itself."""
    return span_of(config, "position_closed", "position_open")


def set_position(config: Config) -> Make:
    """The service that drives to `position` percent, in the device's own numbers."""
    span = config.once(positions)

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        percent = data["position"]
        return span.number(percent), {STATE: state_at(percent), POSITION: percent}

    return make
