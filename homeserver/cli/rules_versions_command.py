"""`homeserver rules log`, `rules diff` and `rules revert`: the texts that a rule had, and the way back to one."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from homeserver.cli.client import connected, talk
from homeserver.cli.options import AsJson, Broker, Data, load_settings, zone_of
from homeserver.cli.printing import console, print_json, print_table
from homeserver.runtime.settings import Settings

Name = Annotated[str, typer.Argument(help="The id of the rule, or script.<id>.")]
Number = Annotated[int | None, typer.Argument(help="The number of a version; the one before the present if left out.")]


def log(rule: Name, data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """List every text that a rule had, the latest first."""
    settings = load_settings(data, broker)
    answer = talk(_ask(settings, "log", {"rule": rule}))
    if as_json:
        print_json(answer)
        return
    zone = zone_of(settings)
    rows = (
        (str(each["version"]), _when(each["at"], zone), each["file"], str(each["lines"])) for each in answer["versions"]
    )
    print_table(("version", "first read", "file", "lines"), rows, "no text is kept")


def diff(
    rule: Name,
    since: Number = None,
    to: Annotated[int | None, typer.Argument(help="The other version; the present one if left out.")] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Tell what changed in a rule between two of its texts."""
    args = {"rule": rule, **({} if since is None else {"since": since}), **({} if to is None else {"to": to})}
    answer = talk(_ask(load_settings(data, broker), "diff", args))
    if as_json:
        print_json(answer)
    else:
        console.print(answer["diff"].rstrip() or "nothing differs", markup=False, soft_wrap=True)


def revert(
    rule: Name, version: Number = None, data: Data = None, broker: Broker = None, as_json: AsJson = False
) -> None:
    """Bring a former text of a rule back, in its file. That is a new version: it can be taken back too."""
    args = {"rule": rule, **({} if version is None else {"version": version})}
    answer = talk(_ask(load_settings(data, broker), "revert", args))
    if as_json:
        print_json(answer)
        return
    console.print(f"{answer['file']} holds version {answer['version']} of {answer['rule']} again", markup=False)
    for problem in answer["problems"]:
        console.print(problem, markup=False, style="red", soft_wrap=True)


def _when(text: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M:%S}"


async def _ask(settings: Settings, verb: str, args: dict[str, Any]) -> Any:
    async with connected(settings) as client:
        return await client.calls.ask("rules", verb, args)
