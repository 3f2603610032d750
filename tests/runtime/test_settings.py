"""Settings: which source wins, where each value came from, and what is said of a bad one."""

import os
import subprocess
import sys
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, SecretStr

from homeserver.runtime.settings import HomeSettings, Settings, SettingsError


class Hose(BaseModel):
    """A part with parts."""

    length: int = 10
    colour: str = "green"


class Garden(BaseModel):
    """A worker's settings of every shape."""

    model_config = ConfigDict(extra="forbid")

    minutes: float = 5.0
    beds: list[str] = []
    hose: Hose = Hose()
    key: SecretStr | None = None
    depths: dict[str, int] = {}
    label: str = ""
    dry: bool = False


class OfHome(BaseModel):
    """Settings of the worker `home`, which shares its name with the platform."""

    replays: int = 1


def write(folder: Path, text: str) -> Path:
    (folder / "homeserver.toml").write_text(text, "utf-8")
    return folder


def load(folder: Path, sets: list[str] | None = None, env: dict[str, str] | None = None, **cli: Any) -> Settings:
    return Settings.load({"data": folder, **cli}, sets or [], env or {})


def test_each_source_is_stronger_than_the_one_before(tmp_path: Path) -> None:
    write(tmp_path, 'name = "file"\n[garden]\nminutes = 1\n')
    assert load(tmp_path).home.name == "file"
    env = {"HOMESERVER_NAME": "environment", "HOMESERVER_GARDEN__MINUTES": "2"}
    assert load(tmp_path, env=env).home.name == "environment"
    assert load(tmp_path, env=env, name="option").home.name == "option"
    strongest = load(tmp_path, ["home.name=set", "garden.minutes=3"], env, name="option")
    assert strongest.home.name == "set"
    assert strongest.section("garden", Garden).minutes == 3
    assert load(tmp_path, env=env).section("garden", Garden).minutes == 2


def test_options_that_were_not_given_do_not_hide_weaker_sources(tmp_path: Path) -> None:
    assert load(write(tmp_path, "http_port = 9000"), http_port=None).home.http_port == 9000


def test_every_value_tells_where_it_came_from(tmp_path: Path) -> None:
    write(tmp_path, 'name = "Casa"\n\n[garden]\nminutes = 1\n[garden.hose]\nlength = 7\n')
    env = {"HOMESERVER_GARDEN__BEDS": '["rose"]'}
    settings = load(tmp_path, ["garden.hose.colour=red"], env, http_port=9000)
    sources = {row.name: row.source for row in settings.explain({"garden": Garden})}
    file = tmp_path / "homeserver.toml"
    assert sources["name"] == f"{file}:1"
    assert sources["garden.minutes"] == f"{file}:4"
    assert sources["garden.hose"] == f"{file}:6, --set garden.hose.colour"
    assert sources["garden.beds"] == "HOMESERVER_GARDEN__BEDS"
    assert sources["http_port"] == "--http-port"
    assert sources["currency"] == "default"
    assert settings.section("garden", Garden).hose == Hose(length=7, colour="red")


def test_secrets_are_masked_when_explained(tmp_path: Path) -> None:
    settings = load(tmp_path, ["garden.key=opensesame"], {"HOMESERVER_BROKER_PASSWORD": "hunter2"})
    shown = str([(row.name, str(row.value)) for row in settings.explain({"garden": Garden})])
    assert "opensesame" not in shown
    assert "hunter2" not in shown
    assert settings.section("garden", Garden).key == SecretStr("opensesame")


def test_the_platform_and_the_worker_of_the_same_name_share_a_section(tmp_path: Path) -> None:
    write(tmp_path, '[home]\nname = "Casa"\nreplays = 4\n')
    settings = load(tmp_path)
    assert settings.home.name == "Casa"
    assert settings.section("home", OfHome).replays == 4
    changed = load(tmp_path, ["home.replays=5", "home.name=Haus"])
    assert (changed.home.name, changed.section("home", OfHome).replays) == ("Haus", 5)


def test_a_child_process_gets_the_same_settings_through_its_environment(tmp_path: Path) -> None:
    write(
        tmp_path, "latitude = 1.5\n[garden]\nbeds = ['rose', 'lily']\ndry = true\nlabel = '5'\n[garden.depths]\na = 3\n"
    )
    env = {"HOMESERVER_BROKER_PASSWORD": "hunter2", "HOMESERVER_GARDEN__HOSE__LENGTH": "4"}
    parent = load(tmp_path, ["garden.key=opensesame", "home.currency=USD"], env, mqtt_port=2000)
    child = Settings.load({}, [], parent.environment())
    assert child.home == parent.home
    assert child.section("garden", Garden) == parent.section("garden", Garden)
    assert child.section("garden", Garden).depths == {"a": 3}


class Nightly(BaseModel):
    at: time
    since: date


def test_times_and_dates_of_the_file_reach_a_child(tmp_path: Path) -> None:
    write(tmp_path, "[nightly]\nat = 03:30:00\nsince = 2026-11-01\n")
    parent = load(tmp_path)
    child = Settings.load({}, [], parent.environment())
    wanted = Nightly(at=time(3, 30), since=date(2026, 11, 1))
    assert child.section("nightly", Nightly) == parent.section("nightly", Nightly) == wanted


