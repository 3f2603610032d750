"""`platform: workday`: on while it is a day on which people work.

Facts: https://www.home-assistant.io/integrations/workday, as it was written in files. `country` and `province` are
those of the home's settings unless they are given. The library of holidays is loaded where a file asks for it.
"""

import importlib
from collections.abc import Callable, Container
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from homeserver.rules.moments import DAYS, utc_of
from homeserver.rules.owned.clockwork import Timed
from homeserver.rules.owned.thing import called, named
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest
from homeserver.topics.entity import UNKNOWN

_HOLIDAY: Final = "holiday"
_USUAL: Final = DAYS[:5]


class Workday(Timed):
    """On where the day is one of `workdays` and none of `excludes`; either may name `holiday`."""

    domain = "binary_sensor"

    def __init__(self, fields: Fields, object_id: str) -> None:
        name = fields.text("name") or "Workday Sensor"
        fields.text("unique_id")
        super().__init__(called(fields, self.domain, name), name, named(fields, "")[2])
        self._country, self._province = fields.text("country").strip().upper(), fields.text("province").strip()
        if self._province and not self._country:
            text = f"province {self._province!r} needs its country beside it, such as country: DE"
            raise fields.wrong(text, "province")
        self._works = _days(fields, "workdays", _USUAL)
        self._excludes = _days(fields, "excludes", (*DAYS[5:], _HOLIDAY))
        offset = fields.take("days_offset", 0)
        if not isinstance(offset, int) or isinstance(offset, bool) or abs(offset) > 366:
            raise fields.wrong(f"days_offset must be a whole number of days, not {offset!r}", "days_offset")
        self._ahead = timedelta(days=offset)
        self._added, self._removed = _dates(fields, "add_holidays"), _dates(fields, "remove_holidays")
        library = importlib.import_module("homeserver.rules.holidays")
        self._calendar: Callable[[str, str], Any] = library.calendar
        if self._country:
            try:
                self._calendar(self._country, self._province)
            except library.UnknownPlaceError as error:
                raise fields.wrong(str(error), error.field) from error
        self.attributes = {"workdays": list(self._works), "excludes": list(self._excludes), "days_offset": offset}

    def look_until(self) -> datetime:
        zone = self.desk.engine.zone
        today = self.now.astimezone(zone).date()
        self.state = self._word(today + self._ahead)
        return utc_of(today + timedelta(days=1), time(), zone)

    def _word(self, day: date) -> str:
        try:
            holiday = day not in self._removed and (day in self._added or day in self._holidays())
        except ValueError as error:
            self.desk.engine.house.log.warning("%s: %s", self.entity_id, error)
            return UNKNOWN
        kinds = {DAYS[day.weekday()], *([_HOLIDAY] if holiday else [])}
        return "on" if not kinds.isdisjoint(self._works) and kinds.isdisjoint(self._excludes) else "off"

    def _holidays(self) -> Container[date]:
        """Raises ValueError where the home's settings tell of none."""
        home = self.desk.engine.house.settings.home
        country, province = (self._country, self._province) if self._country else (home.country, home.province)
        if not country:
            raise ValueError("nothing tells in which country it is: write country: DE, or set it in homeserver.toml")
        found: Container[date] = self._calendar(country, province)
        return found


def _days(fields: Fields, name: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    words = fields.words(name)
    known = (*DAYS, _HOLIDAY)
    for word in words or ():
        if word not in known:
            raise fields.wrong(f"{word!r} is none of {', '.join(known)}{nearest(word, known)}", name)
    return usual if words is None else words


def _dates(fields: Fields, name: str) -> frozenset[date]:
    found = set()
    for word in fields.words(name) or ():
        try:
            found.add(date.fromisoformat(word))
        except ValueError:
            raise fields.wrong(f"{name} lists dates such as 2026-12-24, not {word!r}", name) from None
    return frozenset(found)
