"""`homeserver listen` before a home runs: what it keeps, what it prints, what it refuses.

What it does to a running home is among the local commands, which have one.
"""

import json
from pathlib import Path

import pytest

from homeserver.cli.examinations import listeners
from homeserver.runtime.listeners import FILE, read_listeners
from homeserver.runtime.tls.certificate import certificate_at, names_in
from tests.cli.conftest import Run
from tests.ports import free_port


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder of a home that does not run."""
    return tmp_path / "data"


def test_a_home_that_does_not_run_listens_from_its_next_start(run: Run, folder: Path) -> None:
    data = ("--data", str(folder))
    assert "Nothing listens in the network" in run("listen", "--show", *data).out
    refused = run("device-login", "add", "plug1", "--for", "tasmota", *data)
    assert (refused.code, "`homeserver listen` first" in refused.err) == (1, True)
    assert not (folder / "logins.json").exists()

    port = str(free_port())
    said = run("listen", "--port", port, "--name", "Home.Example.org", *data)
    assert said.code == 0, said.err
    for words in (f"mqtts://home.example.org:{port} with TLS", "as soon as the home runs", "MqttFingerprint1 ", "ca: "):
        assert words in said.out
    assert "BEGIN" not in said.out
    assert "home.example.org" in names_in(certificate_at(folder / "tls" / "broker.pem"))

    key = json.loads(run("listen", "--json", *data).out)["tls"]["tasmota_fingerprint"]
    again = run("listen", "--port", port, "--name", "other.example.org", *data, "--json").json["tls"]
    assert (again["address"], again["tasmota_fingerprint"]) == (f"mqtts://other.example.org:{port}", key)
    made = run("device-login", "add", "plug1", "--for", "tasmota", *data).out
    assert f"MqttFingerprint1 {key}" in made
    assert f"MqttPort {port}" in made
    assert "BEGIN CERTIFICATE" in run("device-login", "add", "node", "--for", "esphome", *data, "--json").json["recipe"]

    plain = run("listen", "--plain", "--port", str(free_port()), *data)
    assert "without TLS: whoever can listen in" in plain.out
    assert read_listeners(folder).plain is not None
    assert run("listen", "--plain", "--off", *data).code == 0
    assert read_listeners(folder).plain is None
    assert "Nothing listens" in run("listen", "--off", *data).out
    assert not (folder / FILE).exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "1883"], "the home's own processes use"),
        (["--host", "a b"], "neither a host name nor an IP address"),
        (["--name", "*.example.org"], "neither a host name nor an IP address"),
        (["--cert", "/nowhere.pem"], "--cert and --key belong together"),
        (["--cert", "/nowhere.pem", "--key", "/nowhere.key"], "/nowhere.pem cannot be read"),
        (["--cert", __file__, "--key", __file__], "not a certificate and its key in PEM form"),
        (["--plain", "--name", "x"], "--plain has no certificate"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(run: Run, folder: Path, options: list[str], words: str) -> None:
    refused = run("listen", *options, "--data", str(folder))
    assert refused.code in (1, 2)
    assert words in refused.err
    assert not (folder / FILE).exists()


@pytest.mark.parametrize("variable", ["ANONYMOUS=true", "BROKER=mqtt://10.0.0.1"])
def test_homes_that_cannot_listen_say_why(
    run: Run, folder: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, value = variable.partition("=")
    monkeypatch.setenv(f"HOMESERVER_{name}", value)
    refused = run("listen", "--data", str(folder))
    assert refused.code == 1
    assert ("no logins" if name == "ANONYMOUS" else "started by others") in refused.err


def test_given_files_are_used_as_they_are(run: Run, folder: Path, tmp_path: Path) -> None:
    port = ("--port", str(free_port()))
    assert run("listen", *port, "--data", str(tmp_path / "other")).code == 0
    tls = tmp_path / "other" / "tls"
    files = (
        *port,
        "--cert",
        str(tls / "broker.pem"),
        "--key",
        str(tls / "broker.key"),
        "--ca",
        str(tls / "authority.pem"),
    )
    said = run("listen", "--json", *files, "--data", str(folder))
    assert said.code == 0, said.err
    assert said.json["tls"]["authority"] == str(tls / "authority.pem")
    assert not (folder / "tls").exists(), "no authority is made that nobody needs"
    assert said.err == ""
    (tls / "broker.key").chmod(0o644)
    assert "can be read by others" in run("listen", *files, "--data", str(folder)).err
    third = tmp_path / "third"
    assert run("listen", *port, "--data", str(third)).code == 0
    wrong = run("listen", *files[:6], "--ca", str(third / "tls" / "authority.pem"), "--data", str(folder))
    assert (wrong.code, "does not vouch for" in wrong.err) == (1, True)
    nonsense = run("listen", *files[:6], "--ca", __file__, "--data", str(folder))
    assert (nonsense.code, "holds no certificate" in nonsense.err) == (1, True)


def test_doctor_looks_at_what_listens(run: Run, folder: Path) -> None:
    assert listeners(folder).state == "good"
    secure, plain = str(free_port()), str(free_port())
    assert run("listen", "--port", secure, "--data", str(folder)).code == 0
    assert run("listen", "--plain", "--port", plain, "--data", str(folder)).code == 0
    assert listeners(folder).found == f"TLS on port {secure}, plain on port {plain}"
    (folder / "tls" / "broker.key").unlink()
    assert (listeners(folder).state, "broker.key cannot be read" in listeners(folder).found) == ("bad", True)
