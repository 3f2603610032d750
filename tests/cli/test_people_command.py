"""`homeserver people` against a whole running home."""

import re
import zipfile
from pathlib import Path
from urllib.error import HTTPError

import pytest

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


def test_somebody_is_invited_by_a_link_that_works_once(home: Home, at: Run) -> None:
    id = f"x{random_name(6)}"
    told = at("people", "invite", "Ines", "--id", id, "--role", "child")
    assert told.code == 0, told.err
    assert f"Ines is here as person.{id}, child." in told.out
    link = re.search(r"link +(\S+)", told.out)
    assert link is not None
    address, _, secret = link[1].partition("/auth/welcome#invitation=")
    assert address == f"http://127.0.0.1:{home.http_port}"
    again = at("people", "invite", id, "--address", "https://home.example.org/", "--json").json
    assert again["link"].startswith("https://home.example.org/auth/welcome#invitation=")
    assert again["user"]["id"] == id
    accept = "/api/auth/invitations/accept"
    with pytest.raises(HTTPError, match="401"):
        home.post(accept, {"invitation": secret, "password": "a long sentence"})
    newer = again["link"].partition("=")[2]
    assert home.post(accept, {"invitation": newer, "password": "a long sentence"})["login"] == f"person.{id}"
    rows = at("people", "audit", "--kind", "invitation_made", "--json").json
    assert [row["what"] for row in rows].count(f"person.{id}") == 2, rows
    assert newer not in home.output.read_text()
    assert "homeserver people role" in at("people", "invite", id, "--role", "adult").err
    assert at("people", "remove", id).code == 0


@pytest.mark.parametrize(("role", "says"), [("service", "has a key and no password"), ("king", "role")])
def test_who_cannot_be_invited_is_not_let_in(home: Home, at: Run, role: str, says: str) -> None:
    told = at("people", "invite", "Nobody of these", "--role", role)
    assert told.code != 0
    assert says in told.err
    assert "Nobody of these" not in at("people", "list").out


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
