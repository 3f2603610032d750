"""The settings of the home and of its workers, and where each value came from.

Weakest first: defaults, `homeserver.toml` in the data folder, environment `HOMESERVER_*`, options of the command line,
`--set WORKER.KEY=VALUE`. The platform's own stand at the top of the file or in `[home]`, a worker's in the table of its
name. Keeps nothing; needs the data folder only to look for the file.
"""

import json
import os
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from homeserver.runtime.sources import (
    PREFIX,
    Given,
    SettingsError,
    leaves,
    nearest,
    place_in,
    read_file,
    read_sets,
    read_texts,
    section_of,
)

__all__ = ["HomeSettings", "Setting", "Settings", "SettingsError"]
S = TypeVar("S", bound=BaseModel)
Port = Annotated[int, Field(ge=1, le=65535)]
FILE: Final = "homeserver.toml"
_PLATFORM: Final = "home"
"""The section that the platform shares with the worker of this name; the platform's names come first."""


def default_data(env: Mapping[str, str]) -> Path:
    """The data folder by the XDG base directory specification."""
    base = env.get("XDG_DATA_HOME") or Path(env.get("HOME") or Path.home()) / ".local" / "share"
    return Path(base) / "homeserver"


class HomeSettings(BaseModel):
    """Settings of the platform: folders, broker, doors, and the home's place on earth."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)

    data: Path = Field(default=Path(), description="folder that holds all that the home keeps")
    rules: Path = Field(default=Path(), description="folder with the rule files")
    broker: str = Field("auto", description="auto, mosquitto, amqtt or an address mqtt://[login@]host[:port]")
    broker_password: SecretStr | None = Field(None, description="secret of the login in the broker's address")
    login_file: Path | None = Field(None, description="login file from `homeserver worker-login add`")
    mqtt_port: Port = Field(1883, description="where the home's own broker listens")
    mqtt_host: str = Field("127.0.0.1", description="address on which the home's own broker listens")
    anonymous: bool = Field(False, description="let anybody on this machine use the broker without a login")
    http_port: Port = Field(8321, description="where the page and the HTTP interface are")
    http_host: str = Field("127.0.0.1", description="address on which the page is served")
    root: str = Field("homeserver", pattern=r"^[A-Za-z0-9_-]{1,32}$", description="first level of the home's topics")
    discovery_prefix: str = Field("homeassistant", pattern=r"^[A-Za-z0-9_-]{1,32}$", description="of discovery topics")
    name: str = Field("Home", min_length=1, max_length=100, description="what the home is called")
    latitude: float = Field(52.52, ge=-90, le=90, description="degrees, north is positive")
    longitude: float = Field(13.405, ge=-180, le=180, description="degrees, east is positive")
    elevation: float = Field(34.0, ge=-500, le=9000, description="metres above sea level")
    time_zone: str = Field("Europe/Berlin", description="name in the IANA time zone database")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="ISO 4217 code")
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47 tag")
    unit_system: Literal["metric", "us_customary"] = Field("metric", description="metric or us_customary")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what the log is to hold")

    @field_validator("data", "rules", "login_file")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return Path(os.path.abspath(path.expanduser())) if path is not None else None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        known = zoneinfo.available_timezones()
        if name not in known:
            raise ValueError(
                f"there is no time zone {name!r}; {nearest(name, sorted(known)) if name else 'give one'}"[:200]
            )
        return name

    @model_validator(mode="after")
    def _loopback(self) -> Self:
        if self.anonymous and self.mqtt_host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("anonymous access is possible on loopback only: take mqtt_host away or make logins")
        return self


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value, for people: secrets are masked."""

    name: str
    value: Any
    source: str


