"""Changes to `homeserver.toml`: a value in its line, or a new line before the first table; all else stays as it was.

What was there before is kept beside it, and nothing is written unless the new text says exactly what it should.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from homeserver.runtime.given import SettingsError
from homeserver.runtime.home_settings import SECTION
from homeserver.runtime.private_file import write_private

_TABLE: Final = re.compile(r"^\s*\[", re.MULTILINE)
_KEY: Final = re.compile(r"""^(\s*(?:home\s*\.\s*)?["']?([A-Za-z0-9_-]+)["']?\s*=\s*)(.*)$""")
_HOME: Final = re.compile(r"^\s*\[\s*home\s*\]")
_HEAD: Final = "# The settings of this home. `homeserver settings` shows all that there are, with their values.\n\n"


def change_settings(path: Path, values: Mapping[str, Any], keep: str) -> Path | None:
    """Set settings of the platform, texts and numbers; gives the copy of the file as it was, named `*.{keep}`.

    Raises `SettingsError` where the file cannot be changed by a program, with what to write by hand."""
    try:
        before = path.read_text("utf-8") if path.exists() else ""
        after = changed(before, values)
        copy = path.with_name(f"{path.name}.{keep}") if before else None
        if copy is not None:
            write_private(copy, before)
        write_private(path, after)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be changed: {getattr(error, 'strerror', None) or error}") from error
    except ValueError as error:
        lines = "; ".join(f"{name} = {_toml(value)}" for name, value in values.items())
        raise SettingsError(f"{path} has a form that only people can change ({error}): write in it {lines}") from error
    return copy


def changed(text: str, values: Mapping[str, Any]) -> str:
    """`text` with other values; raises `ValueError` where it would not say what it should."""
    wanted = _wanted(tomllib.loads(text), values)
    left = dict(values)
    lines, is_ours = text.splitlines(), True
    for number, line in enumerate(lines):
        if _TABLE.match(line):
            is_ours = bool(_HOME.match(line))
        elif is_ours and (found := _KEY.match(line)) and found[2] in left:
            lines[number] = f"{found[1]}{_toml(left.pop(found[2]))}{_remark(found[3])}"
    fresh = [f"{name} = {_toml(value)}" for name, value in left.items()]
    place = next((number for number, line in enumerate(lines) if _TABLE.match(line)), len(lines))
    while place and not lines[place - 1].strip():
        place -= 1
    gap = [""] if fresh and lines[place:] and lines[place].strip() else []
    result = "\n".join([*lines[:place], *fresh, *gap, *lines[place:]]) + "\n"
    result = result if text.strip() else _HEAD + "\n".join(fresh) + "\n"
    if tomllib.loads(result) != wanted:
        raise ValueError("a value spans several lines, or stands in an unusual place")
    return result


def _wanted(content: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the file is to say then: a value stays in `[home]` if it is there."""
    for name, value in values.items():
        section = content.get(SECTION)
        (section if isinstance(section, dict) and name in section else content)[name] = value
    return content


def _toml(value: Any) -> str:
    """Texts and numbers look the same in JSON and TOML."""
    return json.dumps(value, ensure_ascii=False)


def _remark(rest: str) -> str:
    """The remark behind a value."""
    for place in (match.start() for match in re.finditer("#", rest)):
        try:
            tomllib.loads(f"x = {rest[:place]}")
        except tomllib.TOMLDecodeError:
            continue
        return f"  {rest[place:]}"
    return ""
