"""Settings as texts and options: environment `HOMESERVER_*`, command line, `--set WORKER.KEY=VALUE`.

Lists, tables and what is inside them are taken apart by pydantic-settings against the model that they are for. It is
imported where there are such: a plain value is its text, and every process of a home would have 7 MB more.
"""

import importlib
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from homeserver.runtime.given import Given, Names, SettingsError, leaves, merged, nearest
from homeserver.runtime.home_settings import SECTION, HomeSettings, default_data

PREFIX: Final = "HOMESERVER_"
_SET: Final = re.compile(r"([a-z0-9_-]+)\.([A-Za-z0-9_.-]+)=(.*)", re.DOTALL)
_OURS: Final = frozenset(HomeSettings.model_fields)
_PLAIN: Final = frozenset(one for kind in (str, int, float, bool, Path, SecretStr) for one in (kind, kind | None))
_NEAR: Final = 0.8
"""Likeness from which an unknown variable counts as a typing error."""


class Texts:
    """What was given as text or as an option, section by section: environment, command line, `--set`."""

    def __init__(
        self, env: Mapping[str, str], sets: dict[str, dict[str, tuple[str, str]]], cli: Mapping[str, Any]
    ) -> None:
        self._env = {name: text for name, text in env.items() if name.upper().startswith(PREFIX)}
        self._all = env
        self._sets = sets
        self._cli = cli
        self._check_variables()

    def data_folder(self) -> Path:
        given = merged(self.given("", HomeSettings)).get(("data",))
        folder = Path(str(given.value)) if given else default_data(self._all)
        return Path(os.path.abspath(folder.expanduser()))

    def given(self, section: str, model: type[BaseModel]) -> list[Given]:
        """Weakest first. Section "" is the platform's; `home.` of `--set` serves both it and the worker `home`."""
        env, sets = _section_of(self._env, section), self._sets.get(section or SECTION, {})
        if section in ("", SECTION):
            more = _section_of(self._env, SECTION)
            env = {key: text for key, text in (env | more).items() if (_first(key) in _OURS) == (section == "")}
            sets = {k: v for k, v in sets.items() if (_first(k) in _OURS) == (section == "")}
        options = [Given((key,), value, f"--{key.replace('_', '-')}") for key, value in self._cli.items()]
        hints = [*model.model_fields, *(_OURS if section == SECTION else ())]
        return [*_read(model, env, hints), *([] if section else options), *_read(model, sets, hints)]

    def sections(self) -> set[str]:
        return set(self._sets) - {SECTION}

    def mention(self, section: str) -> bool:
        """Whether any text is for this worker."""
        return section in self._sets or bool(_section_of(self._env, section))

    def variables(self) -> dict[str, str]:
        """Workers' settings of the environment and of `--set` as variables, the platform's left out."""
        found = {name: text for name, text in self._env.items() if "__" in name}
        for section, texts in self._sets.items():
            for key, (text, _) in texts.items():
                if section != SECTION or _first(key) not in _OURS:
                    found[variable(section, (key,))] = text
        return found

    def _check_variables(self) -> None:
        """A variable that is nearly a setting is a typing error; others with our prefix are somebody's own business."""
        for key, (_, place) in _section_of(self._env, "").items():
            if key not in _OURS and (close := get_close_matches(key, _OURS, 1, _NEAR)):
                raise SettingsError(f"{place}: there is no setting {key!r}; did you mean {close[0]!r}?")


def _first(key: str) -> str:
    return key.split("__")[0]


def variable(section: str, path: Names) -> str:
    return f"{PREFIX}{section.replace('-', '_')}__{'__'.join(path)}".upper()


def _read(model: type[BaseModel], texts: Mapping[str, tuple[str, str]], hints: list[str]) -> list[Given]:
    """`texts`: per `key` or `key__inner` in lower case the text and its place; `hints`: names that may be meant."""
    for key, (_, place) in texts.items():
        if _first(key) not in model.model_fields:
            raise SettingsError(f"{place}: there is no setting {key!r}; {nearest(_first(key), hints, 'it has none')}")
    if all(_is_plain(model.model_fields.get(key)) for key in texts):
        return [Given((key,), text, place) for key, (text, place) in texts.items()]
    values = _apart(model, texts)
    return [Given(path, value, _place_of(texts, path)) for path, value in leaves(values) if path]


def _is_plain(field: FieldInfo | None) -> bool:
    """Whether the text that is given for a field is its value."""
    if field is None or field.validation_alias is not None:
        return False
    return field.annotation in _PLAIN or get_origin(field.annotation) is Literal


def _apart(model: type[BaseModel], texts: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    reader = importlib.import_module("homeserver.runtime.settings_reader")
    try:
        values: dict[str, Any] = reader.taken_apart(model, {key: text for key, (text, _) in texts.items()})
    except reader.UnreadableError as error:
        raise SettingsError(_unreadable(texts, str(error))) from error
    return values


def _unreadable(texts: Mapping[str, tuple[str, str]], reason: str) -> str:
    field = re.search(r'field "([^"]*)"', reason)
    place = texts.get(field[1], ("", "the environment"))[1] if field else "the environment"
    return f'{place}: a list or table must be JSON, for example ["a", "b"]'


def _place_of(texts: Mapping[str, tuple[str, str]], path: Names) -> str:
    for size in range(len(path), 0, -1):
        if found := texts.get("__".join(path[:size]).lower()):
            return found[1]
    return "the environment"


def _section_of(variables: Mapping[str, str], section: str) -> dict[str, tuple[str, str]]:
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
