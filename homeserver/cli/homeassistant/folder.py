"""A Home Assistant configuration folder, read as what it is: somebody else's files.

Only what an importer names is opened: never a link, never what holds passwords alone (`.storage/auth*`), never more
than a limit. Of the config entries, among which cloud accounts lie beside helpers, only the options of helpers are
kept, and `secrets.yaml` is for an import that was agreed to. Needs the folder; writes nothing.
"""

import codecs
import errno
import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeGuard

import orjson

from homeserver.cli.failures import Failure
from homeserver.rules.reading.yaml_source import SourceError, Tagged, read
from homeserver.topics.record import record

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of the largest file: a registry of ten thousand entities has about ten million."""
MOST_FILES: Final = 2_000
_DEEPEST: Final = 8
"""Folders below the first, and files that include each other."""
_STORAGE: Final = ".storage/"
_SECRETS: Final = "secrets.yaml"
_OPEN: Final = re.compile(
    r"core\.(area|floor|label|device|entity)_registry|core\.config|zone|person|lovelace[\w.-]*|"
    r"input_(boolean|button|datetime|number|select|text)|timer|counter|schedule"
)
"""The files below `.storage` that may be opened at all."""
_ENTRIES: Final = "core.config_entries"
_OF_ENTRIES: Final = ("domain", "title", "entry_id", "options", "disabled_by")
"""What is kept of an entry: `data` may hold passwords."""
_YAML: Final = re.compile(r"(?!.*secrets\.ya?ml$)[^.].*\.ya?ml", re.IGNORECASE)
_MACRO: Final = re.compile(r"custom_templates/(?!.*/\.)[^.].*\.jinja", re.IGNORECASE)
_COPY: Final = "copy the folder again, best while Home Assistant is stopped"


@record
class Stored:
    """One file below `.storage`: the versions that can be read, and the key under which its list stands."""

    name: str
    versions: tuple[int, ...]
    key: str = "items"


@dataclass(slots=True)
class Folder:
    """`path` is the folder that holds `configuration.yaml` and `.storage`."""

    path: Path
    _texts: dict[str, str | None] = field(default_factory=dict)
    _documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    _yamls: dict[str, Any] = field(default_factory=dict)
    _opened: int = 0

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            raise Failure(f"{self.path} is no folder: name the one that holds configuration.yaml and .storage")
        if not any(self.has(f"{_STORAGE}core.{name}") for name in ("entity_registry", "device_registry", "config")):
            raise Failure(
                f"{self.path} is no configuration folder of Home Assistant: it has no .storage/core.entity_registry. "
                "Copy the folder that holds configuration.yaml, with the hidden folder .storage in it"
            )

    # -- files

    def has(self, name: str) -> bool:
        return self.text(name) is not None

    def text(self, name: str) -> str | None:
        """The text of a file; None where there is none. Raises `Failure`."""
        if name not in self._texts:
            self._check(name)
            raw = self._read(name)
            try:
                self._texts[name] = None if raw is None else raw.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                what = f"it is not UTF-8 text (byte {error.start})"
                raise Failure(f"{self.path / name}: {what}: save it as UTF-8 there, or {_COPY}") from error
        return self._texts[name]

    def _check(self, name: str) -> None:
        is_open = _OPEN.fullmatch(name.removeprefix(_STORAGE)) if name.startswith(_STORAGE) else _is_readable(name)
        if not is_open or ".." in name.split("/"):
            raise Failure(f"{self.path / name} is not opened: it is none of the files that an import needs")
        self._opened += 1
        if self._opened > MOST_FILES:
            raise Failure(f"{self.path}: more than {MOST_FILES} files; is this the configuration folder alone?")

    def _read(self, name: str) -> bytes | None:
        try:
            handle = self._open(name)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR) and self._is_linked(name):
                raise Failure(self._link(name)) from error
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise Failure(f"{self.path / name} cannot be read: {error.strerror}") from error
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise Failure(f"{self.path / name} is no ordinary file")
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise Failure(f"{self.path / name} is larger than {LARGEST // 1024**2} MiB: no Home Assistant writes that")
        return raw

    def _link(self, name: str) -> str:
        return f"{self.path / name} is a link, which is not followed: copy what it leads to, as cp -rL does"

    def _is_linked(self, name: str) -> bool:
        parts = name.split("/")
        return any(self.path.joinpath(*parts[: size + 1]).is_symlink() for size in range(len(parts)))

    def _open(self, name: str) -> int:
        """Open a file without ever following a link below the folder."""
        *folders, last = name.split("/")
        at = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
                os.close(at)
                at = below
            return os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
        finally:
            os.close(at)

    def names(self, under: str, depth: int = _DEEPEST) -> Iterator[str]:
        """The YAML files and macros below a folder, by name; hidden ones are passed over. Raises `Failure` for links,
        and for names that cannot be said."""
        found: list[os.DirEntry[str]] = []
        if (self.path / under).is_symlink():
            raise Failure(self._link(under))
        with suppress(OSError):
            if depth and ".." not in under.split("/"):
                with os.scandir(self.path / under) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
        for entry in found[:MOST_FILES]:
            name = f"{under}/{entry.name}"
            if not entry.name.isprintable():
                raise Failure(
                    f"{self.path / under}: the name {entry.name!r} in it holds signs that are none: rename it"
                )
            if entry.is_symlink() and (_is_readable(name) or "." not in entry.name):
                raise Failure(self._link(name))
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                yield from self.names(name, depth - 1)
            elif entry.is_file(follow_symlinks=False) and _is_readable(name) and entry.name[0] != ".":
                yield name

    # -- what they say

    def rows(self, file: Stored) -> list[Any]:
        """The list in a file below `.storage`; empty where there is no file. Raises `Failure`."""
        found = self.data(file).get(file.key, [] if self.text(f"{_STORAGE}{file.name}") is None else None)
        if not isinstance(found, list):
            raise Failure(f"{self.path / _STORAGE / file.name}: `data.{file.key}` must be a list; {_COPY}")
        return found

    def data(self, file: Stored) -> dict[str, Any]:
        """All that a file below `.storage` says; empty where there is none. Raises `Failure`."""
        data: dict[str, Any] = self._document(file).get("data", {})
        return data

    def minor(self, file: Stored) -> int:
        """The minor version of a file, which says what its fields mean."""
        found = self._document(file).get("minor_version", 1)
        return found if isinstance(found, int) else 1

    def entries(self, domains: Collection[str]) -> list[dict[str, Any]]:
        """The config entries of these domains, of each what `_OF_ENTRIES` names; of the others nothing is kept, and
        nothing of any is said. Raises `Failure`."""
        name = f"{_STORAGE}{_ENTRIES}"
        raw, place = self._read(name), self.path / name
        if raw is None:
            return []
        document = None
        with suppress(orjson.JSONDecodeError):  # which holds the whole text, and is not to go along with a `Failure`
            document = orjson.loads(raw.removeprefix(codecs.BOM_UTF8))
        if not _is_stored(document):
            raise Failure(f"{place}: no JSON with `version` and `data`, an object; {_COPY}")
        if document.get("version") != 1:
            raise Failure(f"{place}: `version` is not 1, which this homeserver reads: update it")
        rows = document["data"].get("entries")
        if not isinstance(rows, list):
            raise Failure(f"{place}: `data.entries` must be a list; {_COPY}")
        wanted = (row for row in rows if isinstance(row, dict) and str(row.get("domain")) in domains)
        return [{key: row[key] for key in _OF_ENTRIES if key in row} for row in wanted]

    def _document(self, file: Stored) -> dict[str, Any]:
        if file.name not in self._documents:
            text = self.text(f"{_STORAGE}{file.name}")
            self._documents[file.name] = {} if text is None else self._checked(file, text)
        return self._documents[file.name]

    def _checked(self, file: Stored, text: str) -> dict[str, Any]:
        place = self.path / _STORAGE / file.name
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise Failure(f"{place}:{error.lineno}: no JSON: {error.msg}; {_COPY}") from error
        if not _is_stored(document):
            raise Failure(f"{place}: needs `version` and `data`, an object; {_COPY}")
        version = document.get("version")
        if version not in file.versions:
            raise Failure(
                f"{place}: `version` is {version!r}; this homeserver reads {' and '.join(map(str, file.versions))}: "
                "update it, or give a copy of the folder from before that update of Home Assistant"
            )
        return document

    def yaml(self, name: str, depth: int = 0) -> Any:
        """What a YAML file says, with what it includes; None where there is none. Secrets stay `Tagged`."""
        if name not in self._yamls:
            self._yamls[name] = None  # until it is read: files may include each other
            self._yamls[name] = self._parsed(name, depth)
        return self._yamls[name]

    def _parsed(self, name: str, depth: int) -> Any:
        text = self.text(name)
        if text is None:
            return None
        try:
            document = read(text)
        except SourceError as error:
            raise Failure(f"{self.path / name}:{error.line}: {error.text}") from error
        return self._full(document.root, name, depth)

    def _full(self, value: Any, name: str, depth: int) -> Any:
        """The same with includes in place, as far down as an importer looks: two levels."""
        if isinstance(value, Tagged):
            return self._included(value, name, depth)
        if isinstance(value, dict) and depth < _DEEPEST:
            for key in value:
                inner = value[key]
                if isinstance(inner, Tagged):
                    value[key] = self._included(inner, name, depth)
                elif isinstance(inner, dict):
                    for below, one in inner.items():
                        if isinstance(one, Tagged):
                            inner[below] = self._included(one, name, depth)
        return value

    def secrets(self, under: str) -> dict[str, Any]:
        """What `secrets.yaml` in a folder holds; for an import that was agreed to, and no other."""
        place = f"{under}/{_SECRETS}" if under else _SECRETS
        if ".." in place.split("/"):
            return {}
        raw = self._read(place)
        try:
            found = read(raw.decode("utf-8-sig")).root if raw is not None else {}
        except (SourceError, UnicodeDecodeError) as error:
            line = error.line if isinstance(error, SourceError) else 1
            raise Failure(f"{self.path / place}:{line}: it cannot be read as YAML; mend it there") from None
        return dict(found) if isinstance(found, dict) else {}

    def included(self, tag: Tagged, name: str) -> list[str]:
        """The files that an `!include...` in a file names; empty for other tags. Raises `Failure`."""
        if not tag.tag.startswith("!include") or not isinstance(tag.value, str):
            return []
        place = self._place(tag, name)
        if tag.tag == "!include":
            return [place] if _YAML.fullmatch(place) else []
        return list(self.names(place))

    def _place(self, tag: Tagged, name: str) -> str:
        base, _, _ = name.rpartition("/")
        place = os.path.normpath(f"{base}/{tag.value}" if base else tag.value)
        if place.startswith(("/", "..")):
            raise Failure(f"{self.path / name}:{tag.line}: {tag.value!r} lies outside the folder and is not read")
        return place

    def _included(self, value: Tagged, name: str, depth: int) -> Any:
        if not isinstance(value.value, str) or depth >= _DEEPEST or not value.tag.startswith("!include"):
            return value
        place = self._place(value, name)
        if value.tag == "!include":
            return self.yaml(place, depth + 1) if _YAML.fullmatch(place) else None
        parts = {one: self.yaml(one, depth + 1) for one in self.names(place)}
        return _joined(value.tag, parts)


def _is_stored(document: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(document, dict) and isinstance(document.get("data"), dict)


def _is_readable(name: str) -> bool:
    return bool(_YAML.fullmatch(name) or _MACRO.fullmatch(name))


def _joined(tag: str, parts: dict[str, Any]) -> Any:
    """The files of an `!include_dir_...`, as one."""
    if tag == "!include_dir_named":
        return {Path(name).stem: part for name, part in parts.items()}
    if tag == "!include_dir_merge_named":
        return {key: inner for part in parts.values() if isinstance(part, dict) for key, inner in part.items()}
    if tag == "!include_dir_merge_list":
        return [inner for part in parts.values() if isinstance(part, list) for inner in part]
    return list(parts.values())
