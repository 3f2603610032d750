"""What rule files said when they were last read: reading YAML is a third of the start of a home with a thousand rules.

One file in the data folder: a digest, and with `marshal` (JSON takes ten times as long) each file's digest and its
values as `_packed` writes them. It is never needed: what is missing, torn or of another version is read from the rule
file again.
"""

import hashlib
import logging
import marshal
import sys
from collections.abc import Container
from pathlib import Path
from typing import Any, Final

from homeserver.rules.reading import yaml_source
from homeserver.rules.reading.yaml_source import Document, Map, Seq, Tagged, read
from homeserver.runtime.private_file import write_private

log = logging.getLogger(__name__)
_SMALL: Final = 512
"""Characters of a file that is read as fast from YAML as from here."""


class Shelf:
    """Documents by name of their file; `path` None keeps nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._packed: dict[str, list[Any]] | None = None  # megabytes: in memory only while files are read
        self._is_new = False

    def document(self, name: str, text: str) -> Document:
        """What the file `name` says with `text`; raises `SourceError`."""
        if self._path is None or len(text) < _SMALL:
            return read(text)
        mark = _mark(text)
        if self._packed is None:
            self._packed = self._load(self._path)
        found = self._packed.get(name)
        if found is not None and found[0] == mark:
            return _unpacked(marshal.loads(found[1]))
        document = read(text)
        self._packed[name] = [mark, marshal.dumps(_packed(document))]
        self._is_new = True
        return document

    def put_away(self, names: Container[str]) -> None:
        """Keep what is new for the next start, of the files that there still are."""
        packed, self._packed = self._packed, None
        if self._path is None or packed is None or not self._is_new:
            return
        self._is_new = False
        body = marshal.dumps({name: kept for name, kept in packed.items() if name in names})
        try:
            write_private(self._path, _digest(body) + body)
        except OSError as error:
            log.warning("%s cannot be written (%s): the next start reads every rule file", self._path, error)

    @staticmethod
    def _load(path: Path) -> dict[str, list[Any]]:
        """Nothing where it is damaged or of another version."""
        try:
            content = path.read_bytes()
        except OSError:
            return {}
        digest, body = content[:_DIGEST], content[_DIGEST:]
        packed: dict[str, list[Any]] = marshal.loads(body) if digest == _digest(body) else {}
        return packed


def _mark(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(_FORM + body).digest()


_DIGEST: Final = hashlib.sha256().digest_size
_FORM: Final = b"".join((sys.version.encode(), Path(yaml_source.__file__).read_bytes(), Path(__file__).read_bytes()))
"""What is on the shelf was made by the reader of today, for the Python of today."""
_MAP, _SEQ, _TAGGED = 0, 1, 2


def _packed(document: Document) -> list[Any]:
    return [_value(document.root), document.line, document.remarks, document.count, document.depth, document.has_tags]


def _value(value: Any) -> Any:
    """A collection as a list that begins with its kind and line; plain values as they are."""
    if isinstance(value, Map):
        return [_MAP, value.line, list(value), value.lines, [_value(part) for part in value.values()]]
    if isinstance(value, Seq):
        return [_SEQ, value.line, value.lines, [_value(part) for part in value]]
    return [_TAGGED, value.line, value.tag, _value(value.value)] if isinstance(value, Tagged) else value


def _unpacked(packed: Any) -> Document:
    root, line, remarks, *more = packed
    return Document(_restored(root), line, [(at, text) for at, text in remarks], *more)


def _restored(packed: Any) -> Any:
    """What was packed. It is used up on the way: there are megabytes of it."""
    if not isinstance(packed, list):
        return packed
    if packed[0] == _MAP:
        return _map(packed)
    if packed[0] == _TAGGED:
        return Tagged(packed[2], _restored(packed[3]), packed[1])
    made, parts = Seq(), packed[3]
    parts.reverse()
    made.extend(_restored(parts.pop()) for _ in range(len(parts)))
    made.line, made.lines = packed[1], packed[2]
    return made


def _map(packed: list[Any]) -> Map:
    _, line, keys, lines, values = packed
    made = Map()
    made.line, made.lines = line, lines
    values.reverse()
    made.update((key, _restored(values.pop())) for key in keys)
    return made
