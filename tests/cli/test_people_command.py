"""`homeserver people` against a whole running home."""

import zipfile
from pathlib import Path

from homeserver.topics.names import random_name
from tests.cli.conftest import Run
from tests.cli.homes import Home


def test_somebody_comes_and_goes(home: Home, at: Run) -> None:
    id = f"x{random_name(6)}"
    assert f"as person.{id}, child" in at("people", "add", "Carl", "--id", id, "--role", "child").out
    assert at("people", "role", id, "guest").code == 0
    (row,) = [one for one in at("people", "list", "--json").json if one["id"] == id]
    assert (row["name"], row["role"], row["let_in"]) == ("Carl", "guest", True)
    line = at("people", "policy", "set", id, "domain", "light", "--verb", "see", "--json").json
    assert [one["what"] for one in at("people", "policy", "list", id, "--json").json] == ["light"]
    assert at("people", "policy", "remove", str(line["id"])).code == 0
    assert at("people", "end-sessions", id).code == 0
    assert at("people", "mqtt-login", id, "--forbid").code == 0
    assert at("people", "remove", id).code == 0
    found = at("people", "remove", id)
    assert found.code != 0
    assert f"there is nobody '{id}' here" in found.err
    assert f"person.{id}" in at("people", "audit", "--who", "process.cli", "--text", id).out


def test_a_command_is_in_the_audit_and_the_chain_holds(home: Home, at: Run) -> None:
    assert at("set", "light.hall_ceiling", "turn_on").code == 0
    rows = at("people", "audit", "--entity", "light.hall_ceiling", "--since", "1h", "--json").json
    newest = rows[0]
    assert (newest["kind"], newest["who"], newest["outcome"]) == ("command", "process.cli", "ok")
    assert newest["details"] == {"service": "turn_on"}
    verdict = at("people", "verify-audit", "--json")
    assert (verdict.code, verdict.json["ok"]) == (0, True)


def test_a_persons_data_is_taken_out_and_away(home: Home, at: Run, tmp_path: Path) -> None:
    id = f"x{random_name(6)}"
    assert at("people", "add", "Dora", "--id", id).code == 0
    target = tmp_path / "dora.zip"
    assert at("people", "export", id, str(target)).code == 0
    with zipfile.ZipFile(target) as archive:
        assert {"user.json", "policies.json", "preferences.json", "audit.json"} <= set(archive.namelist())
    again = at("people", "export", id, str(target))
    assert again.code != 0
    assert "was not touched" in again.err
    erased = at("people", "erase", id, "--yes")
    assert erased.code == 0, erased.err
    assert id not in at("people", "list", "--json").out
    assert id not in at("people", "audit", "--json").out
    assert at("people", "verify-audit").code == 0