@given(
    label=st.text(st.characters(codec="utf-8", exclude_characters="\0")), length=st.integers(-5, 5), dry=st.booleans()
)
def test_any_value_survives_the_way_to_a_child(
    tmp_path_factory: pytest.TempPathFactory, label: str, length: int, dry: bool
) -> None:
    folder = tmp_path_factory.getbasetemp()
    sets = [f"garden.label={label}", f"garden.hose.length={length}", f"garden.dry={str(dry).lower()}"]
    parent = load(folder, sets)
    child = Settings.load({}, [], parent.environment())
    wanted = Garden(label=label, hose=Hose(length=length), dry=dry)
    assert child.section("garden", Garden) == parent.section("garden", Garden) == wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nmae = 'x'", ["homeserver.toml:1", "'nmae'", "did you mean 'name'?"]),
        ("\n\nhttp_port = 70000", ["homeserver.toml:3", "http_port", "65535"]),
        ("name = \nroot = 1", ["homeserver.toml", "line 1"]),
        ("data = '/x'", ["homeserver.toml:1", "--data"]),
        ("time_zone = 'Europe/Berln'", ["homeserver.toml:1", "did you mean 'Europe/Berlin'?"]),
        ("latitude = 91", ["homeserver.toml:1", "latitude", "90"]),
        ("currency = 'euro'", ["homeserver.toml:1", "currency"]),
        ("anonymous = true\nmqtt_host = '0.0.0.0'", ["anonymous", "loopback"]),
        ("[garden]\nminutes = 'many'", ["homeserver.toml:2", "garden.minutes", "number"]),
        ("[garden.hose]\nlength = 'long'", ["homeserver.toml:2", "garden.hose.length"]),
        ("[garden]\nminuets = 1", ["homeserver.toml:2", "'minuets'", "did you mean 'minutes'?"]),
        ("[gadren]\nminutes = 1", ["homeserver.toml:2", "'gadren'", "did you mean 'garden'?"]),
        ("[home]\nnmae = 1", ["homeserver.toml:2", "'nmae'"]),
    ],
)
def test_a_bad_file_is_named_with_line_field_and_remedy(tmp_path: Path, text: str, words: list[str]) -> None:
    write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load(tmp_path).check({"garden": Garden, "home": None})
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "homeserver.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("sets", "env", "words"),
    [
        (["garden"], {}, ["--set 'garden'", "WORKER.KEY=VALUE"]),
        (["garden.minuets=1"], {}, ["--set garden.minuets", "did you mean 'minutes'?"]),
        (["garden.minutes=soon"], {}, ["--set garden.minutes", "number"]),
        (["garden.beds=rose"], {}, ["--set garden.beds", "JSON"]),
        (["gadren.minutes=1"], {}, ["--set gadren", "did you mean 'garden'?"]),
        (["home.nmae=x"], {}, ["--set home.nmae", "did you mean 'name'?"]),
        ([], {"HOMESERVER_HTTP_PROT": "1"}, ["HOMESERVER_HTTP_PROT", "did you mean 'http_port'?"]),
        ([], {"HOMESERVER_HTTP_PORT": "many"}, ["HOMESERVER_HTTP_PORT", "http_port"]),
        ([], {"HOMESERVER_GARDEN__BEDS": "rose"}, ["HOMESERVER_GARDEN__BEDS", "JSON"]),
    ],
)
def test_a_bad_text_is_named_with_its_place(
    tmp_path: Path, sets: list[str], env: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, sets, env).check({"garden": Garden, "home": None})
    assert [word for word in words if word not in str(caught.value)] == []


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, env={"HOMESERVER_PROOF": "1", "HOMESERVER_CORPUS": "x"}).home == load(tmp_path).home


def test_the_data_folder_follows_the_xdg_specification(tmp_path: Path) -> None:
    assert Settings.load({}, [], {"XDG_DATA_HOME": str(tmp_path)}).home.data == tmp_path / "homeserver"
    assert Settings.load({}, [], {"HOME": str(tmp_path)}).home.data == tmp_path / ".local/share/homeserver"


def test_rules_lie_beside_us_or_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(tmp_path / "data").home.rules == tmp_path / "data" / "rules"
    (tmp_path / "rules").mkdir()
    assert load(tmp_path / "data").home.rules == tmp_path / "rules"


def test_every_platform_setting_says_what_it_is() -> None:
    assert [name for name, field in HomeSettings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("variables", "taken_apart"),
    [
        (
            {"HOMESERVER_HTTP_PORT": "8400", "HOMESERVER_UNIT_SYSTEM": "metric", "HOMESERVER_BROKER_PASSWORD": "x"},
            False,
        ),
        ({"HOMESERVER_HISTORY__TABLES": '["a"]'}, True),
    ],
)
def test_a_process_whose_settings_are_plain_does_not_carry_what_takes_lists_apart(
    variables: dict[str, str], taken_apart: bool, tmp_path: Path
) -> None:
    code = """if True:
        import sys
        from pydantic import BaseModel
        from homeserver.runtime.settings import Settings
        class History(BaseModel):
            tables: list[str] = []
        settings = Settings.load()
        print(settings.home.http_port, settings.section("history", History).tables, "pydantic_settings" in sys.modules)
    """
    env = {**os.environ, "HOMESERVER_DATA": str(tmp_path), **variables}
    printed = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    port = variables.get("HOMESERVER_HTTP_PORT", "8321")
    tables = ["a"] if taken_apart else []
    assert printed.split("\n")[0] == f"{port} {tables} {taken_apart}"
