"""`homeserver worker-login`: a file with which workers on another machine join this home."""

from pathlib import Path
from typing import Annotated, Final

import typer

from homeserver import workers
from homeserver.cli.applying import apply_logins
from homeserver.cli.doorway import door_of
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.runtime.account import LoginFile, write_login_file
from homeserver.runtime.broker import Address
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.logins import Logins, device_rights
from homeserver.runtime.plan import Post
from homeserver.runtime.ports import is_loopback
from homeserver.runtime.rights import rights_of
from homeserver.runtime.running import running
from homeserver.topics.names import NAME

app = typer.Typer(no_args_is_help=True)
OURS: Final = {"core", *(post.process for post in workers.ALONE), workers.DEMO.process, "keeper", "cli"}


@app.callback()
def worker_login() -> None:
    """Make the login file of workers on another machine."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What to call the process there: 1 to 32 of a-z 0-9 _ -")],
    names: Annotated[list[str], typer.Argument(metavar="WORKER...", help="The workers that it is to run.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="Where to write it; NAME.login in this folder if left out.")
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            help="Address of this home's broker as seen from there, if not what `homeserver listen` has opened.",
            metavar="mqtts://HOST:PORT",
        ),
    ] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Make a login with exactly the rights that these workers need, or renew its secret."""
    if not NAME.fullmatch(name) or name in OURS:
        raise Failure(f"the name {name!r} is taken or not of a-z 0-9 _ -; choose another, for example attic")
    settings = load_settings(data, broker)
    home = settings.home
    there, authority = _there(home, address)
    guest = any(worker not in workers.built_in() for worker in names)
    post = Post(name, tuple(dict.fromkeys(names)), guest=guest)
    rights = rights_of(post, workers.kinds(post.workers), home.root)
    secret = Logins(home.data).add(post.login, *rights)
    path = (file or Path(f"{name}.login")).absolute()
    devices = _devices(home, workers.devices_of(post.workers))
    content = LoginFile(broker=there, login=post.login, secret=secret, authority=authority, devices=devices)
    try:
        write_login_file(path, content)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}; choose another with --file") from error
    applied = apply_logins(settings)
    command = f"homeserver run {' '.join(post.workers)} --login {path.name}"
    if as_json:
        print_json({"file": path, "login": post.login, "run": command, "applied": applied})
        return
    console.print(f"written: {path}", soft_wrap=True)
    console.print(f"Take it to the other machine as you would a key, and run there: {command}", soft_wrap=True)
    if not applied:
        console.print("The home is not running; the login holds from its next start.")
    if is_loopback(Address.parse(there).host):
        console.print(
            f"Its address is {there}, which is this machine only. For another one: homeserver listen, then this again."
        )


def _devices(home: HomeSettings, names: tuple[str, ...]) -> dict[str, str]:
    """The secrets of the devices that they speak as, the same as here."""
    logins, found = Logins(home.data), {}
    for name in names:
        rights = device_rights(name, root=home.root, prefix=home.discovery_prefix)
        found[f"device.{name}"] = logins.ensure(f"device.{name}", *rights)
    return found


def _there(home: HomeSettings, address: str | None) -> tuple[str, str | None]:
    """The broker's address for that machine, and the certificate (PEM) of who vouches for it."""
    door = door_of(home)
    if address is not None:
        there = Address.parse(address)
        ours = door is not None and there.tls and there.port == door.secure
        return address, door.authority if door is not None and ours else None
    if door is not None:
        host = f"[{door.host}]" if ":" in door.host else door.host
        return f"mqtt{'s' * bool(door.secure)}://{host}:{door.port}", door.authority if door.secure else None
    here = running(home.data)
    return here.broker if here else f"mqtt://{home.mqtt_host}:{home.mqtt_port}", None
