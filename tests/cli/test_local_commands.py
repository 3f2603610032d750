"""Commands that need no running home: topics, settings, doctor, logins, run."""

import asyncio
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from homeserver import workers
from homeserver.cli.topics_command import page
from homeserver.runtime.logins import Logins
from homeserver.runtime.mqtt_wire import Address, MqttWire
from homeserver.runtime.wire import LoginRefusedError
from tests.cli.conftest import Run
from tests.cli.homes import Home
from tests.ports import free_port
from tests.runtime.ground import until


def test_topics_prints_every_declaration(run: Run) -> None:
    found = run("topics", "--json").json
    assert set(found) == {*workers.names(), "keeper", "every process", "view"}
    assert {"topic": "process/{process}/wanted", "message": "Wanted", "retained": True} in found["keeper"]["says"]
    assert "keeper.restart" in [one["call"] for one in found["keeper"]["answers"]]
    assert "entity/{domain}/{object_id}/state" in [one["topic"] for one in found["home"]["says"]]
    shown = run("topics").out
    assert all(name in shown for name in workers.names())


def test_topics_writes_the_reference_page(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("topics", "--write").code == 0
    text = (tmp_path / "docs" / "topics.md").read_text()
    row = next(line for line in text.splitlines() if line.startswith("| `entity/{domain}/{object_id}/state`"))
    assert "| yes | clients, home, people, rules |" in row
    assert "| `keeper.stop` | `worker` | owner |" in text
    assert text == page()


def test_the_reference_page_is_that_of_the_code() -> None:
    written = (Path(__file__).parents[2] / "docs" / "topics.md").read_text()
    assert written == page(), "run: homeserver topics --write"


def test_settings_prints_what_is_in_force_and_from_where(run: Run, tmp_path: Path) -> None:
    (tmp_path / "homeserver.toml").write_text('name = "Casa"\n')
    shown = run("settings", "--data", str(tmp_path), "--set", "home.currency=USD", "--json")
    rows = {row["name"]: (row["value"], row["source"]) for row in shown.json}
    assert rows["name"] == ("Casa", f"{tmp_path}/homeserver.toml:1")
    assert rows["currency"] == ("USD", "--set home.currency")
    assert rows["demo_home.speed"] == (1.0, "default")
    changed = run("settings", "--data", str(tmp_path), "--changed", "--json").json
    assert {row["name"] for row in changed} == {"name", "data"}
    assert "Casa" in run("settings", "--data", str(tmp_path)).out


def test_settings_masks_secrets(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMESERVER_BROKER_PASSWORD", "hunter2")
    for form in ((), ("--json",)):
        shown = run("settings", "--data", str(tmp_path), *form)
        assert "broker_password" in shown.out
        assert "hunter2" not in shown.out


def test_settings_refuses_what_it_does_not_know(run: Run, tmp_path: Path) -> None:
    (tmp_path / "homeserver.toml").write_text("[demo_home]\nsped = 2\n")
    failed = run("settings", "--data", str(tmp_path))
    assert (failed.code, "homeserver.toml:2" in failed.err, "'speed'" in failed.err) == (2, True, True)


def test_doctor_looks_at_everything(run: Run, nowhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMESERVER_MQTT_PORT", str(free_port()))
    monkeypatch.setenv("HOMESERVER_HTTP_PORT", str(free_port()))
    found = run("doctor", "--data", nowhere, "--json")
    assert found.code == 0, "nothing is bad where nothing was started yet"
    findings = {one["what"]: one for one in found.json}
    assert findings["Python"]["state"] == "good"
    assert findings["Mosquitto"]["state"] == ("good" if shutil.which("mosquitto") else "missing")
    assert findings["data"]["state"] == "missing"
    assert findings["home"]["cost"] == "Start it with: homeserver up"
    assert all(one["cost"] for one in found.json if one["state"] != "good"), "what is missing costs something"
    assert [name for name in workers.names() if findings[f"worker {name}"]["state"] != "good"] == []
    assert "Mosquitto" in run("doctor", "--data", nowhere).out


def test_doctor_names_what_is_bad(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logins.json").write_text("rubbish")
    monkeypatch.setenv("HOMESERVER_BROKER", "mqtt://127.0.0.1:1")
    found = run("doctor", "--data", str(tmp_path), "--json")
    findings = {one["what"]: one["state"] for one in found.json}
    assert (found.code, findings["logins"], findings["broker"]) == (1, "bad", "bad")


def test_doctor_sees_the_running_home(home: Home, run: Run) -> None:
    found = run("doctor", "--data", str(home.data), "--json")
    findings = {one["what"]: one for one in found.json}
    assert findings["broker"]["found"] == "lets us in as process.cli"
    assert str(home.mqtt_port) in findings["port mqtt"]["found"]


def test_logins_can_be_made_before_the_home_runs(run: Run, nowhere: str) -> None:
    Path(nowhere).mkdir()
    made = run("device-login", "add", "plug1", "--data", nowhere, "--json")
    assert (made.code, made.json["applied"]) == (0, False)
    assert "from its next start" in run("device-login", "add", "plug2", "--data", nowhere).out
    again = run("device-login", "add", "plug2", "--renew", "--data", nowhere).out
    assert "that password no longer works" in again
    assert list(run("device-login", "list", "--data", nowhere, "--json").json) == ["device.plug1", "device.plug2"]


def test_a_login_that_exists_keeps_its_secret_unless_it_is_to_be_renewed(run: Run, nowhere: str) -> None:
    def add(*more: str) -> Any:
        return run("device-login", "add", "plug1", *more, "--data", nowhere, "--json")

    def works(secret: str) -> bool:
        return Logins(Path(nowhere)).check("device.plug1", secret)

    gone = add("--renew")
    assert (gone.code, "there is no device.plug1" in gone.err) == (1, True)
    made = add().json
    assert (made["created"], made["renewed"], works(made["password"])) == (True, False, True)
    again = add()
    assert (again.code, "nothing was changed: --renew" in again.err, again.out) == (1, True, "")
    more = add("--topics", "plug1/#", "--topics", "cmnd/plug1/#").json
    assert (more["password"], more["created"], more["renewed"], works(made["password"])) == (None, False, False, True)
    assert more["write"] == ["plug1/#", "cmnd/plug1/#", "homeassistant/+/plug1/#"]
    other = add("--discovery", "homeassistant/switch/plug1/config").json
    assert other["write"] == ["plug1/#", "cmnd/plug1/#", "homeassistant/switch/plug1/config"], "the rest stays"
    refused = add("--topics", "homeserver/#")
    assert refused.code == 2
    new = add("--renew").json
    assert (new["created"], new["renewed"], new["write"]) == (False, True, other["write"])
    assert (works(made["password"]), works(new["password"])) == (False, True)
    said = run("device-login", "add", "plug1", "--topics", "plug1/#", "--data", nowhere).out
    assert "password  as it was" in said
    assert "before    plug1/#, cmnd/plug1/#, homeassistant/switch/plug1/config" in said


# -- workers elsewhere


def test_a_worker_on_another_machine_joins_with_its_login_file(home: Home, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "office.login"
    made = run("worker-login", "add", "office", "demo_home", "--file", str(file), "--data", str(home.data), "--json")
    assert (made.code, made.json["login"], file.stat().st_mode & 0o777) == (0, "process.office", 0o600)
    assert json.loads(file.read_text())["broker"] == f"mqtt://127.0.0.1:{home.mqtt_port}"
    secret = json.loads(file.read_text())["secret"]
    assert secret not in made.out
    assert not (home.data / "secrets" / "process.office").exists(), "its secret is kept there and nowhere else"
    argv = [sys.executable, "-m", "homeserver", "run", "demo_home", "--login", str(file), "--data", str(tmp_path)]
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as elsewhere:
        try:
            deadline = time.monotonic() + 20
            while "office" not in (now := run("status", "--data", str(home.data), "--json").json)["processes"]:
                assert elsewhere.poll() is None
                assert time.monotonic() < deadline, now
                time.sleep(0.1)
        finally:
            elsewhere.terminate()
        assert elsewhere.wait(5) == 0


@pytest.mark.parametrize(("command", "code"), [("device-login add x", 2), ("listen", 1)])
def test_a_data_folder_that_cannot_be_written_is_named(run: Run, command: str, code: int) -> None:
    failed = run(*command.split(), "--data", "/proc/nope")
    assert failed.code == code
    assert "/proc/nope cannot be written: " in failed.err


def test_a_login_file_that_cannot_be_written_is_named(run: Run, nowhere: str, tmp_path: Path) -> None:
    for place, reason in ((tmp_path, "Is a directory"), (tmp_path / "no" / "x.login", "No such file")):
        failed = run("worker-login", "add", "attic", "demo_home", "--file", str(place), "--data", nowhere)
        assert (failed.code, failed.out) == (1, "")
        assert f"{place} cannot be written: {reason}" in failed.err


@pytest.mark.parametrize("name", ["core", "cli", "Attic", ""])
def test_names_of_our_own_processes_cannot_be_taken(run: Run, nowhere: str, name: str) -> None:
    failed = run("worker-login", "add", "--data", nowhere, "--", name, "rules")
    assert (failed.code, "choose another" in failed.err) == (1, True)


def test_run_says_what_it_cannot_do(run: Run, nowhere: str, tmp_path: Path) -> None:
    unknown = run("run", "rulse", "--data", nowhere, "--broker", "mqtt://127.0.0.1:1")
    assert (unknown.code, "did you mean 'rules'?" in unknown.err) == (2, True)
    alone = run("run", "rules", "--data", nowhere)
    assert (alone.code, "no home runs in" in alone.err) == (3, True)
    badly = run("run", "rules", "--data", nowhere, "--broker", "mqtt://127.0.0.1:1", "--process", "A B")
    assert (badly.code, "--process 'A B'" in badly.err) == (1, True)
    absent = run("run", "rules", "--data", nowhere, "--login", str(tmp_path / "no.login"))
    assert (absent.code, "cannot be read" in absent.err) == (3, True)


def test_a_supervised_process_ends_with_its_supervisor(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "homeserver", "run", "demo_home", "--broker", "mqtt://127.0.0.1:1"]
    argv += ["--data", str(tmp_path), "--supervised"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        assert b"no broker answers" in process.stderr.readline(), "it waits for its broker"
        process.stdin.close()
        assert process.wait(5) == 0


# -- devices of the network

LAMP = "light.hall_ceiling"


def wish(home: Home, brightness: int, patience: float) -> bool:
    """Whether the home has accepted it; a wish that meets no broker is refused, and he who has it knows."""
    with suppress(OSError):
        home.post("/api/services/light/turn_on", {"entity_id": LAMP, "brightness": brightness}, patience)
        return True
    return False


@contextmanager
def wishes(home: Home) -> Iterator[list[int]]:
    """Somebody who asks for another brightness again and again, and once more in the end; which were accepted."""
    accepted: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        accepted.extend(one for one in range(20, 200) if not stop.wait(0.05) and wish(home, one, 2))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield accepted
    finally:
        stop.set()
        asking.join()
    assert wish(home, 222, 10)


def test_the_home_goes_on_while_a_door_is_opened(home: Home, run: Run, tmp_path: Path) -> None:
    """Mosquitto starts anew for it: what was accepted meanwhile is carried out, what was retained is there."""
    data, port = ("--data", str(home.data)), free_port()
    before = {row["id"] for row in run("entities", "--json", *data).json}
    with wishes(home) as accepted:
        time.sleep(0.3)
        opened = run("listen", "--port", str(port), "--json", *data)
        assert opened.code == 0, opened.err
        time.sleep(0.3)
    assert (opened.json["running"], len(accepted) > 3) == (True, True)

    def brightness() -> int:
        rows = run("entities", LAMP, "--json", *data).json
        return int(rows[0]["attributes"].get("brightness", -1))

    deadline = time.monotonic() + 30
    while abs(brightness() - 222) > 3:  # lamps round to percent
        assert time.monotonic() < deadline, brightness()
    assert {row["id"] for row in run("entities", "--json", *data).json} == before

    secret = run("device-login", "add", "plug1", *data, "--json").json["password"]
    authority = (home.data / "tls" / "authority.pem").read_text()
    asyncio.run(_comes_in(Address("127.0.0.1", port, "device.plug1", secret, tls=True, authority=authority)))
    _joins(home, run, tmp_path, port)

    taken = run("listen", "--port", str(home.http_port), *data)
    assert (taken.code, "Address already in use" in taken.err) == (1, True)
    assert run("listen", "--show", "--json", *data).json["tls"]["address"].endswith(f":{port}")
    assert run("listen", "--off", *data).code == 0
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(_connects(port))


async def _connects(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def _comes_in(address: Address) -> None:
    """A device with its login, and nobody without one."""
    wire = MqttWire(address, "plug1")
    heard: list[str] = []
    await wire.connect(None, lambda topic, payload, retained: heard.append(topic), lambda reason: None)
    await wire.subscribe([("#", 0)])
    wire.publish("plug1/state", b"on", 1, True)
    await until(lambda: "plug1/state" in heard)
    assert all(topic.startswith(("plug1/", "homeassistant/")) for topic in heard)
    await wire.disconnect()
    stranger = Address(address.host, address.port, tls=True, authority=address.authority)
    with pytest.raises(LoginRefusedError):
        await MqttWire(stranger, "stranger").connect(None, lambda *_: None, lambda reason: None)


def _joins(home: Home, run: Run, tmp_path: Path, port: int) -> None:
    """A worker on another machine, with one file and nothing of the home's data folder."""
    file = tmp_path / "office.login"
    made = run("worker-login", "add", "office", "demo_home", "--file", str(file), "--data", str(home.data), "--json")
    assert made.code == 0, made.err
    content = json.loads(file.read_text())
    assert content["broker"].startswith("mqtts://")
    assert content["broker"].endswith(f":{port}")
    assert content["authority"] == (home.data / "tls" / "authority.pem").read_text()
    argv = [sys.executable, "-m", "homeserver", "run", "demo_home", "--login", str(file), "--data", str(tmp_path)]
    with subprocess.Popen(argv, stderr=subprocess.PIPE) as elsewhere:
        assert elsewhere.stderr is not None
        try:
            for line in elsewhere.stderr:
                said = json.loads(line)["message"]
                if said.startswith("ready"):
                    break
                assert "could not" not in said
            rows = run("status", "--data", str(home.data), "--json").json["workers"]
            assert [row["state"] for row in rows if row["process"] == "office"] == ["online"]
        finally:
            elsewhere.terminate()
        elsewhere.stderr.read()
        assert elsewhere.wait(5) == 0


def test_doctor_tells_of_a_damaged_audit_and_what_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "audit.db.broken-20260105-070000").write_bytes(b"x")
    (tmp_path / "audit.db.broken-20260105-070000-wal").write_bytes(b"x")
    said = run("doctor", "--json", "--data", str(tmp_path))
    [found] = [one for one in json.loads(said.out) if one["what"] == "audit"]
    assert (said.code, found["state"]) == (1, "bad")
    assert found["found"].startswith("audit.db.broken-20260105-070000 in ")
    assert "verify-audit" in found["cost"]
