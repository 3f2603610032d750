"""`homeserver device-login`: who may connect as a device, and to which topics."""

from typing import Annotated

import typer

from homeserver.cli.applying import apply_logins
from homeserver.cli.doorway import door_of
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json, print_table
from homeserver.cli.recipes import RECIPES, Door, Guest, Kind
from homeserver.cli.recipes import rights as needs
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.logins import Login, Logins, device_rights

app = typer.Typer(no_args_is_help=True, help="Make, list and remove the broker logins of devices.")
Name = Annotated[str, typer.Argument(help="Name of the device: 1 to 32 of a-z 0-9 _ -")]


@app.command()
def add(
    name: Name,
    topics: Annotated[
        list[str] | None,
        typer.Option("--topics", help="Filter that it may use in place of NAME/#; all of them, so it may be repeated."),
    ] = None,
    discovery: Annotated[
        list[str] | None,
        typer.Option("--discovery", help="The same for its discovery topics in place of homeassistant/+/NAME/#."),
    ] = None,
    kind: Annotated[
        Kind | None,
        typer.Option(
            "--for", help="Grant what such a device needs, and print what to type into it.", show_default=False
        ),
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Give a login that exists a new secret; the old one ends at once.")
    ] = False,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Make a login; its secret is shown this once and kept nowhere.

    One that exists keeps its secret, and what it may use is changed to what is given. --renew gives it a new secret.
    """
    settings = load_settings(data, broker)
    home, login, logins = settings.home, f"device.{name}", Logins(settings.home.data)
    before = logins.all().get(login)
    _check(login, before, renew=renew, changes=bool(topics or discovery or kind))
    door = _door(home, kind) if kind else None
    usual = needs(kind, name, home.discovery_prefix) if kind else _granted(before, home.discovery_prefix)
    prefixes = {"root": home.root, "prefix": home.discovery_prefix}
    rights = device_rights(name, tuple(topics or usual[0]), tuple(discovery or usual[1]), **prefixes)
    secret = None
    if before is None or renew:
        secret = logins.add(login, *rights)
    else:
        logins.grant(login, *rights)
    applied = apply_logins(settings)
    recipe = (RECIPES[kind][0], RECIPES[kind][1](door, Guest(name, secret or "PASSWORD"))) if kind and door else None
    if as_json:
        done = {"created": before is None, "renewed": before is not None and renew, "applied": applied}
        may = {"read": rights[0], "write": rights[1]}
        print_json({"username": login, "password": secret, **may, **done, **({"recipe": recipe[1]} if recipe else {})})
        return
    _tell(login, secret, rights[1], before)
    if not applied:
        console.print(_LATER)
    if recipe:
        console.print(f"\n{recipe[0]}{'' if secret else ' Write its password where PASSWORD stands.'}\n")
        print(recipe[1])


def _check(login: str, before: Login | None, *, renew: bool, changes: bool) -> None:
    """Raises `Failure` where it is not clear what is to be done."""
    if before is None and renew:
        raise Failure(f"there is no {login} that could be given a new secret: leave out --renew to make it")
    if before is not None and not renew and not changes:
        raise Failure(
            f"{login} has a login already, and nothing was changed: --renew gives it a new secret; "
            "--topics, --discovery and --for change what it may use"
        )


def _granted(login: Login | None, prefix: str) -> tuple[list[str], list[str]]:
    """What it may use so far: topics, and discovery topics. None of either where there is no login."""
    told = login.write if login is not None else ()
    announces = [text for text in told if text.startswith(f"{prefix}/")]
    return [text for text in told if text not in announces], announces


def _tell(login: str, secret: str | None, may: tuple[str, ...], before: Login | None) -> None:
    console.print(f"username  {login}\npassword  {secret or 'as it was'}", soft_wrap=True)
    console.print(f"may use   {', '.join(may)}", soft_wrap=True)
    if before is not None and before.write != may:
        console.print(f"before    {', '.join(before.write)}", soft_wrap=True)
    if secret is not None:
        if before is not None:
            console.print("It had a login before; that password no longer works.")
        console.print("It is shown this once: put it into the device now.")


def _door(home: HomeSettings, kind: Kind) -> Door:
    """Where such a device comes in; raises `Failure` where none could."""
    door = door_of(home)
    if door is None and kind == "zigbee2mqtt" and "://" not in home.broker:
        return Door("127.0.0.1", plain=home.mqtt_port)  # most often it runs on this very machine
    if door is None:
        raise Failure("nothing listens in your network yet: give `homeserver listen` first, then this again")
    return door


_LATER = "The home is not running; the login holds from its next start."


@app.command(name="list")
def list_logins(data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """List the devices' logins and what they may read and write."""
    found = Logins(load_settings(data, broker).home.data).all()
    devices = {name: login for name, login in sorted(found.items()) if name.startswith("device.")}
    if as_json:
        print_json({name: {"read": login.read, "write": login.write} for name, login in devices.items()})
        return
    rows = ((name, "\n".join(login.read), "\n".join(login.write)) for name, login in devices.items())
    print_table(("username", "may read", "may write"), rows, "no device has a login yet")


@app.command()
def remove(name: Name, data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """Take a login away; a device that is connected with it is cut off."""
    settings = load_settings(data, broker)
    login = name if name.startswith("device.") else f"device.{name}"
    Logins(settings.home.data).remove(login)
    applied = apply_logins(settings)
    if as_json:
        print_json({"removed": login, "applied": applied})
    else:
        console.print(f"{login} is removed." + ("" if applied else f"\n{_LATER}"))
