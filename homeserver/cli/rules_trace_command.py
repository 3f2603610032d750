"""`homeserver rules trace` and `rules why-not`: what runs of a rule did, and why it did not run."""

from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from homeserver.cli.client import connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings, zone_of
from homeserver.cli.printing import console, print_json
from homeserver.runtime.settings import Settings

Name = Annotated[str, typer.Argument(help="The id of the rule, its alias, automation.<id>, or script.<id>.")]
_MET: Final = {True: "held", False: "did not hold", None: "could not be told"}


def trace(
    rule: Name,
    most: Annotated[int, typer.Option("--most", min=1, max=100, help="How many runs to show.")] = 3,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Tell what the latest runs of a rule did, step by step, and what each condition saw."""
    settings = load_settings(data, broker)
    answer = talk(_ask(settings, "traces", {"rule": rule, "most": most}))
    if as_json:
        print_json(answer)
        return
    if not answer["traces"]:
        _say(f"no run of {answer['rule']} has ended lately")
    for each in answer["traces"]:
        _print(each, zone_of(settings))


def why_not(
    rule: Name,
    at: Annotated[str, typer.Option("--at", help="When it was expected: 21:10, or 2026-01-05 21:10.")] = "",
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Tell why a rule did not run: the condition that was false, or what its triggers wait for."""
    settings = load_settings(data, broker)
    args: dict[str, Any] = {"rule": rule}
    if at:
        args["at"] = _moment(at, settings).isoformat()
    answer = talk(_ask(settings, "why_not", args))
    if as_json:
        print_json(answer)
        return
    _say(answer["sentence"])
    for trigger in answer["triggers"]:
        _say(f"  {trigger}", "dim")


def _moment(text: str, settings: Settings) -> datetime:
    """A time of today, or of any day, in the home's zone."""
    zone = zone_of(settings)
    now = datetime.now(zone)
    try:
        made = datetime.fromisoformat(text if len(text) > len("00:00:00") else f"{now:%Y-%m-%d} {text}")
    except ValueError as error:
        raise Failure(f"--at must be a time such as 21:10 or '2026-01-05 21:10', not {text!r}") from error
    return made if made.tzinfo else made.replace(tzinfo=zone)


def _print(one: dict[str, Any], zone: ZoneInfo) -> None:
    when = datetime.fromisoformat(one["at"]).astimezone(zone)
    _say(f"{when:%Y-%m-%d %H:%M:%S} run {one['number']}: {one['because']}; {one['outcome']}", "bold")
    if one.get("explained"):
        _say(f"  {one['explained']}")
    for row in one["conditions"]:
        _say(f"  {row['way']} (line {row['line']}) {_MET[row['met']]}: {row['saw']}")
    for step in one["steps"]:
        _say(f"  +{step['at']:.3f} s {step['way']}")
    for told in one["commands"]:
        held = f": waits, for it is held by {told['held']}" if told.get("held") else ""
        _say(f"  told {told['entity_id']} to {told['service']}{held}")
    if one["error"]:
        _say(f"  {one['error']}", "red")


def _say(text: str, style: str = "") -> None:
    console.print(text, markup=False, soft_wrap=True, style=style or None)


async def _ask(settings: Settings, verb: str, args: dict[str, Any]) -> Any:
    async with connected(settings) as client:
        return await client.calls.ask("rules", verb, args)
