"""Who a process is at the broker: the address, the login, and the secret where one is needed.

Secrets come from the data folder, from a login file or from the environment; never from a command line.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from homeserver.runtime.broker import Address as BrokerAddress
from homeserver.runtime.codec import sentence
from homeserver.runtime.logins import LOGIN, LoginError, Logins
from homeserver.runtime.mqtt_wire import Address
from homeserver.runtime.private_file import write_private
from homeserver.runtime.running import running
from homeserver.runtime.settings import HomeSettings
from homeserver.runtime.tls.context import client_context
from homeserver.topics.record import record


class AccountError(Exception):
    """No broker, or no way to log in; the text says what to do."""


@record
class Account:
    """`process` names the connection, `login` stands in the addresses of what it says.

    `devices`: secrets of device logins that came along, by login; those of this machine are in its data folder.
    """

    process: str
    login: str
    address: Address
    devices: Mapping[str, str] = field(default_factory=dict, repr=False)


class LoginFile(BaseModel):
    """What `homeserver worker-login add` writes for another machine. Keep it as you keep a key."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    broker: str = Field(description="mqtt://host:port, or mqtts:// with TLS")
    login: str = Field(pattern=LOGIN.pattern)
    secret: str = Field(min_length=1, repr=False)
    authority: str | None = Field(None, description="certificate (PEM) of who vouches for the broker")
    devices: dict[str, str] = Field(
        default_factory=dict, repr=False, description="secrets of the devices that these workers speak as, by login"
    )


def read_login_file(path: Path) -> LoginFile:
    """Raises `AccountError`, which never holds the secret."""
    try:
        return LoginFile.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise AccountError(f"login file {path}: {sentence(error)}") from error
    except OSError as error:
        raise AccountError(f"login file {path} cannot be read: {error.strerror}") from error


def write_login_file(path: Path, content: LoginFile) -> None:
    """Only its owner can read it."""
    write_private(path, json.dumps(content.model_dump(exclude_defaults=True), indent=1) + "\n")


def account_of(home: HomeSettings, process: str) -> Account:
    """The account with which `process` connects; a login given by name wins. Raises `AccountError`."""
    try:
        if home.login_file is not None:
            return _from_file(home, home.login_file)
        if "://" in home.broker:
            return _from_address(home, process)
        return _from_running(home, process)
    except LoginError as error:
        raise AccountError(str(error)) from error


def _from_file(home: HomeSettings, path: Path) -> Account:
    file = read_login_file(path)
    there = BrokerAddress.parse(home.broker if "://" in home.broker else file.broker)
    authority = file.authority or authority_of(home)
    return Account(_name(file.login), file.login, address_of(there, file.login, file.secret, authority), file.devices)


def _from_address(home: HomeSettings, process: str) -> Account:
    there = BrokerAddress.parse(home.broker)
    if there.login is None:
        return Account(process, f"process.{process}", address_of(there, authority=authority_of(home)))
    given = home.broker_password
    secret = given.get_secret_value() if given else Logins(home.data).secret(there.login)
    ours = LOGIN.fullmatch(there.login) and there.login.startswith("process.")
    name = _name(there.login) if ours else process
    login = there.login if ours else f"process.{process}"
    return Account(name, login, address_of(there, there.login, secret, authority_of(home)))


def _from_running(home: HomeSettings, process: str) -> Account:
    here = running(home.data)
    if here is None:
        raise AccountError(
            f"no home runs in {home.data}: start it with `homeserver up`, or name its folder with --data or its "
            "broker with --broker mqtt://host:port"
        )
    there, login = BrokerAddress.parse(here.broker), f"process.{process}"
    if not here.login:
        return Account(process, login, address_of(there))
    return Account(process, login, address_of(there, login, Logins(home.data).secret(login)))


def address_of(
    there: BrokerAddress, login: str | None = None, secret: str | None = None, authority: str | None = None
) -> Address:
    """The same place with what is needed to be let in. Raises `AccountError` where `authority` is no certificate."""
    if there.tls and authority is not None:
        try:
            client_context(authority)
        except (ssl.SSLError, ValueError) as error:
            raise AccountError(
                "the authority's certificate is not one in PEM form: take it anew from the home"
            ) from error
    return Address(there.host, there.port, login, secret, there.tls, authority)


def authority_of(home: HomeSettings) -> str | None:
    """The certificate that the setting `broker_authority` names; None: what this machine trusts. `AccountError`."""
    path = home.broker_authority
    try:
        return path.read_text("ascii") if path is not None else None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no certificate in PEM form"
        raise AccountError(f"broker_authority {path}: {reason}") from error


def _name(login: str) -> str:
    return login.partition(".")[2]
