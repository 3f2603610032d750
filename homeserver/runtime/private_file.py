"""Files that only their owner can read, replaced at once and durably.

A reader sees the old file or the new one, never half of one, whatever breaks off meanwhile.
"""

import os
import secrets
from pathlib import Path


def write_private(path: Path, content: str | bytes) -> None:
    """Replace the file (mode 600); its folder must exist."""
    _write(path, content, 0o600)


def write_again(path: Path, content: str | bytes) -> None:
    """Replace a file that is there; who may read it stays as it is."""
    _write(path, content, path.stat().st_mode & 0o777)


def _write(path: Path, content: str | bytes, mode: int) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def private_folder(path: Path) -> None:
    """Make the folder if it is missing; in any case nobody else may look into it (mode 700)."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
