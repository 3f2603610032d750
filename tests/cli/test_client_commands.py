"""Commands that talk to a running home: what they print, and how they fail."""

import asyncio
import json
import re
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest

from homeserver.runtime.clock import RealClock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.logins import Logins
from homeserver.runtime.mqtt_wire import Address, MqttWire
from tests.cli.conftest import Run
from tests.cli.homes import Home

LAMP = "light.hall_ceiling"


def until(run: Run, *arguments: str, holds: str) -> str:
    """Ask again until the answer holds something."""
    deadline = time.monotonic() + 20
    while holds not in (out := run(*arguments).out):
        assert time.monotonic() < deadline, out
        time.sleep(0.1)
    return out


def test_status_tells_of_processes_and_workers(home: Home, at: Run) -> None:
    found = at("status", "--json")
    assert found.code == 0
    workers = {one["worker"]: (one["state"], one["process"]) for one in found.json["workers"]}
    assert workers["home"] == ("online", "core")
    assert workers["bridge"] == ("online", "bridge")
    assert found.json["home"]["pid"] == home.process.pid
    assert found.json["processes"]["keeper"]["pid"] == home.process.pid
    shown = at("status").out
    assert "rules" in shown
    assert "online" in shown


def test_the_command_line_leaves_no_trace_on_the_bus(at: Run) -> None:
    for _ in range(2):
        at("status")
    assert [name for name in at("status", "--json").json["processes"] if name.startswith("cli")] == []


def test_devices_lists_what_there_is_and_what_is_wrong(at: Run) -> None:
    until(at, "devices", "--json", holds='"silent":0.')
    rows = at("devices", "--json").json
    assert len(rows) > 30
    assert any(row["battery"] for row in rows)
    assert any(row["signal"] for row in rows)
    shown = at("devices", "hall").out
    assert "ago" in shown
    assert "no such device" in at("devices", "nothing").out
    assert at("devices", "--wrong").code == 0


def test_a_thing_is_renamed_and_the_deed_undone(at: Run) -> None:
    until(at, "entities", LAMP, "--json", holds='"turn_on"')
    assert "name its own -> Sun" in at("rename", LAMP, "Sun").out
    until(at, "entities", LAMP, "--json", holds='"name":"Sun"')
    assert "is called so already" in at("rename", LAMP, "Sun").out
    assert at("rename", "area.hall", "Entrance", "--json").json["thing"] == "area.hall"
    until(at, "entities", LAMP, "--json", holds='"area":"Entrance"')
    shown = at("undo", "--list").out
    assert "Entrance" in shown
    assert "process.cli" in shown
    assert "area.hall: name Entrance -> its own" in at("undo").out
    at("undo")
    until(at, "entities", LAMP, "--json", holds='"area":"Hall"')
    assert "there is nothing to undo" in at("undo").err
    assert "did you mean 'light.hall_ceiling'" in at("rename", "light.hall_ceilin", "X").err
    assert "say what it is" in at("rename", "hall", "X").err


def test_a_thing_gets_another_id_and_is_found_by_both(at: Run) -> None:
    assert f"{LAMP}: id {LAMP} -> light.sun" in at("rename", LAMP, "light.sun").out
    until(at, "entities", LAMP, "--json", holds='"id":"light.sun"')
    assert "light.sun: turn_on accepted" in at("set", LAMP, "turn_on").out
    assert "its id must begin with light." in at("rename", LAMP, "switch.sun").err
    assert at("undo").code == 0
    until(at, "entities", "light.sun", holds="no enabled entity is called light.sun")


def test_what_is_disabled_is_listed_and_enabled(at: Run) -> None:
    rows = at("entities", "--disabled", "--json").json
    assert {row["by"] for row in rows} == {"maker"}
    some = rows[0]["id"]
    assert some in at("entities", "--disabled").out
    assert "disabled its own -> False" in at("entities", some, "--enable").out
    until(at, "entities", some, "--json", holds=f'"id":"{some}"')
    assert some not in at("entities", "--disabled", "--json").out
    at("undo")
    assert "no enabled entity of a device is called nothing" in at("entities", "nothing*", "--disable").err


def test_devices_are_replaced_and_orphans_cleared(at: Run) -> None:
    windows = [row["id"] for row in at("devices", "list", "window", "--json").json][:2]
    planned = at("devices", "replace", *windows, "--dry-run", "--json").json
    assert planned["matched"]
    assert planned["deed"] is None
    assert "nothing was done yet" in at("devices", "replace", *windows, "--dry-run").out
    taken = planned["matched"][0]["takes"]
    assert "taken off the broker" in at("devices", "replace", *windows).out
    until(at, "entities", planned["matched"][0]["new"], "--json", holds=f'"id":"{taken}"')
    assert "brought back" in at("undo").out
    assert "there is no device nothing" in at("devices", "replace", "nothing", windows[0]).err
    assert "has an owner" in at("devices", "orphans").out
    assert "nothing to clear" in at("devices", "orphans", "--clear").out
    assert "is no orphan" in at("devices", "orphans", f"device.{windows[0]}", "--clear").err


