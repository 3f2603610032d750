"""Where the home's own broker listens beside loopback: what `homeserver listen` was asked for.

Kept in `listeners.json` in the data folder (mode 600), which that command writes and the broker's start reads. Which
logins may come in and what each may do is the same on every listener.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.private_file import private_folder, write_private
from homeserver.runtime.tls.here import checked

FILE: Final = "listeners.json"
FOLDER: Final = "tls"
PURPOSE: Final = "broker"
_REMEDY: Final = "remove the file and give `homeserver listen` anew"
Port = Annotated[int, Field(ge=1, le=65535)]


def _host(text: str) -> str:
    """These texts become lines of the broker's configuration."""
    return checked(text) if text else ""


def _one_line(path: Path | None) -> Path | None:
    if path is not None and not (path.is_absolute() and str(path).isprintable()):
        raise ValueError("a path must be absolute and of printable characters")
    return path


Host = Annotated[str, AfterValidator(_host)]
File = Annotated[Path | None, AfterValidator(_one_line)]


class ListenersError(Exception):
    """What was asked for cannot be read; the text names file and field."""


class PlainListener(BaseModel):
    """A listener without TLS, for devices that know none. `host` "": every interface."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    port: Port = 1884
    host: Host = ""


class SecureListener(BaseModel):
    """A listener with TLS: with a certificate of the home's own authority for `names` too, or with given files."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    port: Port = 8883
    host: Host = ""
    names: tuple[Host, ...] = ()
    certificate: File = None
    key: File = None
    authority: File = None

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together: give both or neither")
        return self


class Listeners(BaseModel):
    """At most one of each kind."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    tls: SecureListener | None = None
    plain: PlainListener | None = None

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.tls is not None and self.plain is not None and self.tls.port == self.plain.port:
            raise ValueError(f"port {self.tls.port} cannot be both with TLS and without: choose another for one")
        return self

    def __bool__(self) -> bool:
        return self.tls is not None or self.plain is not None

    def for_broker(self, data: Path) -> tuple[Listener, ...]:
        """As the broker is told."""
        found = []
        if self.tls is not None:
            certificate, key, _ = files_of(self.tls, data)
            found.append(Listener(self.tls.port, self.tls.host, certificate, key))
        if self.plain is not None:
            found.append(Listener(self.plain.port, self.plain.host))
        return tuple(found)


def files_of(listener: SecureListener, data: Path) -> tuple[Path, Path, Path | None]:
    """Certificate, key, and the authority that vouches for it; None: one that every machine trusts."""
    if listener.certificate is not None and listener.key is not None:
        return listener.certificate, listener.key, listener.authority
    folder = data / FOLDER
    return folder / f"{PURPOSE}.pem", folder / f"{PURPOSE}.key", folder / "authority.pem"


def read_listeners(data: Path) -> Listeners:
    """None of either kind where nobody asked; raises `ListenersError`."""
    path = data / FILE
    try:
        values = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Listeners()
    except OSError as error:
        raise ListenersError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ListenersError(f"{path}: it is not JSON ({error}); {_REMEDY}") from error
    return checked_listeners(values, str(path), f"; {_REMEDY}")


def checked_listeners(values: Any, place: str, remedy: str = "") -> Listeners:
    """Raises `ListenersError` that begins with `place`, names the field and ends with `remedy`."""
    try:
        return Listeners.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f"{part}: " for part in (".".join(str(part) for part in first["loc"]),) if part)
        raise ListenersError(f"{place}: {where}{first['msg'].removeprefix('Value error, ')}{remedy}") from error


def write_listeners(data: Path, listeners: Listeners) -> None:
    private_folder(data)
    path = data / FILE
    if listeners:
        write_private(path, json.dumps(listeners.model_dump(mode="json", exclude_none=True), indent=1) + "\n")
    else:
        path.unlink(missing_ok=True)
