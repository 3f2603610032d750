"""`homeserver import`: brings over what another system knows of the house. It shows first, asks, and can be undone."""

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from homeserver.cli.client import connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.handover import Handover, rules_folder
from homeserver.cli.homeassistant.household import Settled, judged_persons, settle_persons
from homeserver.cli.homeassistant.importers import read
from homeserver.cli.homeassistant.placing import Placed, judged, put, remembered
from homeserver.cli.homeassistant.rule_files import OURS
from homeserver.cli.homeassistant.secret_files import agreed, judged_secrets
from homeserver.cli.homeassistant.source import Comes, Found, Lives, RuleFile, Source, Stays, Wanted
from homeserver.cli.homeassistant.telling import Difference, Telling
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.home.import_words import Row
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.settings import Settings
from homeserver.runtime.settings_edit import change_settings
from homeserver.runtime.settings_file import FILE

app = typer.Typer(no_args_is_help=True, help="Bring over what another system knows of the house.")
_COPY: Final = "before-import"


@app.callback()
def import_() -> None:
    """Bring over what another system knows of the house."""


@app.command()
def homeassistant(
    folder: Annotated[
        Path, typer.Argument(help="A copy of its configuration folder, with the hidden .storage.", metavar="DIR")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    settings: Annotated[
        bool, typer.Option("--settings/--no-settings", help="Take over place, units, time zone and the like.")
    ] = True,
    rules: Annotated[bool, typer.Option("--rules/--no-rules", help="Bring automations, scripts, helpers...")] = True,
    everything: Annotated[bool, typer.Option("--all", help="Show every line of long tables.")] = False,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Take over names, ids, areas, floors, labels, zones, automations, scripts, scenes, helpers and persons of a Home
    Assistant.

    `homeserver undo` takes back what became of things; the files of rules stand in a folder of their own.
    """
    source, ours = Source(Folder(folder)), load_settings(data, broker)
    found = list(read(source))
    rows = [one for one in found if not isinstance(one, Stays | Wanted | RuleFile | Comes | Lives)]
    telling = _telling(found, rows, ours, settings=settings)
    place = talk(_rules_folder(ours)) if rules else None
    if place is not None:
        telling.placed = _placed(place, source.folder, [one for one in found if isinstance(one, RuleFile)])
        telling.comes = [one for one in found if isinstance(one, Comes)]
    telling.people = talk(_people(ours, [one for one in found if isinstance(one, Lives)]))
    coming = any(one.outcome in ("new", "changed") for one in telling.people)
    fresh = any(one.outcome in ("new", "changed") for one in telling.placed)
    is_something = bool(telling.changes or telling.settings or fresh or coming)
    if not as_json:
        telling.show(everything)
        console.print("" if is_something else "nothing to do")
    wanted = is_something and (yes or (not as_json and _agreed()))
    files = _place(place, source.folder, telling.placed) if place is not None and wanted and fresh else []
    if files:
        talk(_rules_folder(ours))  # it reads them now, before what people said of rules and helpers comes
    deed = talk(_do(ours, rows)) if wanted and (telling.changes or files) else None
    people = talk(_settle(ours, telling.people)) if wanted and coming else 0
    written = _write(ours, telling.settings) if wanted and telling.settings else None
    if as_json:
        did = {"deed": deed, "settings_file": written, "written": files, "settled": people}
        print_json({**telling.document(), "done": wanted, **did})
    elif wanted:
        _tell(deed, written, ours)
        if people:
            console.print(f"people who live here now: {people}; none of them can log in before an owner lets him")
        _tell_files(files, place)
        if files:
            _tell_lost(talk(_plan(ours, rows))[0], rows)


def _telling(found: list[Found], rows: list[Row], ours: Settings, *, settings: bool) -> Telling:
    lines, changes = talk(_plan(ours, rows))
    names = {(row.kind, row.key): row.name or getattr(row, "title", "") for row in rows}
    here = {line["key"] for line in lines if line["kind"] == "entity" and line["outcome"] != "absent"}
    stays = [_without(one, here) for one in found if isinstance(one, Stays)]
    differences: list[Difference] = []
    for one in (one for one in found if isinstance(one, Wanted) and settings):
        judged = _difference(one, ours)
        if isinstance(judged, Difference):
            differences.append(judged)
        elif judged is not None:
            stays.append(judged)
    told = [line | {"name": names[line["kind"], line["key"]]} for line in lines if line["outcome"] != "absent"]
    return Telling(told, changes, differences, [one for one in stays if one.names])


def _without(stays: Stays, here: set[str]) -> Stays:
    """The same without the entities that were recognised here all the same."""
    return Stays(stays.kind, tuple(name for name in stays.names if name not in here), stays.why, stays.later)


def _difference(wanted: Wanted, ours: Settings) -> Difference | Stays | None:
    """How a setting of theirs differs from ours, or why it cannot be ours."""
    try:
        there = getattr(HomeSettings.model_validate({wanted.name: wanted.value}), wanted.name)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"].removeprefix("Value error, ")
        return Stays("settings", (wanted.name,), f"{wanted.value!r}: {reason}")
    here = getattr(ours.home, wanted.name)
    if here == there:
        return None
    source = next(row.source for row in ours.explain() if row.name == wanted.name)
    is_file = source == "default" or FILE in source
    return Difference(wanted.name, here, there, "" if is_file else f"{source} outweighs the file")


async def _plan(settings: Settings, rows: list[Row]) -> tuple[list[dict[str, Any]], int]:
    async with connected(settings) as client:
        handover = Handover(client)
        await handover.send(rows)
        return await handover.plan()


async def _do(settings: Settings, rows: list[Row]) -> dict[str, Any]:
    """In a connection of its own: whoever was asked may have thought it over for long."""
    async with connected(settings) as client:
        handover = Handover(client)
        await handover.send(rows)
        return await handover.do()


async def _people(settings: Settings, found: list[Lives]) -> list[Settled]:
    if not found:
        return []
    async with connected(settings) as client:
        return await judged_persons(client, found)


async def _settle(settings: Settings, settled: list[Settled]) -> int:
    async with connected(settings) as client:
        return await settle_persons(client, settled)


def _agreed() -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        console.print("nothing was done: --yes does it")
        return False
    return typer.confirm("Shall all this be done?")


def _write(settings: Settings, differences: list[Difference]) -> Path:
    path = settings.home.data / FILE
    change_settings(path, {one.name: one.there for one in differences}, _COPY)
    return path


async def _rules_folder(settings: Settings) -> Path | None:
    async with connected(settings) as client:
        place = await rules_folder(client)
    if place is not None and not place.parent.is_dir():
        raise Failure(f"the rules of this home lie in {place} on another machine: run this there, or with --no-rules")
    return place


def _placed(rules: Path, folder: Folder, files: list[RuleFile]) -> list[Placed]:
    """What becomes of the files; of those with secrets only where secrets came before, for then that was agreed to."""
    placed, memory = judged(rules, files), remembered(rules)
    return placed + (judged_secrets(rules, folder, files, memory) if agreed(memory) else [])


def _place(rules: Path, folder: Folder, placed: list[Placed]) -> list[str]:
    """Write the files, and of the secrets those that the files name."""
    files = [one for one in placed if not one.file.is_private]
    return put(rules, [*files, *judged_secrets(rules, folder, [one.file for one in files], remembered(rules))])


def _tell_files(written: list[str], rules: Path | None) -> None:
    if written and rules is not None:
        console.print(
            f"{len(written)} files of rules were written, those of {OURS} into {rules / OURS}; the home reads them at "
            "once. What is wrong with them: homeserver rules check",
            soft_wrap=True,
        )


def _tell_lost(lines: list[dict[str, Any]], rows: list[Row]) -> None:
    """The ids of rules and helpers there that nothing has here: their YAML has names that make others."""
    theirs = {row.key for row in rows if row.kind == "entity" and row.theirs}
    lost = [line["key"] for line in lines if line["outcome"] == "absent" and line["key"] in theirs]
    if lost:
        console.print(
            f"nothing has these ids of Home Assistant here, as people gave them on its pages: {', '.join(lost)}. Where "
            "rules name one, write the id that its name makes, or give it with default_entity_id",
            soft_wrap=True,
            markup=False,
        )


def _tell(deed: dict[str, Any] | None, written: Path | None, settings: Settings) -> None:
    if deed is not None and deed["deed"] is not None:
        number = deed["deed"]["deed"]
        console.print(f"done, changes: {deed['changes']}; `homeserver undo {number}` takes all of it back")
    if written is not None:
        copy = written.with_name(f"{written.name}.{_COPY}")
        before = f"; as it was: {copy.name}" if copy.exists() else ""
        console.print(f"{written} was changed{before}; it holds from the next start on", soft_wrap=True)
