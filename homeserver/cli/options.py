"""Options that commands share, and the settings that come of them."""

import logging
import sys
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from homeserver.cli.durations import seconds_of
from homeserver.runtime.log import start_logging
from homeserver.runtime.running import running
from homeserver.runtime.settings import Settings
from homeserver.topics.priority import number_of

_ITS_OWN: Final = ("root", "discovery_prefix", "mqtt_port", "mqtt_host", "http_port", "http_host", "anonymous")
"""What must be as the running home has it, for a command to find it and to say how devices do."""


def priority_given(said: str) -> int:
    """The number of a priority; raises `typer.BadParameter`."""
    try:
        return number_of(said)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder that holds all that the home keeps.", metavar="DIR", show_default=False),
]
Broker = Annotated[
    str | None,
    typer.Option(
        "--broker",
        help="auto, mosquitto, amqtt, or an address mqtt[s]://[login@]host[:port].",
        metavar="BROKER",
        show_default=False,
    ),
]
Rules = Annotated[
    Path | None, typer.Option("--rules", help="Folder with the rule files.", metavar="DIR", show_default=False)
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="WORKER.KEY=VALUE, or home.KEY=VALUE; may be repeated.", metavar="SETTING"),
]
Priority = Annotated[
    int | None,
    typer.Option(
        "--priority",
        parser=priority_given,
        help="low, rule, manual, safety, or 1 to 9.",
        metavar="PRIORITY",
        show_default=False,
    ),
]
Hold = Annotated[
    float | None,
    typer.Option(
        "--hold",
        parser=seconds_of,
        help="How long weaker commands are to wait: 90, 10m, 2h; 0 ends a hold of the same priority.",
        metavar="TIME",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Reach = Annotated[float, typer.Option("--timeout", help="Seconds to wait for an answer.", min=0.1)]


def given_settings(data: Path | None, broker: str | None, sets: list[str] | None = None, **more: Any) -> Settings:
    """The settings of this very command line, environment and file; raises `SettingsError`."""
    return Settings.load({"data": data, "broker": broker, **more}, sets)


def load_settings(data: Path | None, broker: str | None) -> Settings:
    """The settings with which a command reaches its home; raises `SettingsError`. A home that runs there goes on with
    what it was started with, whatever stood on that command line or stands in the file by now."""
    settings = given_settings(data, broker)
    here = running(settings.home.data) if "://" not in settings.home.broker else None
    if here is None:
        return settings
    return given_settings(data, broker, **{name: here.settings[name][0] for name in _ITS_OWN if name in here.settings})


def zone_of(settings: Settings) -> ZoneInfo:
    """The time zone of the home that runs here, whatever its file says by now; else that of the settings."""
    home = settings.home
    here = running(home.data) if "://" not in home.broker else None
    return ZoneInfo(here.settings["time_zone"][0] if here and "time_zone" in here.settings else home.time_zone)


def log_for_people(settings: Settings, process: str, level: str | None = None) -> None:
    """Logs of a program that runs in somebody's terminal."""
    start_logging(process, level or settings.home.log_level, sys.stderr)


def log_little() -> None:
    """Logs of a short command: only what went wrong."""
    start_logging("cli", "error", sys.stderr)
    logging.getLogger("homeserver.runtime.bus").setLevel(logging.CRITICAL)  # the command itself says what is wrong
