"""`homeserver people`: who lives here, what each may, what was done, and a person's data taken out or away.

Asks the running home. How people prove who they are is a matter of the bridge: `invite` asks it for a link.
"""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from homeserver.cli import inviting
from homeserver.cli.client import connected, talk
from homeserver.cli.durations import seconds_of
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings, zone_of
from homeserver.cli.printing import console, print_json, print_table
from homeserver.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Who lives here, what each may, and what was done.")
User = Annotated[str, typer.Argument(help="Id of somebody: homeserver people list")]
_PATIENCE: Final = 120.0


def _ask(settings: Settings, verb: str, ttl: float = 30.0, /, **args: Any) -> Any:
    async def ask() -> Any:
        async with connected(settings) as client:
            return await client.calls.ask("people", verb, args, ttl=ttl)

    return talk(ask())


@app.command(name="list")
def list_people(data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """List who lives here."""
    found = _ask(load_settings(data, broker), "list_users")
    if as_json:
        print_json(found["users"])
        return
    rows = (
        (one["id"], one["name"], one["role"], "yes" if one["let_in"] else "no", one["expires"] or "")
        for one in found["users"]
    )
    print_table(("id", "name", "role", "may come in", "until"), rows, "nobody yet: homeserver people add NAME")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What people call him.")],
    role: Annotated[str, typer.Option(help="owner, adult, child, guest or service")] = "adult",
    id: Annotated[str | None, typer.Option("--id", help="His login is person.ID; else it is made of the name.")] = None,
    expires: Annotated[str | None, typer.Option(help="When he may come in no longer: 2026-08-01T12:00")] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody in."""
    told = _ask(load_settings(data, broker), "create_user", name=name, role=role, id=id, expires=expires)
    user = told["user"]
    _tell(told, as_json, f"{user['name']} is here as person.{user['id']}, {user['role']}. {told['note']}".rstrip())


@app.command()
def invite(
    who: Annotated[
        str, typer.Argument(metavar="NAME", help="What people call him; or the id of somebody who is here.")
    ],
    role: Annotated[str | None, typer.Option(help="owner, adult, child or guest; else adult")] = None,
    id: Annotated[str | None, typer.Option("--id", help="His login is person.ID; else it is made of the name.")] = None,
    expires: Annotated[str | None, typer.Option(help="When he may come in no longer: 2026-08-01T12:00")] = None,
    address: Annotated[str | None, typer.Option(help="What he calls this home: https://home.example.org")] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody in, and print a link by which he sets his password; for somebody who is here, a new link."""
    settings = load_settings(data, broker)
    if role == "service":
        raise Failure("a service has a key and no password: homeserver people add NAME --role service")
    inviting.check_bridge(settings)  # first: nobody is let in who cannot be told how
    told = _here_already(_ask(settings, "list_users")["users"], who, role)
    if told is None:
        told = _ask(settings, "create_user", name=who, role=role or "adult", id=id, expires=expires)
    user = told["user"]
    link = inviting.make_link(settings, f"person.{user['id']}", address)
    if as_json:
        print_json({**told, "link": link})
        return
    console.print(
        f"{user['name']} is here as person.{user['id']}, {user['role']}. {told['note']}".rstrip(), markup=False
    )
    console.print(f"link       {link}", markup=False, soft_wrap=True)
    console.print("It works once, for three days. Whoever has it sets the password: give it to nobody else.")
    if address is None and inviting.only_here(settings):
        console.print("It opens on this machine only: the setting http_host lets your network in.", markup=False)


def _here_already(users: list[dict[str, Any]], who: str, role: str | None) -> dict[str, Any] | None:
    """Somebody who lives here already, by his id or his whole name; raises `Failure` where he is of another role."""
    found = [one for one in users if one["id"] == who] or [one for one in users if one["name"] == who]
    if not found:
        return None
    if len(found) > 1:
        raise Failure(f"{who} is {' and '.join(one['id'] for one in found)}: give the id")
    user = found[0]
    if role not in (None, user["role"]):
        raise Failure(f"{user['id']} is here already, as {user['role']}: homeserver people role {user['id']} {role}")
    return {"user": user, "note": ""}


@app.command()
def role(
    user: User,
    role: Annotated[str, typer.Argument(help="owner, adult, child, guest or service")],
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Give somebody another role."""
    told = _ask(load_settings(data, broker), "update_user", user=user, role=role)
    _tell(told, as_json, f"{user} is now {told['user']['role']}. {told['note']}".rstrip())


@app.command()
def remove(user: User, data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """Let somebody in no longer; what he left behind stays. See also: erase."""
    told = _ask(load_settings(data, broker), "remove_user", user=user)
    _tell(told, as_json, f"{user} is removed, with {told['policies']} policies.")


@app.command(name="end-sessions")
def end_sessions(user: User, data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """End all keys and sessions of somebody."""
    told = _ask(load_settings(data, broker), "end_sessions", user=user)
    _tell(told, as_json, f"all keys and sessions of {user} are over.")


@app.command(name="mqtt-login")
def mqtt_login(
    user: User,
    allowed: Annotated[bool, typer.Option("--allow/--forbid", help="Whether he may.")] = True,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Say whether somebody may have a login of his own at the broker; person-login makes it."""
    told = _ask(load_settings(data, broker), "mqtt_login", user=user, allowed=allowed)
    _tell(told, as_json, f"{user} may {'' if allowed else 'not '}use a login of his own: homeserver person-login")


# -- policies

policy = typer.Typer(no_args_is_help=True, help="What a role or somebody may.")
app.add_typer(policy, name="policy")


@policy.command(name="list")
def list_policies(
    who: Annotated[str | None, typer.Argument(help="role:child or a user's id; else all.")] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """List what who may."""
    lines = _ask(load_settings(data, broker), "list_policies", who=who)["policies"]
    if as_json:
        print_json(lines)
        return
    rows = ((str(one["id"]), one["who"], *_told(one), "yes" if one["in_force"] else "no") for one in lines)
    print_table(("line", "who", "may", "what", "when", "in force"), rows, "nothing is said")


def _told(line: dict[str, Any]) -> tuple[str, str, str]:
    hours = f"{line['begins']}-{line['ends']}" if line["begins"] or line["ends"] else ""
    when = " ".join(part for part in (",".join(line["weekdays"]), hours, line["until"] or "") if part)
    return f"{'' if line['allow'] else 'not '}{line['verb']}", f"{line['scope']} {line['what']}".strip(), when


@policy.command(name="set")
def set_policy(
    who: Annotated[str, typer.Argument(help="role:child or a user's id")],
    scope: Annotated[str, typer.Argument(help="all, domain, area, label, entity or call")],
    what: Annotated[str, typer.Argument(help="light, kitchen, light.hall, rules.check; nothing for all")] = "",
    verb: Annotated[str, typer.Option(help="see, control or edit")] = "control",
    allow: Annotated[bool, typer.Option("--allow/--forbid")] = True,
    begins: Annotated[str | None, typer.Option(help="HH:MM")] = None,
    ends: Annotated[str | None, typer.Option(help="HH:MM")] = None,
    until: Annotated[str | None, typer.Option(help="When the line ends: 2026-08-01T12:00")] = None,
    line: Annotated[int | None, typer.Option(help="The line to be replaced.")] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Say what somebody may, or may not."""
    args = {"who": who, "scope": scope, "what": what, "verb": verb, "allow": allow, "policy": line}
    told = _ask(load_settings(data, broker), "set_policy", **args, begins=begins, ends=ends, until=until)
    may, about, when = _told(told)
    _tell(told, as_json, f"line {told['id']}: {told['who']} may {may} {about} {when}".rstrip())


@policy.command(name="remove")
def remove_policy(
    line: Annotated[int, typer.Argument(help="Its number: homeserver people policy list")],
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Take one line away."""
    told = _ask(load_settings(data, broker), "remove_policy", policy=line)
    _tell(told, as_json, f"line {line} is gone.")


# -- data of a person


@app.command()
def export(
    user: User,
    to: Annotated[Path | None, typer.Argument(help="Where to; else USER.zip here.")] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Take all that is known of somebody out, as one archive of JSON files."""
    settings, target = load_settings(data, broker), to or Path(f"{user}.zip")
    if target.exists():
        raise Failure(f"{target} exists, and was not touched: name another file")
    told = _ask(settings, "export_user", _PATIENCE, user=user)
    made = settings.home.data / told["file"]
    if not made.exists():
        raise Failure(f"the archive lies in the data folder of the home, as {told['file']}, and not on this machine")
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out, made.open("rb") as archive:
        shutil.copyfileobj(archive, out)
    made.unlink()
    missing = f"; these did not answer: {', '.join(told['missing'])}" if told["missing"] else ""
    _tell({**told, "file": str(target)}, as_json, f"{target}: {', '.join(told['contents'])}{missing}")


@app.command()
def erase(
    user: User,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Forget somebody for good. What he did stays in the audit, under no name; backups keep what they hold."""
    settings = load_settings(data, broker)
    if not yes and typer.prompt(f"This cannot be undone. Type {user} to erase him") != user:
        raise Failure("nothing was erased")
    told = _ask(settings, "erase_user", _PATIENCE, user=user, confirm=user)
    workers = f", and from {', '.join(told['workers'])}" if told["workers"] else ""
    _tell(told, as_json, f"{user} is erased{workers}. Backups still hold what they held.")


# -- the audit


@app.command()
def audit(
    who: Annotated[str | None, typer.Option(help="A user's id, or a login.")] = None,
    kind: Annotated[str | None, typer.Option(help="call, command, sign_in, sign_in_failed, ...")] = None,
    entity: Annotated[str | None, typer.Option(help="light.hall")] = None,
    text: Annotated[str | None, typer.Option(help="Words that stand in the row; hal* for those that begin so.")] = None,
    since: Annotated[str | None, typer.Option(help="How long ago: 2h, 7d.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Tell who did what, the latest first."""
    settings = load_settings(data, broker)
    begin = (datetime.now(UTC) - timedelta(seconds=seconds_of(since))).isoformat() if since else None
    asked = {"who": who, "kind": kind, "entity": entity, "text": text, "since": begin, "limit": limit}
    rows = _ask(settings, "audit", **asked)["rows"]
    if as_json:
        print_json(rows)
        return
    zone = zone_of(settings)
    lines = (
        (
            f"{datetime.fromisoformat(row['at']).astimezone(zone):%Y-%m-%d %H:%M:%S}",
            *(row[name] for name in ("who", "kind", "what", "outcome", "where")),
            " ".join(f"{name}={text}" for name, text in row["details"].items()),
        )
        for row in rows
    )
    print_table(("when", "who", "kind", "what", "outcome", "from", "details"), lines, "nothing was done that fits")


@app.command(name="verify-audit")
def verify_audit(data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """Reckon the chain of the audit anew. Exit code 1 where a row was changed, moved, put in or taken away."""
    told = _ask(load_settings(data, broker), "verify_audit", _PATIENCE)
    if as_json:
        print_json(told)
    elif told["ok"]:
        console.print(f"rows {told['first']} to {told['last']} are as they were written")
    else:
        console.print(f"row {told['bad']} is the first that does not hold: {told['reason']}", markup=False)
    if not as_json:
        for note in told["notes"]:
            console.print(note, markup=False)
    if not told["ok"]:
        raise typer.Exit(1)


def _tell(told: Any, as_json: bool, sentence: str) -> None:
    if as_json:
        print_json(told)
    else:
        console.print(sentence, markup=False, soft_wrap=True)
