"""A timer that people and rules start, pause and end, and that tells by events what becomes of it.

Facts: https://www.home-assistant.io/integrations/timer. Ours goes on over a restart unless its file says
`restore: false`; one that ended meanwhile says so at once, with the moment at which it would have ended.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from homeserver.rules.owned.thing import Act, Thing, done, named
from homeserver.rules.reading.fields import Fields
from homeserver.runtime.clock import Timer as ClockTimer
from homeserver.topics.cause import Cause
from homeserver.topics.services_helpers import lasting

_FAR: Final = 86_400.0
"""Seconds for which the clock is set at most: a longer wait is set again, as machines sleep and clocks are set."""


class Timer(Thing):
    """`active` until `_ends`, `paused` with `_left`, or `idle`."""

    domain = "timer"

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        try:
            self._made_for = lasting(fields.take("duration", 0) or 0)
        except ValueError as error:
            raise fields.wrong(f"duration {error}", "duration") from error
        if self._made_for < 0:
            raise fields.wrong("duration must not be below nought", "duration")
        self.starts_anew = not fields.flag("restore", True)
        done(fields)
        self.state = "idle"
        self._lasts = self._made_for
        self._left: float | None = None
        self._ends: datetime | None = None
        self._clock: ClockTimer | None = None
        self._last: str | None = None
        self._tell()

    def _tell(self) -> None:
        self.attributes = {"duration": _clock(self._lasts), "editable": False, "last_transition": self._last}
        if not self.starts_anew:
            self.attributes["restore"] = True
        if self._ends is not None:
            self.attributes["finishes_at"] = self._ends.isoformat()
        if self._left is not None:
            self.attributes["remaining"] = _clock(self._left)

    # -- over restarts

    def kept(self) -> dict[str, Any]:
        ends = self._ends.isoformat() if self._ends is not None else None
        return {"state": self.state, "lasts": self._lasts, "left": self._left, "ends": ends, "last": self._last}

    def restore(self, kept: Mapping[str, Any]) -> None:
        state, self._last = kept.get("state"), kept.get("last")
        if state not in ("active", "paused"):
            return
        lasts, left = float(kept["lasts"]), None if kept["left"] is None else float(kept["left"])
        ends = datetime.fromisoformat(kept["ends"]) if kept["ends"] else None
        if (ends if state == "active" else left) is None or (ends is not None and ends.tzinfo is None):
            raise ValueError(f"a timer that is {state} without an end")
        self.state, self._lasts, self._left, self._ends = state, lasts, left, ends

    def begin(self) -> None:
        if self.state == "active":
            self._set_clock()
        self._tell()

    def end(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _set_clock(self) -> None:
        self.end()
        if self._ends is not None:
            seconds = (self._ends - self.now).total_seconds()
            self._clock = self.desk.clock.call_later(min(max(0.0, seconds), _FAR), self._look)

    def _look(self) -> None:
        if self._ends is not None and self.now < self._ends:
            self._set_clock()
        else:
            self._finish(None)

    # -- services

    def _say(self, event: str, cause: Cause | None, **more: Any) -> None:
        self._last = event
        self._tell()
        self.show(cause)
        self.desk.event(f"timer.{event}", {"entity_id": self.entity_id, **more}, cause)

    def start(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        event = "started" if self.state == "idle" else "restarted"
        given = data.get("duration")
        if given is not None and lasting(given) < 0:
            raise self.wrong("duration must not be below nought", "duration")
        if given is not None and lasting(given) > 0:
            self._lasts = self._left = lasting(given)
        elif self.state == "active" or not self._left:
            self._left = self._lasts
        self.state, self._ends = "active", self.now.replace(microsecond=0) + timedelta(seconds=self._left or 0)
        self._set_clock()
        self._say(event, cause)

    def change(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        if self.state != "active" or self._ends is None:
            raise self.wrong("it does not run, so it cannot be changed: start it")
        by = lasting(data["duration"])
        left = (self._ends - self.now).total_seconds() + by
        if left > self._lasts + 1:
            most = _clock(self._lasts)
            raise self.wrong(f"it would run longer than its {most}: start it with a duration", "duration")
        if left < 0:
            raise self.wrong("it would have less than no time left: finish it", "duration")
        self._ends, self._left = self._ends + timedelta(seconds=by), left
        self._set_clock()
        self._say("changed", cause)

    def pause(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        if self.state != "active" or self._ends is None:
            return
        self.end()
        self._left = max(0.0, round((self._ends - self.now).total_seconds()))
        self.state, self._ends = "paused", None
        self._say("paused", cause)

    def _rest(self) -> None:
        self.end()
        self.state, self._ends, self._left, self._lasts = "idle", None, None, self._made_for

    def cancel(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        if self.state != "idle":
            self._rest()
            self._say("cancelled", cause)

    def finish(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        if self.state != "idle":
            self._finish(cause)

    def _finish(self, cause: Cause | None) -> None:
        ended = self._ends or self.now.replace(microsecond=0)
        self._rest()
        self._say("finished", cause, finished_at=ended.isoformat())

    acts: ClassVar[Mapping[str, Act]] = {
        "start": start,
        "pause": pause,
        "cancel": cancel,
        "finish": finish,
        "change": change,
    }


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
