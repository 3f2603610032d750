"""`homeserver backup`: a copy of the whole home or of one worker, taken while it runs; and whether one is whole."""

from pathlib import Path
from typing import Annotated

import typer

from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Data, Rules, Sets, given_settings, zone_of
from homeserver.cli.printing import console, print_json, print_table
from homeserver.runtime.clock import RealClock
from homeserver.runtime.settings import Settings
from homeserver.topics.names import NAME
from integrations.backup import catalogue
from integrations.backup.archive import ENDING
from integrations.backup.contents import Folders
from integrations.backup.making import Order, make
from integrations.backup.manifest import Manifest
from integrations.backup.verifying import verify
from integrations.backup.worker import Backup, BackupOptions, folder_of

app = typer.Typer()


@app.callback(invoke_without_command=True)
def backup(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            help=f"Folder that the backup is put into, or the file to write (*{ENDING}).",
            metavar="PLACE",
            show_default=False,
        ),
    ] = None,
    worker: Annotated[
        str, typer.Option("--worker", help="Only what this worker keeps.", metavar="NAME", show_default=False)
    ] = "",
    plain: Annotated[bool, typer.Option("--plain", help="A folder of plain files instead of one file.")] = False,
    data: Data = None,
    rules: Rules = None,
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Back up the home while it runs. The backup holds every secret of the home: keep it as you keep a key."""
    if context.invoked_subcommand is not None:
        return
    if worker and not NAME.fullmatch(worker):
        raise Failure(f"{worker!r} is no name of a worker: 1 to 32 of a-z 0-9 _ -")
    settings, now = given_settings(data, None, sets, rules=rules), RealClock().now()
    name = catalogue.name_of(catalogue.kind_of(worker), now, plain=plain)
    place = _place((to or _folder(settings)).expanduser().absolute(), name, plain=plain)
    manifest = make(Order(Folders(settings.home.data, settings.home.rules), place, now, worker, plain))
    _tell(place, manifest, as_json)


def _folder(settings: Settings) -> Path:
    return folder_of(settings.section(Backup.name, BackupOptions), settings.home.data)


def _place(to: Path, name: str, *, plain: bool) -> Path:
    if not to.name.endswith(ENDING):
        return to / name
    if plain:
        raise Failure(f"--plain writes a folder, and {to} is the name of a file; leave out one of the two")
    return to


@app.command(name="verify")
def verify_backup(
    place: Annotated[Path, typer.Argument(metavar="BACKUP", help="The file or folder.")], as_json: AsJson = False
) -> None:
    """Read a backup from end to end and tell whether every part of it is as it was written."""
    _tell(place, verify(place), as_json)


@app.command(name="list")
def list_backups(data: Data = None, sets: Sets = None, as_json: AsJson = False) -> None:
    """List the backups in the home's own folder for them, newest first."""
    settings = given_settings(data, None, sets)
    folder = _folder(settings)
    found = catalogue.entries(folder)
    if as_json:
        print_json([{"path": folder / entry.name, "made": entry.made, "size": entry.size} for entry in found])
        return
    zone = zone_of(settings)
    rows = ((one.name, f"{one.made.astimezone(zone):%Y-%m-%d %H:%M}", _megabytes(one.size)) for one in found)
    print_table(("backup", "made", "size"), rows, f"there is no backup in {folder} yet")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _tell(place: Path, manifest: Manifest, as_json: bool) -> None:
    if as_json:
        told = {"made": manifest.made, "version": manifest.version, "worker": manifest.worker or None}
        more = {"parts": len(manifest.parts), "size": manifest.size, "left_out": manifest.left_out}
        print_json({"backup": place, **told, **more})
        return
    what = f"worker {manifest.worker}" if manifest.worker else "the whole home"
    console.print(f"{place}", soft_wrap=True)
    console.print(f"whole: {what}, {len(manifest.parts)} parts, {_megabytes(manifest.size)}, made {manifest.made}")
    for line in manifest.left_out:
        console.print(f"not in it: {line}", soft_wrap=True, markup=False)
    if any(part.path.startswith("data/secrets/") or part.path == "data/logins.json" for part in manifest.parts):
        console.print("It holds the secrets of the home, not encrypted: keep it as you keep a key.")
