"""Where settings come from: a TOML file with its line numbers, the environment, and `--set WORKER.KEY=VALUE`.

Each source yields rows of `Given`: the path of names below a section, the value, and a place that a person can go to.
Texts of the environment and of `--set` are taken apart by pydantic-settings against the model that they are for.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic_settings import EnvSettingsSource
from pydantic_settings import SettingsError as UnreadableError

PREFIX: Final = "HOMESERVER_"
_HEADER: Final = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_KEY: Final = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_SET: Final = re.compile(r"([a-z0-9_-]+)\.([A-Za-z0-9_.-]+)=(.*)", re.DOTALL)


class SettingsError(ValueError):
    """A setting that cannot be used; the text names the place, the field and what to do."""


@dataclass(frozen=True, slots=True)
class Given:
    """One value that somebody gave: its path below the section, the value, and where it was given."""

    path: tuple[str, ...]
    value: Any
    place: str


def nearest(name: str, known: list[str], none: str = "there is nothing to choose from") -> str:
    """`: did you mean 'x'?`, or what there is to choose from, for the end of a sentence."""
    close = get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are {', '.join(sorted(known))}" if known else none


# -- the file


def read_file(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
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


def _lines(text: str) -> dict[tuple[str, ...], int]:
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _names(header[1])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_names(key[1])), number)
    return lines


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def place_in(path: Path, lines: dict[tuple[str, ...], int], name: tuple[str, ...]) -> str:
    """`file:line` of a key, or of the table that holds it."""
    for size in range(len(name), 0, -1):
        if name[:size] in lines:
            return f"{path}:{lines[name[:size]]}"
    return str(path)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The values of nested tables, each with its path; an empty table is a value."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, str(name)))
    else:
        yield path, value


# -- texts: environment and --set


class _Texts(EnvSettingsSource):
    """pydantic-settings' reading of texts against a model, over a mapping instead of `os.environ`."""

    def __init__(self, model: type[BaseModel], texts: Mapping[str, str]) -> None:
        self._texts = texts
        super().__init__(model, case_sensitive=False, env_prefix="", env_nested_delimiter="__")  # type: ignore[arg-type]

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return dict(self._texts)


def read_texts(model: type[BaseModel], texts: Mapping[str, tuple[str, str]]) -> list[Given]:
    """`texts`: per `key` or `key__inner` in lower case the text and its place."""
    known = list(model.model_fields)
    for key, (_, place) in texts.items():
        if key.split("__")[0] not in known:
            raise SettingsError(f"{place}: there is no setting {key!r}; {nearest(key, known)}")
    try:
        values = _Texts(model, {key: text for key, (text, _) in texts.items()})()
    except UnreadableError as error:
        raise SettingsError(_unreadable(texts, str(error))) from error
    return [Given(path, value, _place_of(texts, path)) for path, value in leaves(values) if path]


def _unreadable(texts: Mapping[str, tuple[str, str]], reason: str) -> str:
    field = re.search(r'field "([^"]*)"', reason)
    place = texts.get(field[1], ("", "the environment"))[1] if field else "the environment"
    return f'{place}: a list or table must be JSON, for example ["a", "b"]'


def _place_of(texts: Mapping[str, tuple[str, str]], path: tuple[str, ...]) -> str:
    for size in range(len(path), 0, -1):
        if found := texts.get("__".join(path[:size]).lower()):
            return found[1]
    return "the environment"


def section_of(variables: Mapping[str, str], section: str) -> dict[str, tuple[str, str]]:
    """The variables `HOMESERVER_<SECTION>__KEY`, or those without a section for "", by key in lower case."""
    start = f"{PREFIX}{section.replace('-', '_')}__".lower() if section else PREFIX.lower()
    found = {}
    for name, text in variables.items():
        key = name.lower().removeprefix(start)
        if name.lower().startswith(start) and key and (section or "__" not in key):
            found[key] = (text, name)
    return found


def read_sets(sets: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """`WORKER.KEY=VALUE` by worker and key (`key__inner` where KEY has dots), with its place."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for text in sets:
        parts = _SET.fullmatch(text)
        if parts is None:
            raise SettingsError(f"--set {text!r}: write it as WORKER.KEY=VALUE, for example history.days=30")
        section, key, value = parts.groups()
        found.setdefault(section, {})[key.lower().replace(".", "__")] = (value, f"--set {section}.{key}")
    return found
