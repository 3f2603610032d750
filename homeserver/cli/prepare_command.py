"""`homeserver prepare`: make ready a home whose broker and processes others start, as compose.yaml does."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from homeserver import workers
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Data, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.runtime.enrolment import enrol
from homeserver.runtime.listeners import Listeners, SecureListener, write_listeners
from homeserver.runtime.logins import Logins
from homeserver.runtime.preparation import hand_out, place_store, write_certificate, write_logins
from homeserver.runtime.tls.renewal import renew

app = typer.Typer()


@app.command()
def prepare(
    into: Annotated[
        Path | None,
        typer.Option("--into", help="Folder with a data folder for each process that is to get its own secrets."),
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", help="What devices call this machine, beside its own names; may be repeated."),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make all logins, and write what a Mosquitto in the folder of the setting `mosquitto_folder` reads.

    To do it again renews what has changed, and changes no secret.
    """
    home = load_settings(data, None).home
    if home.mosquitto_folder is None:
        raise Failure("set mosquitto_folder to the folder in which Mosquitto looks for passwd and acl")
    if everywhere := {"0.0.0.0", "::", "[::]"} & set(names or ()):  # noqa: S104 - compared, not listened on
        raise Failure(f"{everywhere.pop()} is no name of this machine: give its address, for example 192.168.1.10")
    logins, plan = Logins(home.data), workers.plan(demo=True)
    refused = enrol(logins, plan, home)
    issued = renew(home.data, home.name, names or (), datetime.now(UTC))
    if names:
        # `homeserver listen --show` tells
        write_listeners(home.data, Listeners(tls=SecureListener(names=tuple(names))))
    write_certificate(home.mosquitto_folder, issued.certificate, issued.key)
    write_logins(home.mosquitto_folder, logins)
    place_store(home.data, home.mosquitto_folder)
    given = hand_out(logins, plan.posts.values(), into) if into is not None else []
    if as_json:
        print_json({"logins": len(logins.all()), "secrets": given, "renewed": issued.renewed, "refused": refused})
        return
    console.print(f"{len(logins.all())} logins written to {home.mosquitto_folder}", soft_wrap=True)
    console.print(f"secrets given to: {', '.join(given) or 'nobody'}", soft_wrap=True)
    for process, reason in refused.items():
        console.print(f"{process} has no login: {reason}", soft_wrap=True)
