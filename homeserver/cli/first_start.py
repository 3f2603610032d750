"""The first start of a home: four questions at a terminal, each with an answer that will do, kept in its settings file.

What this machine says of itself is proposed: its time zone, a city of that zone, the currency and language of the
user's locale. The country follows from the time zone, and the units from the country. Nothing is asked that was given
already, and nothing at all where nobody sits at a terminal.
"""

import locale
import os
import re
import sys
import zoneinfo
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from typing import Any, Final

import typer
from pydantic import ValidationError

from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.running import running
from homeserver.runtime.settings import Settings
from homeserver.runtime.settings_edit import change_settings
from homeserver.runtime.settings_file import FILE

Read = Callable[[str], dict[str, Any]]
"""Makes settings of an answer; raises `typer.BadParameter`."""
_COPY: Final = "before-questions"
_CUSTOMARY: Final = ("AS", "GU", "LR", "MP", "PR", "US", "VI")
"""Countries whose homes count in °F, miles and gallons."""
_DEGREES: Final = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?([+-])(\d{3})(\d\d)(\d\d)?")
"""ISO 6709, as in `zone.tab`: sign, degrees, minutes, perhaps seconds, for latitude and longitude."""


def ask(settings: Settings) -> bool:
    """Ask what nobody has set, and write it down; whether anything was written."""
    home = settings.home
    given = {row.name for row in settings.explain() if row.source != "default"}
    rows = [row for row in _QUESTIONS if not given & set(row[1])]
    if not rows or (home.data / FILE).exists() or running(home.data) or not _is_terminal():
        return False
    print(
        "The first start: some questions about your home. Enter takes what stands in brackets; --yes does so for all."
    )
    answers: dict[str, Any] = {}
    for question, fields, propose, example in rows:
        zone = answers.get("time_zone", home.time_zone)
        proposed = propose(zone) or ", ".join(str(getattr(home, field)) for field in fields)
        answers |= typer.prompt(question, proposed, value_proc=_reader(fields, example))
    country = _country(answers.get("time_zone", home.time_zone))
    if "unit_system" not in given and country in _CUSTOMARY:
        answers["unit_system"] = "us_customary"
    if "country" not in given and country:
        answers["country"] = country
    change_settings(home.data / FILE, answers, _COPY)
    print(f"Written to {home.data / FILE}, where it can be changed.\n")
    return True


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _reader(fields: tuple[str, ...], example: str) -> Read:
    """What does not fit is asked again."""

    def read(answer: str) -> dict[str, Any]:
        parts = re.split(r"[,;\s]+", answer.strip())
        try:
            checked = HomeSettings.model_validate(dict(zip(fields, parts, strict=True)))
        except ValidationError as error:
            first = error.errors()[0]
            own = first["msg"].removeprefix("Value error, ") if first["type"] == "value_error" else ""
            raise typer.BadParameter(own or f"write it like {example}") from error
        except ValueError as error:
            raise typer.BadParameter(f"write it like {example}") from error
        return {field: getattr(checked, field) for field in fields}

    return read


# -- what this machine says


def _zone(_: str) -> str:
    """Its time zone, where that is a place."""
    named = os.environ.get("TZ", "").removeprefix(":")
    with suppress(OSError):
        named = named or os.readlink("/etc/localtime").partition("zoneinfo/")[2]
    is_place = named in zoneinfo.available_timezones() and not named.startswith("Etc/") and "/" in named
    return named if is_place else ""


def _place(zone: str) -> str:
    """The city after which a time zone is called, in degrees."""
    found = _DEGREES.match(_row(zone)[1])
    return ", ".join(f"{_degrees(*found.groups()[start : start + 4]):g}" for start in (0, 4)) if found else ""


def _country(zone: str) -> str:
    """ISO 3166 code of the country of a time zone."""
    return _row(zone)[0]


def _row(zone: str) -> list[str]:
    """Country, place and name of a time zone; empty texts for one that is in no country."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines())
    return next((row for row in rows if row[2:3] == [zone]), ["", "", ""])


def _degrees(sign: str, degrees: str, minutes: str, seconds: str | None) -> float:
    return round(float(f"{sign}1") * (int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600), 2)


def _currency(_: str) -> str:
    with suppress(locale.Error):
        locale.setlocale(locale.LC_MONETARY, "")
    return str(locale.localeconv()["int_curr_symbol"]).strip()


def _language(_: str) -> str:
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    found = re.match(r"([a-z]{2,3})(?=[_.@]|$)", named)
    return found[1] if found else ""


_QUESTIONS: Final[tuple[tuple[str, tuple[str, ...], Callable[[str], str], str], ...]] = (
    ("Time zone", ("time_zone",), _zone, "Europe/Berlin"),
    ("Place, latitude and longitude in degrees", ("latitude", "longitude"), _place, "52.52, 13.4"),
    ("Currency", ("currency",), _currency, "EUR"),
    ("Language", ("language",), _language, "en or de-CH"),
)
"""Question, the settings it is about, what is proposed in a time zone, and an example."""