def test_entities_lists_what_there_is(at: Run) -> None:
    until(at, "entities", LAMP, "--json", holds='"turn_on"')
    (lamp,) = at("entities", LAMP, "--json").json
    assert (lamp["id"], lamp["area"], lamp["owner"]) == (LAMP, "Hall", "home")
    assert "turn_on" in lamp["services"]
    lights = at("entities", "light.*", "--json").json
    assert len(lights) > 3
    assert all(one["id"].startswith("light.") for one in lights)
    assert LAMP in at("entities", "*hall*").out
    assert "no enabled entity is called nothing.*" in at("entities", "nothing.*").out


def test_set_reaches_the_device(at: Run) -> None:
    until(at, "entities", LAMP, "--json", holds='"state":"o')
    done = at("set", LAMP, "turn_on", "brightness=77", "--json")
    assert (done.code, done.json["accepted"], done.json["cause"]["by"]) == (0, True, "process.cli")
    until(at, "entities", LAMP, "--json", holds='"brightness":77')
    assert at("set", LAMP, "turn_off").out == f"{LAMP}: turn_off accepted\n"
    until(at, "entities", LAMP, "--json", holds='"state":"off"')


def test_a_command_over_http_passes_the_brokers_rights(home: Home, at: Run) -> None:
    until(at, "entities", LAMP, "--json", holds='"state":"o')
    home.post("/api/services/light/turn_on", {"entity_id": LAMP, "brightness": 33})
    until(at, "entities", LAMP, "--json", holds='"brightness":33')
    report = home.post("/api/calls/keeper/status", {})
    assert "home" in [one["worker"] for one in report["workers"]]


def test_set_waits_for_what_comes_of_it(at: Run) -> None:
    until(at, "entities", LAMP, "--json", holds='"state":"o')
    at("set", LAMP, "turn_off", "--wait")
    assert at("set", LAMP, "turn_on", "--wait").out == f"{LAMP}: turn_on accepted\n{LAMP} is on: confirmed\n"
    again = at("set", LAMP, "turn_on", "--wait", "--json", "--timeout", "2").json
    assert (again["state"], again["outcome"]) == ("on", "already")


AWAY = {
    "object_id": "away_lamp",
    "command_topic": "away/set",
    "state_topic": "away",
    "availability_topic": "away/there",
}
BELL = {"object_id": "away_bell", "command_topic": "away/ring", "availability_topic": "away/there"}


def test_set_says_when_the_device_is_unavailable_and_until_when_the_command_waits(home: Home, at: Run) -> None:
    secret = at("device-login", "add", "away", "--json").json["password"]
    asyncio.run(publish(home, secret, "away", {"light/away/lamp": AWAY, "button/away/bell": BELL}))
    until(at, "entities", "away_bell", "--json", holds='"state":"unavailable"')
    before = datetime.now(ZoneInfo("Asia/Kathmandu"))
    said = at("set", "light.away_lamp", "turn_on", "--timeout", "8").out
    found = re.fullmatch(
        r"light\.away_lamp: turn_on accepted; it is unavailable now: "
        r"the command waits until (\d\d:\d\d:\d\d) \(8 s\) and is given up then\n",
        said,
    )
    assert found, said
    assert found[1] in {f"{before + timedelta(seconds=8 + late):%H:%M:%S}" for late in range(6)}
    assert "press is sent only once: it may be lost" in at("set", "button.away_bell", "press").out
    document = at("set", "light.away_lamp", "turn_off", "--json").json
    assert document["available"] is False
    given_up = at("set", "light.away_lamp", "turn_on", "--wait", "--timeout", "1")
    assert (given_up.code, given_up.err) == (
        1,
        "homeserver: light.away_lamp did not confirm turn_on in time: it is unavailable\n",
    )


