"""Conditions `holiday` and `workday`: our own.

`country` (ISO 3166, such as DE) and `province` (such as BE) are those of the home's settings unless they are given;
`day` is today, tomorrow or yesterday in the home's zone. A workday is one of `weekday`, Monday to Friday unless it is
given, that is no holiday.
"""

import importlib
from collections.abc import Container
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.condition import Condition, leaf
from homeserver.rules.moments import weekdays
from homeserver.rules.program import RunError
from homeserver.rules.reading.fields import Fields
from homeserver.rules.run import Run

if TYPE_CHECKING:
    from homeserver.rules.engine import Engine

_DAYS: Final = {"today": 0, "tomorrow": 1, "yesterday": -1}
_USUAL: Final = frozenset(range(5))


def compile_day(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    country, province = fields.text("country").strip().upper(), fields.text("province").strip()
    if province and not country:
        raise fields.wrong(f"province {province!r} needs its country beside it, such as country: DE", "province")
    ahead = timedelta(days=_DAYS[fields.choice("day", tuple(_DAYS), "today")])
    days = weekdays(fields, "weekday") if kind == "workday" and "weekday" in fields else _USUAL
    library = importlib.import_module("homeserver.rules.holidays")
    if country:
        try:
            library.calendar(country, province)
        except library.UnknownPlaceError as error:
            raise fields.wrong(str(error), error.field) from error

    def check(run: Run) -> bool:
        engine = run.engine
        day = (_now(engine) + ahead).date()
        free = day in (library.calendar(country, province) if country else _of_home(library, engine))
        return free if kind == "holiday" else not free and day.weekday() in days

    def tell(run: Run) -> str:
        return f"{(_now(run.engine) + ahead).date():%A, %Y-%m-%d} is {'no' if not check(run) else 'a'} {kind}"

    return leaf(compiler, fields.way, fields.line(), check, tell)


def _now(engine: "Engine") -> datetime:
    return engine.clock.now().astimezone(engine.zone)


def _of_home(library: ModuleType, engine: "Engine") -> Container[date]:
    home = engine.house.settings.home
    if not home.country:
        raise RunError(
            "holidays: nothing tells in which country the home is: set country in homeserver.toml, or write"
            " country: DE in the condition"
        )
    try:
        found: Container[date] = library.calendar(home.country, home.province)
    except ValueError as error:
        raise RunError(f"{error} (the home's settings)") from error
    return found


DAY_CONDITIONS: Final = {"holiday": compile_day, "workday": compile_day}
"""Rows for the table of conditions."""
