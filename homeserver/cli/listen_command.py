"""`homeserver listen`: let devices of the network in, with TLS and logins; show what to type into them."""

import socket
import ssl
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from homeserver.cli import given_certificate
from homeserver.cli.client import connected, talk
from homeserver.cli.doorway import door_of, name_of
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Data, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.cli.recipes import RECIPES, Door, Guest
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.listeners import (
    Listeners,
    PlainListener,
    SecureListener,
    checked_listeners,
    files_of,
    read_listeners,
    write_listeners,
)
from homeserver.runtime.ports import check_free, reachable
from homeserver.runtime.running import running
from homeserver.runtime.settings import Settings
from homeserver.runtime.tls.certificate import certificate_at, fingerprint, names_in, valid_until
from homeserver.runtime.tls.context import client_context
from homeserver.runtime.tls.renewal import renew
from homeserver.topics.call import CallError

app = typer.Typer()
_OPEN: Final = 15.0
"""Seconds within which a listener that was asked for must let us in."""
_WARNING: Final = """\
warning    without TLS: whoever can listen in on that network reads all of it, passwords too. Only for devices
           that know no TLS; for all others: homeserver listen"""


@app.command()
def listen(
    port: Annotated[
        int | None, typer.Option("--port", help="8883; with --plain 1884.", min=1, max=65535, show_default=False)
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", help="One address to listen on, else all of them.", show_default=False)
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="What devices call this machine, beside its own names; may be repeated."),
    ] = None,
    cert: Annotated[Path | None, typer.Option("--cert", help="Certificate of your own (PEM).", metavar="FILE")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Its key (PEM).", metavar="FILE")] = None,
    ca: Annotated[Path | None, typer.Option("--ca", help="Who vouches for it (PEM).", metavar="FILE")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Without TLS, for devices that know none.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Close it again; with --plain that one only.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Change nothing; show what listens.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Let devices of your network in: with TLS, under a certificate of the home's own, and with logins only.

    Holds from now on, in a running home at once, until --off. Given again it shows what to type into devices.
    """
    settings = load_settings(data, None)
    former = read_listeners(settings.home.data)
    if (cert is None) != (key is None) or (ca is not None and cert is None):
        raise Failure("--cert and --key belong together, and --ca to both")
    if plain and (cert or name):
        raise Failure("--plain has no certificate: leave out --cert, --key, --ca and --name")
    if not show:
        _check(settings.home)
        files = {"certificate": cert, "key": key, "authority": ca}
        given = {"port": port, "host": host, "names": name, **({} if cert is None else files)}
        _change(settings, former, _closed(former, plain=plain) if off else _asked(former, given, plain=plain))
    _tell(settings.home, as_json=as_json)


def _check(home: HomeSettings) -> None:
    here = running(home.data)
    if "://" in home.broker:
        raise Failure(f"the broker {home.broker} is started by others: they decide where it listens")
    if home.anonymous or (here is not None and not here.login):
        raise Failure("this home wants no logins (--anonymous): start it without, then let the network in")


def _closed(former: Listeners, *, plain: bool) -> Listeners:
    return former.model_copy(update={"plain": None} if plain else {"plain": None, "tls": None})


def _asked(former: Listeners, given: dict[str, Any], *, plain: bool) -> Listeners:
    """What listened before, with what is given now; raises `ListenersError`."""
    kind = "plain" if plain else "tls"
    before: SecureListener | PlainListener | None = getattr(former, kind)
    values = before.model_dump() if before else {}
    values |= {field: _absolute(value) for field, value in given.items() if value is not None}
    if given.get("names"):
        values["names"] = tuple(dict.fromkeys((*given["names"], *values.get("names", ()))))
    return checked_listeners(former.model_dump() | {kind: values}, "cannot listen so")


def _absolute(value: Any) -> Any:
    return value.expanduser().absolute() if isinstance(value, Path) else value


def _change(settings: Settings, former: Listeners, asked: Listeners) -> None:
    """Make it so, or leave everything as it was and say why."""
    home = settings.home
    _check_ports(home, former, asked)
    try:
        _write(home, asked)
    except OSError as error:
        raise Failure(f"{error.filename or home.data} cannot be written: {error.strerror}") from error
    if running(home.data) is None:
        return
    try:
        talk(_apply(settings))
        for listener in _each(asked):
            _until_open(home, listener)
    except (CallError, Failure) as error:
        write_listeners(home.data, former)
        with suppress(CallError):
            talk(_apply(settings))  # where it was opened in part
        raise Failure(f"nothing was changed: {error}") from error
    _until_closed({one.port for one in _each(former)} - {one.port for one in _each(asked)})


def _write(home: HomeSettings, asked: Listeners) -> None:
    if asked.tls is not None and asked.tls.certificate is None:
        renew(home.data, home.name, asked.tls.names, datetime.now(UTC))
    elif asked.tls is not None:
        _check_files(home, asked.tls)
    write_listeners(home.data, asked)


def _check_files(home: HomeSettings, tls: SecureListener) -> None:
    """Given files do what they are for; raises `CertificateFilesError`."""
    certificate, key, authority = files_of(tls, home.data)
    for warning in given_certificate.check(certificate, key, authority, datetime.now(UTC)):
        typer.echo(f"warning    {warning}", err=True)
    called = name_of(home, tls)
    if not given_certificate.is_for(certificate, called):
        typer.echo(
            f"warning    {certificate} is not for {called}, and devices that check names will refuse it: "
            "--name says what they call this machine",
            err=True,
        )


def _each(listeners: Listeners) -> list[SecureListener | PlainListener]:
    return [one for one in (listeners.tls, listeners.plain) if one is not None]


def _check_ports(home: HomeSettings, former: Listeners, asked: Listeners) -> None:
    """In words and before anything is changed."""
    ours = {one.port for one in _each(former)} if running(home.data) else set()
    for one in _each(asked):
        if one.port == home.mqtt_port:
            raise Failure(f"port {one.port} is the one that the home's own processes use: choose another with --port")
        if one.port not in ours:
            check_free(one.host, one.port, "--port", "the broker")


async def _apply(settings: Settings) -> None:
    async with connected(settings) as client:
        await client.calls.ask("keeper", "apply_listeners", {}, ttl=10.0)


def _until_open(home: HomeSettings, listener: SecureListener | PlainListener) -> None:
    """Return when it lets us in, with TLS as a device would; raises `Failure`."""
    deadline, context = time.monotonic() + _OPEN, _context(home, listener)
    name = listener.names[0] if isinstance(listener, SecureListener) and listener.names else reachable(listener.host)
    while True:
        try:
            with socket.create_connection((reachable(listener.host), listener.port), 5) as connection:
                if context is not None:
                    context.wrap_socket(connection, server_hostname=name).close()
                return
        except OSError as error:
            if time.monotonic() > deadline:
                raise Failure(
                    f"port {listener.port} was opened, but lets nobody in ({error}); `homeserver status` says more"
                ) from error
        time.sleep(0.1)


def _until_closed(ports: set[int]) -> None:
    """Return when nobody is let in there any more, or after a while: then others listen there."""
    deadline = time.monotonic() + _OPEN
    for port in ports:
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.1)


def _context(home: HomeSettings, listener: SecureListener | PlainListener) -> ssl.SSLContext | None:
    """None where it cannot be known here whom a device trusts."""
    if isinstance(listener, PlainListener) or listener.certificate is not None:
        return None
    authority = files_of(listener, home.data)[2]
    return client_context(authority.read_text("ascii")) if authority is not None else None


# -- what people see


def _tell(home: HomeSettings, *, as_json: bool) -> None:
    asked, door = read_listeners(home.data), door_of(home)
    if as_json:
        print_json(_document(home, asked, door))
        return
    if door is None:
        console.print("Nothing listens in the network, only on this machine. To let devices in: homeserver listen")
        return
    for line in _lines(home, asked, door):
        console.print(line, soft_wrap=True, markup=False)


def _lines(home: HomeSettings, asked: Listeners, door: Door) -> list[str]:
    lines = []
    if asked.tls is not None:
        lines.append(f"listens    mqtts://{door.host}:{asked.tls.port} with TLS")
        lines += [f"{row:<10} {text}" for row, text in _proof(home, asked.tls).items()]
    if asked.plain is not None or asked.tls is None:
        lines += [f"listens    mqtt://{door.host}:{door.plain}", _WARNING]
    if running(home.data) is None and home.mosquitto_folder is None:
        lines.append("           as soon as the home runs: homeserver up")
    lines += [
        "logins     each device needs one: homeserver device-login add NAME --for tasmota|esphome|zigbee2mqtt",
        "",
    ]
    lines.append("What to type, with NAME and PASSWORD from there:")
    short = _without_authority(door)
    for title, recipe in RECIPES.values():
        lines += ["", title, *(f"    {line}" for line in recipe(short, Guest("NAME", "PASSWORD")).splitlines())]
    return lines


def _without_authority(door: Door) -> Door:
    """Its certificate stands in a file: twenty lines would hide the rest."""
    if door.authority is None:
        return door
    return replace(door, authority=f"(the text of {door.authority_file})")


def _proof(home: HomeSettings, tls: SecureListener) -> dict[str, str]:
    """What is known of the certificate."""
    path, _, authority = files_of(tls, home.data)
    certificate = certificate_at(path)
    until = f"until {valid_until(certificate):%Y-%m-%d}"
    renewed = ", renewed before" if tls.certificate is None else ""
    rows = {"names": f"{', '.join(names_in(certificate))} ({until}{renewed})"}
    if authority is not None:
        rows["authority"] = f"{authority}, SHA-256 {fingerprint(certificate_at(authority))}"
    return rows


def _document(home: HomeSettings, asked: Listeners, door: Door | None) -> dict[str, Any]:
    found: dict[str, Any] = {"running": running(home.data) is not None, "tls": None, "plain": None}
    if asked.tls is not None and door is not None:
        path, _, authority = files_of(asked.tls, home.data)
        certificate = certificate_at(path)
        found["tls"] = {
            "address": f"mqtts://{door.host}:{asked.tls.port}",
            "names": names_in(certificate),
            "until": valid_until(certificate),
            "authority": authority,
            "tasmota_fingerprint": door.key_fingerprint,
            "certificate_sha1": door.certificate_fingerprint,
        }
    if door is not None and door.plain is not None:
        found["plain"] = {"address": f"mqtt://{door.host}:{door.plain}"}
    return found
