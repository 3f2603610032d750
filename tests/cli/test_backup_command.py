"""The commands `backup` and `restore`: options, what they print, and how they refuse."""

import os
from pathlib import Path

import pytest

from homeserver.runtime.running import occupy
from tests.cli.conftest import Run
from tests.integrations.backup.sample import make_home


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(make_home(tmp_path).data)


def test_backup_list_verify_and_restore(data: str, tmp_path: Path, run: Run) -> None:
    assert "there is no backup in" in run("backup", "list", "--data", data).out
    rules = ("--rules", str(tmp_path / "rules"))
    made = run("backup", "--data", data, *rules, "--json")
    assert made.code == 0
    place = made.json["backup"]
    assert (Path(place).parent, made.json["parts"], made.json["worker"]) == (Path(data) / "backups", 10, None)
    assert [one["path"] for one in run("backup", "list", "--data", data, "--json").json] == [place]
    assert Path(place).name in run("backup", "list", "--data", data).out
    verified = run("backup", "verify", place)
    assert "whole: the whole home, 10 parts" in verified.out
    assert "keep it as you keep a key" in verified.out
    new = ("--data", str(tmp_path / "new"), "--rules", str(tmp_path / "new-rules"))
    assert run("restore", place, *new, "--json").json["kept"] == []
    refused = run("restore", place, *new)
    assert refused.code == 1
    assert "--force keeps that" in refused.err
    forced = run("restore", place, *new, "--force")
    assert forced.code == 0
    assert "kept     what was there before" in forced.out


def test_the_backup_folder_is_a_setting(data: str, tmp_path: Path, run: Run) -> None:
    Path(data, "homeserver.toml").write_text(f'[backup]\nfolder = "{tmp_path / "elsewhere"}"\n')
    assert Path(run("backup", "--data", data, "--json").json["backup"]).parent == tmp_path / "elsewhere"
    Path(data, "homeserver.toml").write_text('[backup]\nat = "noon"\n')
    refused = run("backup", "--data", data)
    assert refused.code == 2
    assert "homeserver.toml:2: backup.at" in refused.err


def test_a_name_a_folder_and_a_plain_folder(data: str, tmp_path: Path, run: Run) -> None:
    named = run("backup", "--data", data, "--to", str(tmp_path / "deep" / "mine.tar.gz"), "--worker", "home", "--json")
    assert (named.json["backup"], named.json["parts"]) == (str(tmp_path / "deep" / "mine.tar.gz"), 1)
    plain = run("backup", "--data", data, "--to", str(tmp_path / "deep"), "--plain", "--json").json["backup"]
    assert Path(plain, "manifest.json").is_file()
    both = run("backup", "--data", data, "--to", str(tmp_path / "x.tar.gz"), "--plain")
    assert (both.code, "leave out one of the two" in both.err) == (1, True)
    bad = run("backup", "--data", data, "--worker", "../x")
    assert (bad.code, "is no name of a worker" in bad.err) == (1, True)


def test_restore_refuses_while_the_home_runs_and_whatever_its_settings_say(data: str, tmp_path: Path, run: Run) -> None:
    place = run("backup", "--data", data, "--rules", str(tmp_path / "rules"), "--json").json["backup"]
    with occupy(Path(data), "", "", login=True):
        refused = run("restore", place, "--data", data, "--force")
    assert refused.code == 1
    assert "a home runs in" in refused.err
    Path(data, "homeserver.toml").write_text("this is what = has to be restored")
    assert run("restore", place, "--data", data, "--rules", str(tmp_path / "rules"), "--force").code == 0
    assert Path(data, "homeserver.toml").read_text() == 'time_zone = "Europe/Berlin"\n'


def test_rules_go_where_the_restored_settings_say(
    data: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = ("--rules", str(tmp_path / "rules"))
    place = run("backup", "--data", data, *rules, "--json").json["backup"]
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert run("restore", place, "--data", str(tmp_path / "one")).code == 0
    assert (tmp_path / "one" / "rules" / "upstairs" / "b.yaml").is_file()
    (tmp_path / "here" / "rules").mkdir()
    assert run("restore", place, "--data", str(tmp_path / "two")).code == 0
    assert (tmp_path / "here" / "rules" / "a.yaml").is_file()
    assert not (tmp_path / "two" / "rules").exists()
    Path(data, "homeserver.toml").write_text(f'rules = "{tmp_path / "named"}"\n')
    place = run("backup", "--data", data, *rules, "--to", str(tmp_path / "b.tar.gz"), "--json").json["backup"]
    assert run("restore", place, "--data", str(tmp_path / "three")).code == 0
    assert (tmp_path / "named" / "a.yaml").is_file()
    assert sorted(os.listdir(tmp_path / "three")) == [
        *("broker", "home.db", "home.lock", "homeserver.toml", "http-token", "logins.json", "people", "secrets")
    ]


def test_a_missing_backup_is_said(run: Run, nowhere: str) -> None:
    for arguments in (("backup", "verify", nowhere), ("restore", nowhere, "--data", nowhere)):
        refused = run(*arguments)
        assert (refused.code, f"there is no backup {nowhere}" in refused.err) == (1, True)
    assert not Path(nowhere).exists()