async def publish(home: Home, secret: str, device: str, configs: dict[str, dict[str, str]]) -> None:
    """Announce entities as a device does."""
    link = DeviceLink(MqttWire(Address("127.0.0.1", home.mqtt_port, f"device.{device}", secret), device), RealClock())

    async def announce() -> None:
        for place, config in configs.items():
            body = json.dumps({"unique_id": place, "name": config["object_id"], **config}).encode()
            link.publish(f"homeassistant/{place}/config", body, retain=True)

    async with asyncio.timeout(10):
        await link.open(lambda topic, payload: None, announce)
    await link.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("light.hal_ceiling", "turn_on"), "there is no entity light.hal_ceiling; did you mean 'light.hall_ceiling'?"),
        ((LAMP, "trun_on"), "a light has no service 'trun_on'; did you mean 'turn_on'?"),
        ((LAMP, "turn_on", "brigtness=3"), "it takes no 'brigtness'; did you mean 'brightness'?"),
        ((LAMP, "turn_on", "brightness=300"), "brightness: Input should be less than or equal to 255"),
        ((LAMP, "turn_on", "brightness"), "write it as key=value"),
        (("sensor.house_power", "turn_on"), "a sensor only tells and takes no commands"),
        (("lihgt.hall", "turn_on"), "did you mean 'light'?"),
    ],
)
def test_set_finds_typing_errors(at: Run, arguments: tuple[str, ...], words: str) -> None:
    failed = at("set", *arguments)
    assert failed.code == 1
    assert failed.err.startswith("homeserver: ")
    assert words in failed.err


def test_set_refuses_what_is_no_entity(at: Run) -> None:
    failed = at("set", "hall", "turn_on")
    assert (failed.code, "light.hall" in failed.err) == (2, True)


def test_call_lists_asks_and_prints(at: Run) -> None:
    assert "keeper.restart" in at("call").out
    shapes = at("call", "--json").json
    assert shapes["keeper.restart"]["role"] == "owner"
    report = at("call", "keeper.status").json
    assert "rules" in [one["worker"] for one in report["workers"]]


def test_single_workers_stop_and_start_while_the_home_goes_on(at: Run) -> None:
    assert at("call", "keeper.stop", "worker=rules").json["state"] == "offline"
    now = {one["worker"]: one for one in at("status", "--json").json["workers"]}
    assert (now["rules"]["state"], now["rules"]["reason"]) == ("offline", "stopped")
    assert now["home"]["state"] == "online"
    assert at("call", "keeper.start", "worker=rules").json["state"] == "online"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("keeper.statsu",), "did you mean 'keeper.status'?"),
        (("keeper.stop", "worker=nobody"), "there is no worker 'nobody'"),
        (("keeper.stop", "wroker=rules"), "keeper.stop: "),
        (("keeper.stop",), "worker"),
    ],
)
def test_call_says_what_was_wrong(at: Run, arguments: tuple[str, ...], words: str) -> None:
    failed = at("call", *arguments)
    assert (failed.code, words in failed.err) == (1, True), failed.err


