"""Proves a backup whole without unpacking it: every part is there, has its size and its SHA-256, and nothing else is.

Reads all of it once, in pieces, and writes nothing.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from homeserver import __version__
from integrations.backup.archive import Piecemeal, members
from integrations.backup.contents import is_kept
from integrations.backup.manifest import LARGEST, MANIFEST, BackupError, Manifest, check_version, parse


def verify(place: Path) -> Manifest:
    """The manifest of a backup that is whole and can be restored here; raises `BackupError` with the reason."""
    found: dict[str, tuple[int, str]] = {}
    manifest: Manifest | None = None
    for member in members(place):
        if manifest is not None:
            raise BackupError(f"{place} has {member.path!r} behind its {MANIFEST}; take another backup")
        if member.path == MANIFEST:
            manifest = parse(_text(member))
        elif member.path in found:
            raise BackupError(f"{place} has {member.path!r} twice; take another backup")
        else:
            found[member.path] = (member.size, _sum(member.pieces))
    if manifest is None:
        raise BackupError(f"{place} has no {MANIFEST}: it is no backup, or one that was never finished")
    _compare(place, manifest, found)
    check_version(manifest, __version__)
    return manifest


def _text(member: Piecemeal) -> bytes:
    if member.size > LARGEST:
        raise BackupError(f"{MANIFEST} has {member.size} bytes, more than any that homeserver writes")
    return b"".join(member.pieces)


def _sum(pieces: Iterator[bytes]) -> str:
    sum_ = hashlib.sha256()
    for piece in pieces:
        sum_.update(piece)
    return sum_.hexdigest()


def _compare(place: Path, manifest: Manifest, found: dict[str, tuple[int, str]]) -> None:
    for part in manifest.parts:
        if not is_kept(part.path):
            raise BackupError(f"{place} holds {part.path!r}, which no backup of homeserver does; take another backup")
        if part.path not in found:
            raise BackupError(f"{place} lacks its part {part.path!r}; take another backup")
        size, sum_ = found.pop(part.path)
        if size != part.size:
            raise BackupError(f"{place}: {part.path!r} has {size} bytes instead of {part.size}; take another backup")
        if sum_ != part.sha256:
            raise BackupError(f"{place}: {part.path!r} was changed after the backup was made; take another backup")
    if found:
        raise BackupError(f"{place} holds {min(found)!r}, of which its {MANIFEST} knows nothing; take another backup")
