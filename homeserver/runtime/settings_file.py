"""`homeserver.toml` in the data folder, with the line of each value."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from homeserver.runtime.given import Given, Names, SettingsError, leaves, nearest
from homeserver.runtime.home_settings import SECTION, HomeSettings

FILE: Final = "homeserver.toml"
_HEADER: Final = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_KEY: Final = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def read_settings_file(path: Path) -> dict[str, list[Given]]:
    """The rows of the file by section; "" is the platform's."""
    content, lines = _read(path)
    ours = HomeSettings.model_fields
    given: dict[str, list[Given]] = {}
    for names, value in leaves(content):
        if not names:
            continue
        place = _place(path, lines, names)
        if names[0] == SECTION and len(names) > 1 and names[1] in ours:
            names = names[1:]
        if len(names) == 1 and not isinstance(value, dict) and names[0] not in ours:
            raise SettingsError(f"{place}: there is no setting {names[0]!r}; {nearest(names[0], list(ours))}")
        if names[0] == "data":
            raise SettingsError(
                f"{place}: `data` cannot be set in the file that lies in it; use --data or HOMESERVER_DATA"
            )
        section, below = ("", names) if names[0] in ours else (names[0], names[1:])
        if below:
            given.setdefault(section, []).append(Given(below, value, place))
    return given


def _read(path: Path) -> tuple[dict[str, Any], dict[Names, int]]:
    """The content of a TOML file and the line of each key; empty where there is no file."""
    try:
        text = path.read_text("utf-8")
        return tomllib.loads(text), _lines(text)
    except FileNotFoundError:
        return {}, {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f'{path}: {error}; a value looks like key = "text" or key = 5') from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: it is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def _lines(text: str) -> dict[Names, int]:
    lines: dict[Names, int] = {}
    table: Names = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _names(header[1])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_names(key[1])), number)
    return lines


def _names(dotted: str) -> Names:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _place(path: Path, lines: dict[Names, int], name: Names) -> str:
    """`file:line` of a key, or of the table that holds it."""
    for size in range(len(name), 0, -1):
        if name[:size] in lines:
            return f"{path}:{lines[name[:size]]}"
    return str(path)
