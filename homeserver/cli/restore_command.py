"""`homeserver restore`: brings a home, or one worker of it, back from a backup."""

import os
from pathlib import Path
from typing import Annotated

import typer

from homeserver.cli.options import AsJson, Data, Rules
from homeserver.cli.printing import console, print_json
from homeserver.runtime.clock import RealClock
from homeserver.runtime.settings import Settings
from homeserver.runtime.settings_texts import Texts
from integrations.backup.restoring import Restored, Wish, restore

app = typer.Typer()


@app.command(name="restore")
def restore_home(
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="The file or folder.")],
    worker: Annotated[
        str, typer.Option("--worker", help="Only what this worker keeps.", metavar="NAME", show_default=False)
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Put aside what is there already.")] = False,
    data: Data = None,
    rules: Rules = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place, after every part of it has been checked; the home must not run meanwhile."""
    folder = Texts(os.environ, {}, {"data": data} if data else {}).data_folder()  # its settings may be what is broken
    done = restore(Wish(backup, folder, lambda where: _rules(where, folder, rules), RealClock().now(), worker, force))
    if as_json:
        told = {"backup": backup, "made": done.manifest.made, "parts": len(done.parts), "kept": done.kept}
        print_json({**told, "data": done.data, "rules": done.rules})
    else:
        _tell(done)


def _rules(where: Path, data: Path, given: Path | None) -> Path:
    """The folder of the rule files by the settings that lie in `where`, which are going to be those of `data`."""
    found = Settings.load({"data": where, "rules": given}).home.rules
    return data / found.relative_to(where) if found.is_relative_to(where) else found


def _tell(done: Restored) -> None:
    console.print(f"restored {len(done.parts)} parts of {done.manifest.made}")
    console.print(f"data     {done.data}", soft_wrap=True)
    if any(part.path.startswith("rules/") for part in done.parts):
        console.print(f"rules    {done.rules}", soft_wrap=True)
    for place in done.kept:
        console.print(f"kept     what was there before: {place}", soft_wrap=True)
