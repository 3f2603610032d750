"""Logins: who may speak to the broker, with which secret, and what each may read and write.

A login is `<kind>.<name>`: a process of the home, a person, or a device. Kept in one folder (mode 700):

- `logins.json` (600): per login the salted hash of its secret and its read and write filters, never a secret; and the
  names of the persons who exist, for whom the bridge may speak;
- `secrets/<login>` (600): the secrets that programs on this machine use themselves, in plain text.

Both brokers are fed from here; the hashes have Mosquitto's form, so that its password file can be written
without ever putting a secret on a command line. Several processes may write: a file lock orders them, and each
write is a new file that is renamed into place.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypedDict

from homeserver.runtime.filters import filter_fault
from homeserver.runtime.password import fresh_secret, hashed, nobody, verify
from homeserver.runtime.private_file import private_folder, write_private
from homeserver.topics.record import record

EVERYBODY: Final = "{person}"
"""In the filters of a process: one line for each person who exists, with his login in this place. Never a wildcard,
which would let a process speak as another process."""
LOGIN = re.compile(r"(process|person|device)\.([a-z0-9_-]{1,32})")


class LoginError(ValueError):
    """A login, its name or its filters are not acceptable; the text says which and what to do."""


@record
class Login:
    name: str
    read: tuple[str, ...]
    write: tuple[str, ...]


class _Entry(TypedDict):
    hash: str
    read: list[str]
    write: list[str]


def check_name(name: str) -> str:
    """Return the name when it is a login name; else LoginError."""
    if not LOGIN.fullmatch(name):
        raise LoginError(
            f"login name {name!r} is not <kind>.<name>: kind is process, person or device, "
            "name is 1 to 32 of a-z 0-9 _ -"
        )
    return name


class Logins:
    """The logins of one home, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "logins.json"

    def ensure(self, name: str, read: Sequence[str], write: Sequence[str]) -> str:
        """Make the login and its secret at first start, bring its filters up to date, return the secret."""
        check_name(name)
        with self._lock():
            entries = self._load()
            old = entries.get(name)
            secret = self._read_secret(name)
            kept = old["hash"] if old and secret and verify(old["hash"], secret) else None
            secret = secret or fresh_secret()
            new = _entry(kept or hashed(secret), read, write)
            if not self._secret_path(name).exists():
                write_private(self._secret_path(name), secret)
            if new != old:
                self._save({**entries, name: new})
        return secret

    def add(self, name: str, read: Sequence[str], write: Sequence[str]) -> str:
        """Make a login or renew its secret; the secret is returned this once and not kept in plain text."""
        secret = fresh_secret()
        entry = _entry(hashed(secret), read, write)
        check_name(name)
        with self._lock():
            self._save({**self._load(), name: entry})
            self._secret_path(name).unlink(missing_ok=True)
        return secret

    def grant(self, name: str, read: Sequence[str], write: Sequence[str]) -> None:
        """Change what a login may read and write, and leave its secret as it is; LoginError when there is none."""
        check_name(name)
        with self._lock():
            entries = self._load()
            if name not in entries:
                raise LoginError(f"there is no login {name!r}; known: {', '.join(sorted(entries)) or 'none'}")
            self._save({**entries, name: _entry(entries[name]["hash"], read, write)})

    def remove(self, name: str) -> None:
        """Forget a login and its secret; LoginError when there is none."""
        check_name(name)
        with self._lock():
            entries = self._load()
            if name not in entries:
                raise LoginError(f"there is no login {name!r}; known: {', '.join(sorted(entries)) or 'none'}")
            self._save({login: entry for login, entry in entries.items() if login != name})
            self._secret_path(name).unlink(missing_ok=True)

    def secret(self, name: str) -> str:
        """The plain secret of a login used on this machine; LoginError when it is not kept here."""
        secret = self._read_secret(check_name(name))
        if secret is None:
            raise LoginError(f"the secret of login {name!r} is not kept in {self.folder / 'secrets'}")
        return secret

    def all(self) -> dict[str, Login]:
        """All logins with their filters, those for everybody written out for each person."""
        entries, persons = self._read()
        return {
            name: Login(name, _each(entry["read"], name, persons), _each(entry["write"], name, persons))
            for name, entry in entries.items()
        }

    def persons(self) -> list[str]:
        """The logins of the persons who exist."""
        return self._read()[1]

    def admit(self, persons: Iterable[str]) -> bool:
        """Say who exists, by login; whether that is another word than the last one."""
        wanted = sorted(check_name(login) for login in set(persons))
        with self._lock():
            if wanted == self.persons():
                return False
            self._save(self._load(), wanted)
        return True

    def hashes(self) -> dict[str, str]:
        """Per login the hash of its secret, as Mosquitto's password file spells it."""
        return {name: entry["hash"] for name, entry in self._load().items()}

    def check(self, name: str, secret: str) -> bool:
        """Whether the secret is that login's; takes the same time for an unknown login."""
        stored = self.hashes().get(name)
        return verify(stored or nobody(), secret) and stored is not None

    def expel(self) -> None:
        """Let nobody speak as a person, and no person's own login do anything, until it is said anew who may what."""
        self.admit(())
        for name, login in self.all().items():
            if name.startswith("person.") and (login.read or login.write):
                self.grant(name, (), ())

    def _secret_path(self, name: str) -> Path:
        return self.folder / "secrets" / name

    def _read_secret(self, name: str) -> str | None:
        try:
            return self._secret_path(name).read_text("utf-8").strip() or None
        except FileNotFoundError:
            return None

    def _load(self) -> dict[str, _Entry]:
        return self._read()[0]

    def _read(self) -> tuple[dict[str, _Entry], list[str]]:
        """All logins, and the persons who exist."""
        try:
            content = json.loads(self.path.read_bytes())
            entries = content["logins"].items()
            persons = [check_name(login) for login in content.get("persons", ())]
            return {check_name(name): _entry(e["hash"], e["read"], e["write"]) for name, e in entries}, persons
        except FileNotFoundError:
            return {}, []
        except OSError as error:
            raise LoginError(f"{self.path} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise LoginError(
                f"{self.path} cannot be read ({error}); restore it from a backup, or remove it: "
                "the home makes its own logins again, devices need new secrets"
            ) from error

    def _save(self, entries: Mapping[str, _Entry], persons: list[str] | None = None) -> None:
        persons = self.persons() if persons is None else persons
        text = json.dumps({"version": 1, "persons": persons, "logins": dict(sorted(entries.items()))}, indent=1)
        write_private(self.path, text + "\n")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Nobody else changes them meanwhile; what cannot be written is told as a LoginError."""
        try:
            with self._locked():
                yield
        except OSError as error:
            place = error.filename or self.folder
            raise LoginError(f"{place} cannot be written: {error.strerror}; is it the home's data folder?") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        private_folder(self.folder)
        private_folder(self.folder / "secrets")
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _each(filters: Iterable[str], login: str, persons: Sequence[str]) -> tuple[str, ...]:
    """What stands for everybody written out, where it is a process that has it."""
    if not login.startswith("process."):
        return tuple(filters)
    found: list[str] = []
    for text in filters:
        levels = text.split("/")
        if EVERYBODY in levels:
            found += ("/".join(person if level == EVERYBODY else level for level in levels) for person in persons)
        else:
            found.append(text)
    return tuple(found)


def _entry(stored: str, read: Sequence[str], write: Sequence[str]) -> _Entry:
    for text in (*read, *write):
        _check_filter(text)
    return {"hash": stored, "read": list(dict.fromkeys(read)), "write": list(dict.fromkeys(write))}


def _check_filter(text: str) -> None:
    """A filter becomes a line of Mosquitto's ACL file, which trims blanks: refuse what would not survive."""
    fault = filter_fault(text) or ("it begins or ends with a blank" if text != text.strip() else None)
    if fault:
        raise LoginError(f"topic filter {text!r} is not valid: {fault}")


def device_rights(
    name: str,
    topics: Sequence[str] = (),
    discovery: Sequence[str] = (),
    *,
    root: str = "homeserver",
    prefix: str = "homeassistant",
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a device login may read and write.

    Without `topics` its own tree `NAME/#`, without `discovery` its own discovery topics; what is given
    replaces these. `root` is the home's own tree, which no device may touch; `prefix` is that of discovery.
    """
    own = check_name(name if "." in name else f"device.{name}").split(".")[1]
    if not topics and own in (root.split("/")[0], prefix.split("/")[0]):
        raise LoginError(f"device name {own!r} is that of the home's own topics: choose another or give topics")
    granted = (*(topics or (f"{own}/#",)), *(discovery or (f"{prefix}/+/{own}/#",)))
    for text in granted:
        _check_filter(text)
        first = text.split("/")[0]
        if first in ("+", "#", root) or first.startswith("$"):
            raise LoginError(
                f"topic filter {text!r} could reach {root}/... or $...: begin it with the device's own first "
                f"level, for example '{own}/#'"
            )
    return (*granted, f"{prefix}/status"), granted
