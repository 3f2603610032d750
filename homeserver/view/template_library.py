"""Files of macros that templates import: all `*.jinja` below the folder `custom_templates`, by their way from there.

`{% from 'lights.jinja' import brightest %}`. What is too large is left out, with its name.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = "custom_templates"
LONGEST: Final = 256 * 1024
"""Bytes of the longest file."""
MOST: Final = 200
"""Files."""


def read_library(folder: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The files by name, and others by name with what is wrong with them."""
    found: dict[str, str] = {}
    faults: list[tuple[str, str]] = []
    for path in sorted((folder / FOLDER).rglob("*.jinja")):
        name = path.relative_to(folder / FOLDER).as_posix()
        fault = _fault(path, len(found))
        if fault:
            faults.append((name, fault))
            continue
        try:
            found[name] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            faults.append((name, f"cannot be read: {error}"))
    return found, faults


def _fault(path: Path, before: int) -> str:
    if before >= MOST:
        return f"there are more than {MOST} files"
    try:
        size = path.stat().st_size
    except OSError as error:
        return f"cannot be read: {error}"
    return f"longer than {LONGEST // 1024} KiB" if size > LONGEST else ""