def test_watch_shows_commands_and_states_with_their_cause_but_no_calls_inside(home: Home, at: Run) -> None:
    until(at, "entities", LAMP, "--json", holds='"state":"o')
    at("set", LAMP, "turn_off")
    until(at, "entities", LAMP, "--json", holds='"state":"off"')
    argv = [sys.executable, "-m", "homeserver", "watch", "--json", "--data", str(home.data)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        json.loads(watching.stdout.readline())  # whatever the house did first: the watch has begun
        at("set", LAMP, "turn_on", "brightness=90")
        at("call", "keeper.stop", "worker=nobody")
        lines: list[Any] = []
        for line in watching.stdout:
            lines.append(json.loads(line))
            if {"call", LAMP} <= {one["kind"] for one in lines} | {one["about"] for one in lines if "state" in one}:
                break
        watching.kill()
    command, lit = (
        next(one for one in lines if one["kind"] == kind and one["about"] == LAMP) for kind in ("command", "state")
    )
    assert lit["cause"]["parent"] == command["cause"]["id"]
    assert lines.index(command) < lines.index(lit)
    assert (command["about"], command["by"], command["what"]) == (LAMP, "process.cli", "turn_on brightness=90")
    call = next(one for one in lines if one["kind"] == "call")
    assert (call["about"], call["by"], call["what"]) == ("keeper.stop", "process.cli", "called")
    assert "nobody" not in json.dumps(call)


def test_watch_ends_after_so_many_lines_of_what_was_asked_for(at: Run) -> None:
    shown = at("watch", "sensor.*", "--count", "2")
    assert shown.code == 0
    assert [line.split()[2].partition(".")[0] for line in shown.out.splitlines()] == ["sensor", "sensor"]


def test_watch_tells_the_time_of_the_home(home: Home, at: Run, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("HOMESERVER_TIME_ZONE", "Pacific/Kiritimati")
    told = datetime.fromisoformat(at("watch", "sensor.*", "--count", "1", "--json").json["time"])
    assert told.utcoffset() == told.astimezone(ZoneInfo("Asia/Kathmandu")).utcoffset(), "the home was started with it"


def test_settings_are_those_of_the_running_home(home: Home, at: Run) -> None:
    rows = {row["name"]: (row["value"], row["source"]) for row in at("settings", "--json").json}
    assert rows["mqtt_port"] == (home.mqtt_port, "--mqtt-port of the running home")
    assert rows["http_port"] == (home.http_port, "--http-port of the running home")
    assert rows["time_zone"] == ("Asia/Kathmandu", "--set home.time_zone of the running home")
    assert rows["demo_home.seed"] == (3, "--set demo_home.seed of the running home")
    assert rows["currency"] == ("EUR", "default")
    changed = [row["name"] for row in at("settings", "--changed", "--json").json]
    assert {"mqtt_port", "http_port", "time_zone", "demo_home.seed"} <= set(changed)
    asked = at("settings", "--set", "home.mqtt_port=9", "--json").json
    assert next(row for row in asked if row["name"] == "mqtt_port")["value"] == 9, "what would be can be asked"


# -- logins


async def login_works(home: Home, name: str, secret: str) -> bool:
    link = DeviceLink(
        MqttWire(Address("127.0.0.1", home.mqtt_port, f"device.{name}", secret), f"try-{name}"), RealClock()
    )

    async def nothing() -> None: ...

    try:
        async with asyncio.timeout(2):
            await link.open(lambda topic, payload: None, nothing)
    except TimeoutError:
        return False
    finally:
        await link.close()
    return True


def test_device_logins_hold_at_once_and_are_cut_at_once(home: Home, at: Run) -> None:
    made = at("device-login", "add", "plug7", "--json")
    assert (made.code, made.json["username"], made.json["applied"]) == (0, "device.plug7", True)
    assert asyncio.run(login_works(home, "plug7", made.json["password"]))
    assert not asyncio.run(login_works(home, "plug7", "wrong"))
    listed = at("device-login", "list", "--json").json
    assert listed["device.plug7"]["write"] == ["plug7/#", "homeassistant/+/plug7/#"]
    assert made.json["password"] not in at("device-login", "list").out
    assert at("device-login", "add", "plug7", "--topics", "other/#").code == 0
    assert asyncio.run(login_works(home, "plug7", made.json["password"])), "other rights, the same secret"
    assert at("device-login", "remove", "plug7").code == 0
    assert not asyncio.run(login_works(home, "plug7", made.json["password"]))


def test_device_logins_reach_only_their_own_topics(at: Run) -> None:
    rights = ("--topics", "kitchen/stove/#", "--discovery", "homeassistant/+/stove2/#")
    made = at("device-login", "add", "stove", *rights, "--json")
    assert made.json["write"] == ["kitchen/stove/#", "homeassistant/+/stove2/#"]
    for bad in ("homeserver/#", "#", "$SYS/#", "+/x"):
        failed = at("device-login", "add", "stove", "--topics", bad)
        assert (failed.code, "begin it with the device's own first" in failed.err) == (2, True)
    assert at("device-login", "add", "Big Stove").code == 2
    gone = at("device-login", "remove", "nobody")
    assert (gone.code, "there is no login 'device.nobody'" in gone.err) == (2, True)
    at("device-login", "remove", "stove")


def test_secrets_are_kept_for_the_owner_alone(home: Home) -> None:
    assert home.data.stat().st_mode & 0o777 == 0o700
    secrets = home.data / "secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    found = {path.name: path.stat().st_mode & 0o777 for path in secrets.iterdir()}
    assert found["process.cli"] == 0o600
    assert set(found.values()) == {0o600}
    assert "device.plug7" not in found, "a device keeps its own secret"


def test_no_secret_stands_on_a_command_line(home: Home) -> None:
    supervisor = psutil.Process(home.process.pid)
    lines = [" ".join(one.cmdline()) for one in (supervisor, *supervisor.children(recursive=True))]
    assert any("--process core" in line for line in lines), lines
    listing = "\n".join(lines)
    logins = Logins(home.data)
    for name in ("process.core", "process.bridge", "process.keeper", "process.cli"):
        assert logins.secret(name) not in listing


# -- where there is no home


def test_without_a_home_it_is_said_where_one_was_looked_for(run: Run, nowhere: str) -> None:
    for command in (("status",), ("entities",), ("call",), ("watch",), ("set", LAMP, "turn_on")):
        failed = run(*command, "--data", nowhere)
        assert failed.code == 3
        assert failed.err.startswith(f"homeserver: no home runs in {nowhere}: start it with `homeserver up`")


def test_a_broker_that_does_not_answer_or_wants_a_login_is_named(home: Home, run: Run) -> None:
    silent = run("status", "--broker", "mqtt://127.0.0.1:1")
    assert (silent.code, "no broker answers at mqtt://127.0.0.1:1" in silent.err) == (3, True)
    locked = run("status", "--broker", f"mqtt://127.0.0.1:{home.mqtt_port}")
    assert (locked.code, "wants a login" in locked.err) == (3, True)
    senseless = run("status", "--broker", "http://x")
    assert (senseless.code, "mqtt://" in senseless.err) == (2, True)
