"""What a backup says of itself: every part with size and SHA-256, and who made it when. Written last, read first.

The text is sealed: it holds the SHA-256 of its own content and is accepted only in the very spelling in which it was
written, so that a single changed byte is found. That finds accidents and careless hands; whoever rewrites the whole
backup can seal it anew, so keep backups where only their owner can write. Keeps nothing.
"""

import hashlib
import json
import re
from dataclasses import asdict
from typing import Any, Final

from homeserver.topics.record import record

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a manifest: room for several hundred thousand parts."""
_LONGEST_NAME: Final = 255
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\x7f\\]")


class BackupError(Exception):
    """A backup cannot be made, read or restored; the text says why and what to do."""


@record
class Part:
    """One file: `path` is `data/...` or `rules/...`, `size` in bytes; `database`: a SQLite file that was checked."""

    path: str
    size: int
    sha256: str
    database: bool


@record
class Manifest:
    """`made` is UTC in ISO 8601; `worker` is empty for a whole home; `left_out`: files that are not in it, and why."""

    format: int
    version: str
    made: str
    worker: str
    parts: tuple[Part, ...]
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)


def name_fault(path: str) -> str:
    """Why a path cannot be that of a part; empty when it can."""
    steps = path.split("/")
    if len(steps) < 2 or steps[0] not in ("data", "rules"):
        return "it lies neither under data/ nor under rules/"
    if any(step in ("", ".", "..") for step in steps):
        return "it has an empty step, . or .."
    if _FORBIDDEN.search(path):
        return "it has a control character or a backslash"
    try:
        return "" if len(path.encode()) <= _LONGEST_NAME else f"it is longer than {_LONGEST_NAME} bytes"
    except UnicodeEncodeError:
        return "it is not UTF-8"


def dump(manifest: Manifest) -> bytes:
    content = asdict(manifest)
    return _spelled({"manifest": content, "sha256": _seal(content)})


def _spelled(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


def _seal(content: object) -> str:
    return hashlib.sha256(_spelled(content)).hexdigest()


def parse(text: bytes) -> Manifest:
    """Read what `dump` wrote; raises `BackupError` for anything else."""
    try:
        document = json.loads(text)
        content, seal = document["manifest"], document["sha256"]
        if seal != _seal(content) or _spelled(document) != text:
            raise BackupError(f"{MANIFEST} was changed after it had been written; take another backup")
        return _checked(content)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BackupError(f"{MANIFEST} cannot be read ({type(error).__name__}); take another backup") from error


def _checked(content: dict[str, Any]) -> Manifest:
    if content["format"] != FORMAT:
        raise BackupError(
            f"the backup has format {content['format']!r}, this version of homeserver reads format {FORMAT}: "
            f"restore it with homeserver {content.get('version')}"
        )
    parts = tuple(Part(**row) for row in content["parts"])
    manifest = Manifest(**{**content, "parts": parts, "left_out": tuple(content["left_out"])})
    if not all(isinstance(text, str) for text in (manifest.version, manifest.made, manifest.worker)):
        raise TypeError("version, made and worker are texts")
    paths = [_checked_part(part).path for part in parts]
    if paths != sorted(set(paths)):
        raise BackupError(f"{MANIFEST} names a part twice or out of order; take another backup")
    return manifest


def _checked_part(part: Part) -> Part:
    if type(part.size) is not int or part.size < 0 or not _SHA256.fullmatch(part.sha256):
        raise BackupError(f"{MANIFEST}: size or sum of {part.path!r} make no sense; take another backup")
    if fault := name_fault(part.path):
        raise BackupError(f"{MANIFEST}: the part {part.path!r} is not acceptable: {fault}; take another backup")
    return part


def check_version(manifest: Manifest, ours: str) -> None:
    """An older backup is brought up to date at the next start; a newer one is refused with `BackupError`."""
    if _numbers(manifest.version) > _numbers(ours):
        raise BackupError(
            f"the backup was made by homeserver {manifest.version}, this is {ours}: update homeserver first"
        )


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version.partition("+")[0])]
