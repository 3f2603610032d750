"""Meters that begin anew each day, week or month, and perhaps count by tariffs.

Facts: https://www.home-assistant.io/integrations/utility_meter. A cycle begins at midnight of the home's own time, or
`offset` later. With tariffs there is a sensor for each and `select.<name>`, which says the one that counts. What was
used while nothing ran is counted, where the source still knows it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.moments import utc_of
from homeserver.rules.owned.derived import figure_of
from homeserver.rules.owned.measured import seconds
from homeserver.rules.owned.thing import Act, Thing, called, done
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import not_yet
from homeserver.runtime.clock import Timer
from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityConfig, EntityState
from homeserver.topics.names import slug

CYCLES: Final = ("quarter-hourly", "hourly", "daily", "weekly", "monthly", "bimonthly", "quarterly", "yearly")
_MONTHS: Final = {"monthly": 1, "bimonthly": 2, "quarterly": 3, "yearly": 12}
_LOOK: Final = 3600.0
"""Seconds between looks at the clock, as machines sleep and clocks are set."""


class Tariff(Thing):
    """Which tariff counts now."""

    domain = "select"

    def __init__(self, object_id: str, name: str, tariffs: tuple[str, ...]) -> None:
        super().__init__(object_id, name)
        self.tariffs = tariffs
        self.state = tariffs[0]
        self.meters: list[Meter] = []
        self.attributes = {"options": list(tariffs)}

    def restore(self, kept: Mapping[str, Any]) -> None:
        if kept.get("state") in self.tariffs:
            self.state = kept["state"]

    def _choose(self, tariff: str, cause: Cause | None) -> None:
        if tariff not in self.tariffs:
            raise self.wrong(f"{tariff!r} is none of {', '.join(self.tariffs)}", "option")
        self.state = tariff
        self.show(cause)
        for meter in self.meters:
            meter.switch(cause)

    def _go(self, steps: int, data: Mapping[str, Any], cause: Cause | None) -> None:
        at, last = self.tariffs.index(self.state) + steps, len(self.tariffs) - 1
        self._choose(self.tariffs[at % (last + 1) if data.get("cycle", True) else min(max(at, 0), last)], cause)

    acts: ClassVar[Mapping[str, Act]] = {
        "select_option": lambda thing, data, cause: thing._choose(data["option"], cause),
        "select_first": lambda thing, data, cause: thing._choose(thing.tariffs[0], cause),
        "select_last": lambda thing, data, cause: thing._choose(thing.tariffs[-1], cause),
        "select_next": lambda thing, data, cause: thing._go(1, data, cause),
        "select_previous": lambda thing, data, cause: thing._go(-1, data, cause),
    }


class Meter(Thing):
    """Counts what its source rises by since the cycle began."""

    domain = "sensor"

    def __init__(
        self, fields: Fields, object_id: str, name: str, tariff: str = "", select: Tariff | None = None
    ) -> None:
        super().__init__(object_id, name)
        self.source = fields.entities("source")[0]
        self.cycle = fields.choice("cycle", CYCLES, "") if fields.take("cycle") is not None else ""
        self.offset = timedelta(seconds=seconds(fields, "offset"))
        self.both_ways = fields.flag("net_consumption", False)
        self.is_delta = fields.flag("delta_values", False)
        fields.flag("periodically_resetting", True)
        fields.flag("always_available", False)
        if fields.take("cron") is not None:
            raise not_yet("a cycle by cron", fields.line("cron"), fields.where("cron"))
        own = fields.text("unique_id")
        self.unique_id = (f"{own}_{tariff}" if tariff else own) or None
        self.tariff, self.select = tariff, select
        self.total, self.last_period = 0.0, 0.0
        self.reading: float | None = None
        self.since: datetime | None = None
        self._timer: Timer | None = None

    def config(self) -> EntityConfig:
        state_class = "total" if self.both_ways else "total_increasing"
        return replace(super().config(), unique_id=self.unique_id, state_class=state_class)

    # -- over restarts

    def kept(self) -> dict[str, Any]:
        since = self.since.isoformat() if self.since is not None else None
        return {"total": self.total, "last": self.last_period, "reading": self.reading, "since": since}

    def restore(self, kept: Mapping[str, Any]) -> None:
        total, last = float(kept.get("total") or 0.0), float(kept.get("last") or 0.0)
        reading = None if kept.get("reading") is None else float(kept["reading"])
        since = datetime.fromisoformat(kept["since"]).astimezone(UTC) if kept.get("since") else None
        self.total, self.last_period, self.reading, self.since = total, last, reading, since

    def begin(self) -> None:
        self.desk.engine.listen(self.source, self._hear)
        self.since = self.since or self.now
        self._read(figure_of(self.desk.engine.view.said(self.source)), is_first=True)
        self._look()

    def end(self) -> None:
        self.desk.engine.unlisten(self.source, self._hear)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- counting

    @property
    def counts(self) -> bool:
        return self.select is None or self.select.state == self.tariff

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        self._read(figure_of(new))
        self._tell()
        self.show(new.cause if new is not None else None)

    def _read(self, value: float | None, *, is_first: bool = False) -> None:
        if value is None:
            return
        before, self.reading = self.reading, value
        if not self.counts or (self.is_delta and is_first):
            return
        rise = value if self.is_delta else value - before if before is not None else 0.0
        if rise >= 0 or self.both_ways:
            self.total += rise

    def _tell(self) -> None:
        shown = self.desk.engine.view.state(self.source)
        unit = shown.attributes.get("unit_of_measurement") if shown is not None else None
        self.state = f"{round(self.total, 6):g}" if abs(self.total) < 1e5 else str(round(self.total, 6))
        self.attributes = {
            "source": self.source,
            "status": "collecting" if self.counts else "paused",
            "last_period": round(self.last_period, 6),
            "last_valid_state": self.reading,
            "last_reset": self.since.isoformat() if self.since is not None else None,
        }
        if self.cycle:
            self.attributes["meter_period"] = self.cycle
        if self.tariff:
            self.attributes["tariff"] = self.tariff
        if unit is not None:
            self.attributes["unit_of_measurement"] = unit

    def switch(self, cause: Cause | None) -> None:
        """Another tariff counts."""
        self.reading = figure_of(self.desk.engine.view.said(self.source)) or self.reading
        self._tell()
        self.show(cause)

    def reset(self, cause: Cause | None) -> None:
        """The cycle ends now."""
        self.last_period, self.total, self.since = self.total, 0.0, self.now
        self._tell()
        self.show(cause)

    def calibrate(self, value: float, cause: Cause | None) -> None:
        """It is so much already."""
        self.total = value
        self._tell()
        self.show(cause)

    # -- cycles

    def _look(self) -> None:
        self._timer = None
        if self.cycle and self.since is not None:
            now = self.now
            if self.next_after(self.since) <= now:
                self.reset(None)
            wait = (self.next_after(now) - now).total_seconds()
            self._timer = self.desk.clock.call_later(min(max(wait, 0.0), _LOOK), self._look)
        self._tell()

    def next_after(self, moment: datetime) -> datetime:
        """When the next cycle begins after a moment, in UTC."""
        zone = self.desk.engine.zone
        if self.cycle in ("quarter-hourly", "hourly"):
            length = 900 if self.cycle == "quarter-hourly" else 3600
            local = moment.astimezone(zone)
            passed = (local.minute * 60 + local.second + local.microsecond / 1e6 - self.offset.total_seconds()) % length
            return moment + timedelta(seconds=length - passed)
        day = (moment.astimezone(zone) - self.offset).date()
        while True:
            day = _next(self.cycle, day)
            begin = datetime.combine(day, time()) + self.offset
            found = utc_of(begin.date(), begin.time(), zone)
            if found > moment:
                return found


def _next(cycle: str, day: date) -> date:
    """The first day of the cycle after the one that a day is in."""
    if cycle == "daily":
        return day + timedelta(days=1)
    if cycle == "weekly":
        return day + timedelta(days=7 - day.weekday())
    months = _MONTHS[cycle]
    number = (day.year * 12 + day.month - 1) // months * months + months
    return date(number // 12, number % 12 + 1, 1)


def read_meter(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
    """The sensors of one block, and its select; raises `RuleError`."""
    name = fields.text("name") or object_id.replace("_", " ").capitalize()
    tariffs = fields.words("tariffs") or ()
    fields.need("source", "name the sensor that is to be counted")
    if not tariffs:
        yield Meter(fields, called(fields, "sensor", name if fields.take("name") else object_id), name)
        done(fields)
        return
    select = Tariff(object_id, name, tariffs)
    ids = fields.inner("default_entity_id") if fields.take("default_entity_id") is not None else None
    for tariff in tariffs:
        title = f"{name} {tariff}"
        id = called(ids, "sensor", title, tariff) if ids is not None else slug(title)
        select.meters.append(Meter(fields, id, title, tariff, select))
    if ids is not None:
        ids.done()
    done(fields)
    yield select
    yield from select.meters