class Settings:
    """The effective settings. `home` is the platform's part; `section` gives a worker's."""

    def __init__(self, home: HomeSettings, given: dict[str, list[Given]], texts: "Texts") -> None:
        self.home = home
        self._given = given
        self._texts = texts

    @classmethod
    def load(
        cls, cli: Mapping[str, Any] | None = None, sets: list[str] | None = None, env: Mapping[str, str] | None = None
    ) -> "Settings":
        """Read all sources; `cli` holds options by field name, None for what was not given. Raises `SettingsError`."""
        env = os.environ if env is None else env
        texts = Texts(
            env, read_sets(sets or []), {name: value for name, value in (cli or {}).items() if value is not None}
        )
        path = texts.data_folder() / FILE
        given = _from_file(path)
        platform = merged([*given.pop("", []), *texts.given("", HomeSettings)])
        platform = _with_folders(platform, path.parent)
        return cls(_checked(HomeSettings, platform, "home"), given, texts)

    def section(self, worker: str, model: type[S]) -> S:
        """The settings of one worker; raises `SettingsError` that names place, field and remedy."""
        return _checked(model, self._of(worker, model), worker)

    def _of(self, worker: str, model: type[BaseModel]) -> dict[tuple[str, ...], Given]:
        return merged([*self._given.get(worker, []), *self._texts.given(worker, model)])

    def check(self, models: Mapping[str, type[BaseModel] | None], others: Iterable[str] = ()) -> None:
        """Check the sections of these workers; refuses a section that belongs neither to them nor to `others`."""
        for worker, model in models.items():
            self.section(worker, model or _NoOptions)
        known = {*models, *others, _PLATFORM}
        for section in self._given.keys() | self._texts.sections():
            if section not in known:
                rows = self._given.get(section)
                place = rows[0].place if rows else f"--set {section}"
                raise SettingsError(f"{place}: there is no worker {section!r}; {nearest(section, sorted(known))}")

    def explain(self, models: Mapping[str, type[BaseModel] | None] | None = None) -> list[Setting]:
        """Every effective value and where it came from, the platform's first."""
        path = self.home.data / FILE
        given = _with_folders(
            merged([*_from_file(path).get("", []), *self._texts.given("", HomeSettings)]), path.parent
        )
        rows = _explained("", self.home, given)
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
                variables[_variable(section, row.path)] = _text(row.value)
        return variables | self._texts.variables()


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
        ours = set(HomeSettings.model_fields)
        env, sets = section_of(self._env, section), self._sets.get(section or _PLATFORM, {})
        if section in ("", _PLATFORM):
            more = section_of(self._env, _PLATFORM)
            env = {key: text for key, text in (env | more).items() if (_first(key) in ours) == (section == "")}
            sets = {k: v for k, v in sets.items() if (_first(k) in ours) == (section == "")}
        options = [Given((key,), value, f"--{key.replace('_', '-')}") for key, value in self._cli.items()]
        return [*read_texts(model, env), *([] if section else options), *read_texts(model, sets)]

    def sections(self) -> set[str]:
        return set(self._sets) - {_PLATFORM}

    def variables(self) -> dict[str, str]:
        """Workers' settings of the environment and of `--set` as variables, the platform's left out."""
        ours = set(HomeSettings.model_fields)
        found = {name: text for name, text in self._env.items() if "__" in name}
        for section, texts in self._sets.items():
            for key, (text, _) in texts.items():
                if section != _PLATFORM or _first(key) not in ours:
                    found[_variable(section, (key,))] = text
        return found

    def _check_variables(self) -> None:
        """A variable that is nearly a setting is a typing error; others with our prefix are somebody's own business."""
        ours = list(HomeSettings.model_fields)
        for key, (_, place) in section_of(self._env, "").items():
            if key not in ours:
                hint = nearest(key, ours)
                if hint.startswith("did"):
                    raise SettingsError(f"{place}: there is no setting {key!r}; {hint}")


class _NoOptions(BaseModel):
    """Of a worker without settings."""


def _first(key: str) -> str:
    return key.split("__")[0]


def _variable(section: str, path: tuple[str, ...]) -> str:
    return f"{PREFIX}{section.replace('-', '_')}__{'__'.join(path)}".upper()


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return (
        value if isinstance(value, str) else str(value) if isinstance(value, Path) else json.dumps(value, default=str)
    )


def merged(rows: list[Given]) -> dict[tuple[str, ...], Given]:
    """The last word on each path; a word on a table replaces what was said of its parts."""
    found: dict[tuple[str, ...], Given] = {}
    for row in rows:
        for path in [path for path in found if path[: len(row.path)] == row.path or row.path[: len(path)] == path]:
            del found[path]
        found[row.path] = row
    return found


def _from_file(path: Path) -> dict[str, list[Given]]:
    """The rows of the file by section; "" is the platform's."""
    content, lines = read_file(path)
    ours = HomeSettings.model_fields
    given: dict[str, list[Given]] = {}
    for names, value in leaves(content):
        if not names:
            continue
        place = place_in(path, lines, names)
        if names[0] == _PLATFORM and len(names) > 1 and names[1] in ours:
            names = names[1:]
        if len(names) == 1 and not isinstance(value, dict) and names[0] not in ours:
            raise SettingsError(f"{place}: there is no setting {names[0]!r}; {nearest(names[0], list(ours))}")
        if names[0] == "data":
            raise SettingsError(
                f"{place}: `data` cannot be set in the file that lies in it; use --data or {PREFIX}DATA"
            )
        section, below = ("", names) if names[0] in ours else (names[0], names[1:])
        if below:
            given.setdefault(section, []).append(Given(below, value, place))
    return given


def _with_folders(platform: dict[tuple[str, ...], Given], data: Path) -> dict[tuple[str, ...], Given]:
    """The two folders whose defaults depend on where we are."""
    here = Path.cwd() / "rules"
    rules = here if here.is_dir() else data / "rules"
    defaults = {("data",): Given(("data",), data, "default"), ("rules",): Given(("rules",), rules, "default")}
    return defaults | platform


def _checked(model: type[S], given: dict[tuple[str, ...], Given], section: str) -> S:
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


def _put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
    values[path[-1]] = value


def _fault(error: ValidationError, given: dict[tuple[str, ...], Given], section: str) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    path = tuple(str(part) for part in first["loc"])
    places = [row.place for row_path, row in given.items() if row_path[: len(path)] == path[: len(row_path)]]
    message = first["msg"].removeprefix("Value error, ")
    where = f"{places[0]}: " if path and places else ""
    return f"{where}{'.'.join((section, *path))}: {message}"


def _explained(prefix: str, values: BaseModel, given: dict[tuple[str, ...], Given]) -> list[Setting]:
    rows = []
    for name in type(values).model_fields:
        sources = {row.place: None for path, row in given.items() if path[0] == name}
        value = getattr(values, name)
        rows.append(Setting(f"{prefix}{name}", value, ", ".join(sources) or "default"))
    return rows
