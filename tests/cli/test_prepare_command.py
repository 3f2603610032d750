"""`homeserver prepare`, and the commands that work beside it where others start broker and processes."""

from pathlib import Path

import pytest

from homeserver.runtime.logins import Logins
from tests.cli.conftest import Run


def test_it_says_what_it_needs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = run("prepare", "--data", str(tmp_path))
    assert refused.code == 1
    assert "set mosquitto_folder to the folder" in refused.err
    monkeypatch.setenv("HOMESERVER_MOSQUITTO_FOLDER", str(tmp_path))
    refused = run("prepare", "--data", str(tmp_path), "--name", "0.0.0.0")
    assert refused.code == 1
    assert "0.0.0.0 is no name of this machine: give its address" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_it_makes_logins_rights_and_certificate_and_tells_whom_it_gave_secrets(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMESERVER_MOSQUITTO_FOLDER", str(tmp_path / "mosquitto"))
    (tmp_path / "processes" / "bridge").mkdir(parents=True)
    data = str(tmp_path / "data")
    first = run("prepare", "--data", data, "--into", str(tmp_path / "processes"), "--json").json
    assert first == {"logins": 5, "secrets": ["bridge"], "renewed": True, "refused": {}}
    before = Logins(tmp_path / "data").hashes(), (tmp_path / "mosquitto" / "broker.pem").read_text()
    shown = run("prepare", "--data", data, "--into", str(tmp_path / "processes")).out
    assert "secrets given to: bridge" in shown
    assert (Logins(tmp_path / "data").hashes(), (tmp_path / "mosquitto" / "broker.pem").read_text()) == before
    for login in Logins(tmp_path / "data").all():
        assert Logins(tmp_path / "data").secret(login) not in shown

    added = run("device-login", "add", "plug", "--data", data, "--json").json
    assert added["applied"] is True
    assert "user device.plug\n" in (tmp_path / "mosquitto" / "acl").read_text()
    assert run("device-login", "remove", "plug", "--data", data, "--json").json["applied"] is True
    assert "device.plug" not in (tmp_path / "mosquitto" / "passwd").read_text()


def test_run_without_workers_runs_those_of_a_process(run: Run, tmp_path: Path) -> None:
    refused = run("run", "--process", "attic", "--data", str(tmp_path))
    assert refused.code == 2
    assert "with --process one of bridge, core, demo" in " ".join(refused.err.replace("│", " ").split())
    nobody = run("run", "--process", "core", "--data", str(tmp_path))
    assert nobody.code == 3
    assert "no home runs in" in nobody.err
