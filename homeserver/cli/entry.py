"""Finds the command that was asked for, imports its module and no other, and says in one sentence what failed."""

import gc
import importlib
import sys
from types import TracebackType
from typing import Annotated, Any, Final, Self

import typer
from typer.core import TyperCommand, TyperGroup

from homeserver import __version__
from homeserver.cli.failures import exit_code
from homeserver.runtime.given import nearest

COMMANDS: Final = {
    "up": "Run the whole home on this machine.",
    "run": "Run single workers against a broker.",
    "status": "Tell how the home, its processes and its workers are.",
    "entities": "List the entities of the home and their states.",
    "devices": "List the things in the house, and what is wrong with them.",
    "watch": "Show what happens, as it happens, and why.",
    "rename": "Give an entity, a device or a room another name.",
    "undo": "Take back what was changed about names and places.",
    "set": "Give an entity a command: set light.hall turn_on brightness=80.",
    "holds": "List who holds which entities, and what waits.",
    "release": "End a hold, so that what waits is carried out.",
    "call": "Call a worker: call keeper.restart worker=rules.",
    "rules": "Check and test rules before they run; ask what they did.",
    "topics": "Tell who hears and says what.",
    "settings": "Print the settings in force and where each came from.",
    "doctor": "Look at what is installed and reachable, and what its absence costs.",
    "backup": "Back up the home while it runs; list and verify backups.",
    "restore": "Bring the home, or one worker, back from a backup.",
    "import": "Bring over what another system knows of the house.",
    "new-worker": "Write a new worker that works at once, and its test.",
    "listen": "Let devices of your network in, with TLS and logins.",
    "device-login": "Make, list and remove the broker logins of devices.",
    "people": "Who lives here, what each may, and what was done.",
    "person-login": "Make, list and remove the broker logins of people.",
    "discovery": "Say what becomes of discovery messages, and why.",
    "worker-login": "Make the login file of workers on another machine.",
    "prepare": "Make ready a home whose broker and processes others start.",
}
"""Each command with its line in the help; its module is `homeserver.cli.<command>`."""


_MADE: Final = 50_000
"""Objects made between two looks for garbage: looking through what a start makes would be a tenth of the start."""


class Commands(TyperGroup):
    """Commands by name; only the one that runs is imported."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] in COMMANDS:
            return args[0], _load(args[0]), args[1:]
        return ctx.fail(f"there is no command {args[0]!r}; {nearest(args[0], list(COMMANDS))}")


def _load(name: str) -> Any:
    module = importlib.import_module(f"homeserver.cli.{name.replace('-', '_')}_command")
    command: Any = typer.main.get_command(module.app)
    command.name = name
    return command


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def homeserver(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A home platform in which every capability is a worker that speaks MQTT."""


class Told:
    """Ends the block with an exit code: what was to be expected is told in a sentence, a bug keeps its traceback."""

    def __init__(self) -> None:
        self.code = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        code = exit_code(error) if error is not None else 0
        if code is None:
            return False
        self.code = code
        if isinstance(error, Exception):
            typer.echo(f"homeserver: {error}", err=True)
        return True


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    gc.set_threshold(_MADE)
    given = sys.argv[1:] if arguments is None else arguments
    with Told() as told:
        app(args=given, prog_name="homeserver")
    return told.code
