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
from homeserver.runtime.logins import Logins, device_rights

app = typer.Typer(no_args_is_help=True, help="Make, list and remove the broker logins of devices.")
Name = Annotated[str, typer.Argument(help="Name of the device: 1 to 32 of a-z 0-9 _ -")]


@app.command()
def add(
    name: Name,
    topics: Annotated[
        list[str] | None, typer.Option("--topics", help="Filter it may use instead of NAME/#; may be repeated.")
    ] = None,
    discovery: Annotated[
        list[str] | None,
        typer.Option("--discovery", help="Filter of its discovery topics instead of homeassistant/+/NAME/#."),
    ] = None,
    kind: Annotated[
        Kind | None,
        typer.Option(
            "--for", help="Grant what such a device needs, and print what to type into it.", show_default=False
        ),
    ] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Make a login, or renew its secret. The secret is shown this once and kept nowhere."""
    settings = load_settings(data, broker)
    home, login = settings.home, f"device.{name}"
    door = _door(home, kind) if kind else None
    prefixes = {"root": home.root, "prefix": home.discovery_prefix}
    usual = needs(kind, name, home.discovery_prefix) if kind else ((), ())
    rights = device_rights(name, tuple(topics or usual[0]), tuple(discovery or usual[1]), **prefixes)
    logins = Logins(home.data)
    renewed = login in logins.all()
    secret = logins.add(login, *rights)
    applied = apply_logins(settings)
    if as_json:
        may = {"read": rights[0], "write": rights[1]}
        recipe = {"recipe": RECIPES[kind][1](door, Guest(name, secret))} if kind and door else {}
        print_json({"username": login, "password": secret, **may, "renewed": renewed, "applied": applied, **recipe})
        return
    console.print(f"username  {login}\npassword  {secret}", soft_wrap=True)
    console.print(f"may use   {', '.join(rights[1])}", soft_wrap=True)
    if renewed:
        console.print("It had a login before; that password no longer works.")
    console.print("It is shown this once: put it into the device now." + ("" if applied else _LATER))
    if kind and door:
        title, recipe_of = RECIPES[kind]
        console.print(f"\n{title}\n")
        print(recipe_of(door, Guest(name, secret)))


def _door(home: HomeSettings, kind: Kind) -> Door:
    """Where such a device comes in; raises `Failure` where none could."""
    door = door_of(home)
    if door is None and kind == "zigbee2mqtt" and "://" not in home.broker:
        return Door("127.0.0.1", plain=home.mqtt_port)  # most often it runs on this very machine
    if door is None:
        raise Failure("nothing listens in your network yet: give `homeserver listen` first, then this again")
    return door


_LATER = "\nThe home is not running; the login holds from its next start."


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
        console.print(f"{login} is removed." + ("" if applied else _LATER))
