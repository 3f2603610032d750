"""The settings of the home and of its workers, and where each value came from.

Weakest first: defaults, `homeserver.toml` in the data folder, environment `HOMESERVER_*`, options of the command line,
`--set WORKER.KEY=VALUE`. The platform's own stand at the top of the file or in `[home]`, a worker's in the table of its
name. Keeps nothing; needs the data folder only to look for the file.
"""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from homeserver.runtime.given import Given, Names, SettingsError, merged, nearest
from homeserver.runtime.home_settings import SECTION, HomeSettings, with_folders
from homeserver.runtime.settings_file import FILE, read_settings_file
from homeserver.runtime.settings_texts import PREFIX, Texts, read_sets, variable
from homeserver.topics.record import record

__all__ = ["HomeSettings", "Setting", "Settings", "SettingsError"]
S = TypeVar("S", bound=BaseModel)


@record
class Setting:
    """One effective value as JSON has it, for people: secrets are masked."""

    name: str
    value: Any
    source: str


class Settings:
    """The effective settings. `home` is the platform's part; `section` gives a worker's."""

    def __init__(self, platform: dict[Names, Given], given: dict[str, list[Given]], texts: Texts) -> None:
        self.home = _checked(HomeSettings, platform, SECTION)
        self._platform = platform
        self._given = given
        self._texts = texts

    @classmethod
    def load(
        cls, cli: Mapping[str, Any] | None = None, sets: list[str] | None = None, env: Mapping[str, str] | None = None
    ) -> "Settings":
        """Read all sources; `cli` holds options by field name, None for what was not given. Raises `SettingsError`."""
        options = {name: value for name, value in (cli or {}).items() if value is not None}
        texts = Texts(os.environ if env is None else env, read_sets(sets or []), options)
        path = texts.data_folder() / FILE
        given = read_settings_file(path)
        platform = merged([*given.pop("", []), *texts.given("", HomeSettings)])
        return cls(with_folders(platform, path.parent), given, texts)

    def section(self, worker: str, model: type[S]) -> S:
        """The settings of one worker; raises `SettingsError` that names place, field and remedy."""
        return _checked(model, self._of(worker, model), worker)

    def _of(self, worker: str, model: type[BaseModel]) -> dict[Names, Given]:
        return merged([*self._given.get(worker, []), *self._texts.given(worker, model)])

    def mention(self, worker: str) -> bool:
        """Whether anybody gave a setting of this worker."""
        return worker in self._given or self._texts.mention(worker)

    def check(self, models: Mapping[str, type[BaseModel] | None], others: Iterable[str] = ()) -> None:
        """Check the sections of these workers; refuses a section that belongs neither to them nor to `others`."""
        for worker, model in models.items():
            self.section(worker, model or _NoOptions)
        known = {*models, *others, SECTION}
        for section in self._given.keys() | self._texts.sections():
            if section not in known:
                rows = self._given.get(section)
                place = rows[0].place if rows else f"--set {section}"
                raise SettingsError(f"{place}: there is no worker {section!r}; {nearest(section, sorted(known))}")

    def explain(self, models: Mapping[str, type[BaseModel] | None] | None = None) -> list[Setting]:
        """Every effective value and where it came from, the platform's first."""
        rows = _explained("", self.home, self._platform)
        for worker, model in sorted((models or {}).items()):
            if model is not None:
                rows += _explained(f"{worker}.", self.section(worker, model), self._of(worker, model))
        return rows

    def environment(self) -> dict[str, str]:
        """Variables with which a child process gets the same settings; never print them: they may hold secrets."""
        variables = {}
        for name in self.home.model_fields_set | {"data", "rules"}:
            variables[f"{PREFIX}{name.upper()}"] = _text(getattr(self.home, name))
        for section, rows in self._given.items():
            for row in rows:
                variables[variable(section, row.path)] = _text(row.value)
        return variables | self._texts.variables()


class _NoOptions(BaseModel):
    """Of a worker without settings."""


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, str | Path) else json.dumps(value, default=str)


def _checked(model: type[S], given: dict[Names, Given], section: str) -> S:
    known = list(model.model_fields)
    values: dict[str, Any] = {}
    for path, row in given.items():
        if path[0] not in known:
            hint = nearest(path[0], known, "it has none")
            raise SettingsError(f"{row.place}: {section} has no setting {path[0]!r}; {hint}")
        _put(values, path, row.value)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_fault(error, given, section)) from error


def _put(values: dict[str, Any], path: Names, value: Any) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
    values[path[-1]] = value


def _fault(error: ValidationError, given: dict[Names, Given], section: str) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    path = tuple(str(part) for part in first["loc"])
    places = [row.place for row_path, row in given.items() if row_path[: len(path)] == path[: len(row_path)]]
    message = first["msg"].removeprefix("Value error, ")
    where = f"{places[0]}: " if path and places else ""
    return f"{where}{'.'.join((section, *path))}: {message}"


def _explained(prefix: str, values: BaseModel, given: dict[Names, Given]) -> list[Setting]:
    rows = []
    for name, value in values.model_dump(mode="json").items():
        sources = {row.place: None for path, row in given.items() if path[0] == name}
        rows.append(Setting(f"{prefix}{name}", value, ", ".join(sources) or "default"))
    return rows
