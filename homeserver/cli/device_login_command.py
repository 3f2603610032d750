"""`homeserver device-login`: who may connect as a device, and to which topics."""

from typing import Annotated

import typer

from homeserver.cli.applying import apply_logins
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json, print_table
from homeserver.runtime.logins import LoginError, Logins, device_rights

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
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Make a login, or renew its secret. The secret is shown this once and kept nowhere."""
    settings = load_settings(data, broker)
    home, login = settings.home, f"device.{name}"
    prefixes = {"root": home.root, "prefix": home.discovery_prefix}
    rights = device_rights(name, tuple(topics or ()), tuple(discovery or ()), **prefixes)
    logins = Logins(home.data)
    renewed = login in logins.all()
    secret = logins.add(login, *rights)
    applied = apply_logins(settings)
    if as_json:
        may = {"read": rights[0], "write": rights[1]}
        print_json({"username": login, "password": secret, **may, "renewed": renewed, "applied": applied})
        return
    console.print(f"username  {login}\npassword  {secret}", soft_wrap=True)
    console.print(f"may use   {', '.join(rights[1])}", soft_wrap=True)
    if renewed:
        console.print("It had a login before; that password no longer works.")
    console.print("It is shown this once: put it into the device now." + ("" if applied else _LATER))


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
    if not login.startswith("device."):
        raise LoginError(f"{name!r} is no device's login")
    Logins(settings.home.data).remove(login)
    applied = apply_logins(settings)
    if as_json:
        print_json({"removed": login, "applied": applied})
    else:
        console.print(f"{login} is removed." + ("" if applied else _LATER))
