"""Puts rule files that come over into the folder of the rules, and never over what people changed here.

Keeps `homeassistant/.import.json` there: a digest of each file as it came, and of each secret, by which what people
changed since is known.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import orjson

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.rule_files import OURS
from homeserver.cli.homeassistant.source import RuleFile
from homeserver.runtime.private_file import write_again, write_private
from homeserver.topics.record import record

_MEMORY: Final = f"{OURS}/.import.json"
Memory = dict[str, str]
"""Digests by file, those of its parts by `file#part`."""


@record
class Placed:
    """What becomes of a file: `new`, `changed` there since it came, `same`, or `kept` as people have it here."""

    file: RuleFile
    outcome: str


def judged(rules: Path, files: Iterable[RuleFile]) -> list[Placed]:
    """What would become of each; raises `Failure` where the folder cannot be read."""
    came = remembered(rules)
    return [Placed(file, _outcome(rules / file.name, file, came.get(file.name))) for file in files]


def _outcome(path: Path, file: RuleFile, came: str | None) -> str:
    try:
        here = path.read_bytes()
    except FileNotFoundError:
        return "new"
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error
    if here == file.text.encode():
        return "same"
    return "changed" if came == digest(here) else "kept"


def put(rules: Path, placed: Iterable[Placed]) -> list[str]:
    """Write what is new or changed there; gives the names. Raises `Failure`."""
    came, written = remembered(rules), list[str]()
    for one in placed:
        path, content = rules / one.file.name, one.file.text.encode()
        if one.outcome in ("new", "changed"):
            _write(path, content, is_private=one.file.is_private)
            written.append(one.file.name)
        if one.outcome != "kept":
            came.pop(one.file.name, None)
            came |= one.file.marks or {one.file.name: digest(content)}
    if written:
        _write(rules / _MEMORY, orjson.dumps(came, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS), is_private=True)
    return written


def _write(path: Path, content: bytes, *, is_private: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() and not is_private:
            path.touch()
        write_private(path, content) if is_private else write_again(path, content)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}; what was written before stays") from error


def remembered(rules: Path) -> Memory:
    """Nothing where it is missing or damaged: then what differs is taken to be people's."""
    try:
        found = orjson.loads((rules / _MEMORY).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return {str(name): str(mark) for name, mark in found.items()} if isinstance(found, dict) else {}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
