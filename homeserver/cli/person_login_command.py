"""`homeserver person-login`: who of the household may use a login of his own at the broker.

The secret is made here, in the data folder, and never travels; what the login may follows from the policies, and is
granted by the running home.
"""

from typing import Annotated, Any

import typer

from homeserver.cli.applying import apply_logins
from homeserver.cli.client import connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json, print_table
from homeserver.runtime.logins import Logins, check_name
from homeserver.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Make, list and remove the broker logins of people.")
User = Annotated[str, typer.Argument(help="Id of somebody who lives here: homeserver call people.list_users")]
_PERSON = "person."


@app.command()
def add(
    user: User,
    renew: Annotated[
        bool, typer.Option("--renew", help="Give a login that exists a new secret; the old one ends at once.")
    ] = False,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Make a login; its secret is shown this once and kept nowhere. The home must be running."""
    settings = load_settings(data, broker)
    login, logins = check_name(f"{_PERSON}{user.removeprefix(_PERSON)}"), Logins(settings.home.data)
    before = logins.all().get(login)
    if before is not None and not renew:
        raise Failure(f"{login} has a login already, and nothing was changed: --renew gives it a new secret")
    talk(_allow(settings, login, allowed=True))  # first: it refuses whoever does not live here
    rights = (before.read, before.write) if before is not None else ((), ())
    secret = logins.add(login, *rights)
    applied = apply_logins(settings)
    talk(_allow(settings, login, allowed=True))  # now that it is there, it is granted what it may
    if as_json:
        print_json({"username": login, "password": secret, "renewed": before is not None, "applied": applied})
        return
    console.print(f"username  {login}\npassword  {secret}", soft_wrap=True)
    console.print("It is shown this once. What it may follows from the policies, and changes with them.")


@app.command(name="list")
def list_logins(data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """List the people who have a login, and how much it may at this moment."""
    found = Logins(load_settings(data, broker).home.data).all()
    people = {name: login for name, login in sorted(found.items()) if name.startswith(_PERSON)}
    if as_json:
        print_json({name: {"read": login.read, "write": login.write} for name, login in people.items()})
        return
    rows = ((name, str(len(login.read)), str(len(login.write))) for name, login in people.items())
    print_table(("username", "filters to read", "filters to write"), rows, "nobody has a login of his own yet")


@app.command()
def remove(user: User, data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """Take a login away; a program that is connected with it is cut off. The home must be running."""
    settings = load_settings(data, broker)
    login = check_name(f"{_PERSON}{user.removeprefix(_PERSON)}")
    Logins(settings.home.data).remove(login)
    applied = apply_logins(settings)
    talk(_allow(settings, login, allowed=False))
    if as_json:
        print_json({"removed": login, "applied": applied})
    else:
        console.print(f"{login} is removed.")


async def _allow(settings: Settings, login: str, *, allowed: bool) -> None:
    request: dict[str, Any] = {"user": login.removeprefix(_PERSON), "allowed": allowed}
    async with connected(settings) as client:
        await client.calls.ask("people", "mqtt_login", request, ttl=10.0)
