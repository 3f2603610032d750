"""`sun.sun`: where the sun is and what it does next, with Home Assistant's words and attributes.

https://www.home-assistant.io/integrations/sun/. It is said at each turn of the sun's day and, in between, every two to
twenty minutes, oftener where the light changes quickly. What does not come within a year is None.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from homeserver.rules.owned.thing import OWNER, Act, Thing
from homeserver.rules.sun import MIDNIGHT, NOON, RISE, SET, TWILIGHTS, Crossing, SunEvent
from homeserver.runtime.clock import Timer
from homeserver.topics.entity import EntityConfig

_NEXT: Final[Mapping[str, SunEvent]] = {
    "next_dawn": Crossing(TWILIGHTS["civil"], True),
    "next_dusk": Crossing(TWILIGHTS["civil"], False),
    "next_midnight": MIDNIGHT,
    "next_noon": NOON,
    "next_rising": RISE,
    "next_setting": SET,
}
_PACE: Final = ((10.0, 4), (-0.833, 2), (-6.0, 4), (-18.0, 8), (-90.0, 20))
"""Minutes between two looks while the sun is at least so high."""
_LOOK: Final = 60.0
"""Seconds between looks at the clock: the machine may sleep, or its clock be set."""


class SunThing(Thing):
    """The one sun of the home."""

    domain = "sun"
    acts: ClassVar[Mapping[str, Act]] = {}
    keeps = False

    def __init__(self) -> None:
        super().__init__("sun", "Sun")
        self._timer: Timer | None = None
        self._looked: datetime
        self._until: datetime

    def config(self) -> EntityConfig:
        return EntityConfig(self.name, OWNER, unique_id="sun")

    def begin(self) -> None:
        self.look()
        self._arm()

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self) -> None:
        """Where it is now."""
        sun, now = self.desk.engine.sun, self.now
        coming = {name: sun.next(event, now) for name, event in _NEXT.items()}
        height = sun.height(now)
        self.state = "above_horizon" if sun.is_up(now) else "below_horizon"
        attributes: dict[str, Any] = {name: at.isoformat() if at is not None else None for name, at in coming.items()}
        attributes |= {"elevation": round(sun.shown(now), 2), "azimuth": round(sun.azimuth(now), 2)}
        noon, midnight = coming["next_noon"], coming["next_midnight"]
        attributes["rising"] = bool(noon is not None and midnight is not None and noon < midnight)
        self.attributes = attributes
        step = timedelta(minutes=next(minutes for least, minutes in _PACE if height >= least))
        turn = min(at for at in coming.values() if at is not None)
        self._looked, self._until = now, turn if now + step * 1.25 > turn else now + step

    def _arm(self) -> None:
        self.end()
        seconds = (self._until - self.now).total_seconds()
        self._timer = self.desk.clock.call_later(min(_LOOK, max(0.0, seconds)), self._wake)

    def _wake(self) -> None:
        if not self._looked <= self.now < self._until:
            self.look()
            self.show()
        self._arm()
