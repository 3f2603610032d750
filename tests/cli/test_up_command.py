"""`homeserver up`: comes up whole, goes down at once, leaves nobody behind, and says what is in its way."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from homeserver.runtime.running import occupy
from tests.cli.conftest import Run
from tests.cli.homes import Home, running_home
from tests.ports import free_port

BROKERS = [
    pytest.param("mosquitto", marks=pytest.mark.skipif(not shutil.which("mosquitto"), reason="needs mosquitto")),
    "amqtt",
]


def family(home: Home) -> list[psutil.Process]:
    return psutil.Process(home.process.pid).children(recursive=True)


def gone(processes: list[psutil.Process], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(
        one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes if psutil.pid_exists(one.pid)
    ):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("broker", BROKERS)
def test_it_comes_up_whole_and_ctrl_c_ends_everything(tmp_path: Path, broker: str) -> None:
    with running_home(tmp_path, "--demo", "--broker", broker) as home:
        assert home.says("the home is up, all of it")
        token = (home.data / "http-token").read_text().strip()
        assert home.says(f"http://127.0.0.1:{home.http_port}/, its key is in {home.data}/http-token")
        assert not home.says(token), "what goes to a file stays there, and many can read it"
        assert home.says("Europe/Berlin, EUR, en, as nobody was asked; to change them, write")
        request = urllib.request.Request(
            f"http://127.0.0.1:{home.http_port}/api/states", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200
        children = family(home)
        assert len(children) >= 4
        home.stop()
        assert home.process.returncode == 0
        assert gone(children, 0.5)
        assert not home.says("Traceback")
        assert not home.says("did not end within")
        assert not home.says("started again")


@pytest.mark.parametrize("broker", BROKERS)
def test_no_process_outlives_a_killed_supervisor(tmp_path: Path, broker: str) -> None:
    with running_home(tmp_path, "--broker", broker) as home:
        children = family(home)
        home.process.kill()
        assert gone(children, 5), [one.cmdline() for one in children if one.is_running()]
    with running_home(tmp_path, "--broker", broker) as home:
        assert home.says("the home is up, all of it"), "what was killed can be started again"


def test_a_process_that_dies_comes_back(tmp_path: Path, run: Run) -> None:
    with running_home(tmp_path) as home:
        first = next(one for one in family(home) if "core" in one.cmdline())
        first.kill()
        deadline = time.monotonic() + 20
        while True:
            now = run("status", "--json", "--data", str(home.data)).json
            workers = {one["worker"]: one["state"] for one in now["workers"]}
            if now["processes"]["core"]["pid"] != first.pid and workers["home"] == workers["rules"] == "online":
                break
            assert time.monotonic() < deadline, now
        assert home.says("core was ended by SIGKILL")


def test_two_homes_run_side_by_side(tmp_path: Path, run: Run) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with running_home(folders[0]) as one, running_home(folders[1], "--set", "home.name=Two") as two:
        pids = [run("status", "--json", "--data", str(home.data)).json["home"]["pid"] for home in (one, two)]
    assert pids == [one.process.pid, two.process.pid]


@contextmanager
def open_broker(folder: Path) -> Iterator[int]:
    """Somebody else's Mosquitto, without logins."""
    port, config = free_port(), folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    with subprocess.Popen(["mosquitto", "-c", str(config)], stderr=subprocess.DEVNULL) as broker:
        try:
            yield port
        finally:
            broker.terminate()


@pytest.mark.skipif(not shutil.which("mosquitto"), reason="needs mosquitto")
def test_somebody_elses_broker_without_a_login_works(tmp_path: Path, run: Run) -> None:
    with open_broker(tmp_path) as port:
        address = f"mqtt://127.0.0.1:{port}"
        with running_home(tmp_path, "--broker", address) as home:
            assert home.says("the home is up, all of it")
            for reach in (("--broker", address), ("--data", str(home.data))):
                found = run("status", "--json", *reach)
                assert {one["worker"]: one["state"] for one in found.json["workers"]}["home"] == "online"
            assert run("call", "keeper.status", "--broker", address).code == 0


def test_anonymous_access_on_loopback_when_asked(tmp_path: Path, run: Run) -> None:
    with running_home(tmp_path, "--anonymous") as home:
        assert home.says("open to everybody")
        assert run("status", "--broker", f"mqtt://127.0.0.1:{home.mqtt_port}").code == 0


# -- what is in its way


def up(run: Run, folder: Path, *options: str) -> tuple[int, str]:
    ended = run("up", "--data", str(folder), *options)
    return ended.code, ended.err


def test_a_taken_folder_is_said_with_its_holder(run: Run, tmp_path: Path) -> None:
    with occupy(tmp_path, "mqtt://127.0.0.1:1", "", login=True):
        code, words = up(run, tmp_path)
    assert (code, f"runs in {tmp_path} already (process {os.getpid()})" in words) == (1, True)


@pytest.mark.parametrize("option", ["--mqtt-port", "--http-port"])
def test_a_taken_port_is_said_before_anything_starts(run: Run, tmp_path: Path, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"--mqtt-port": str(free_port()), "--http-port": str(free_port()), option: str(taken.getsockname()[1])}
        code, words = up(run, tmp_path, *(word for pair in ports.items() for word in pair))
    assert code == 1
    assert f"choose another port with {option}" in words


def test_bad_settings_are_said_before_anything_starts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "homeserver.toml").write_text("[brigde]\nx = 1\n")
    code, words = up(run, tmp_path)
    assert code == 2
    assert f"{tmp_path}/homeserver.toml:2: there is no worker 'brigde'; did you mean 'bridge'?" in words
    code, words = up(run, tmp_path / "other", "--broker", "mosquito")
    assert (code, "'mosquito' is not one of auto, mosquitto, amqtt" in words) == (2, True)


@pytest.mark.parametrize("command", [("up",), ("run", "rules", "--broker", "mqtt://127.0.0.1:1")])
def test_a_mistake_in_the_settings_of_a_worker_that_does_not_run_is_said_too(
    run: Run, tmp_path: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ("--data", str(tmp_path))
    said = run(*command, *data, "--set", "demo_home.sped=2")
    assert said.code == 2
    assert "--set demo_home.sped: there is no setting 'sped'; did you mean 'speed'?" in said.err
    assert "demo_home.speed: Input should be" in run(*command, *data, "--set", "demo_home.speed=-1").err
    monkeypatch.setenv("HOMESERVER_DEMO_HOME__SPED", "2")
    assert "HOMESERVER_DEMO_HOME__SPED: there is no setting 'sped'" in run(*command, *data).err
    monkeypatch.delenv("HOMESERVER_DEMO_HOME__SPED")
    (tmp_path / "homeserver.toml").write_text("[demo_home]\nsped = 2\n")
    assert f"{tmp_path}/homeserver.toml:2: demo_home has no setting 'sped'" in run(*command, *data).err


def test_a_signal_while_it_begins_ends_it_as_well(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "homeserver", "up", "--data", str(tmp_path / "data"), "--broker", "amqtt"]
    argv += ["--mqtt-port", str(free_port()), "--http-port", str(free_port())]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("broker"):
                break
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert gone(children, 0.5)


def test_ctrl_c_ends_a_home_whose_broker_never_came(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "homeserver", "up", "--data", str(tmp_path / "data")]
    argv += ["--broker", f"mqtt://127.0.0.1:{free_port()}", "--http-port", str(free_port())]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        assert any("no broker answers" in line and '"process":"keeper"' in line for line in process.stdout)
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert gone(children, 0.5)


@pytest.mark.parametrize("made_by", ["a file in its way", "the kernel's own folder"])
def test_a_data_folder_that_cannot_be_is_named_with_the_remedy(run: Run, tmp_path: Path, made_by: str) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    folder = taken if made_by == "a file in its way" else Path("/proc/nowhere")
    ended = run("up", "--data", str(folder))
    assert ended.code != 0
    assert str(folder) in ended.err
    assert "Traceback" not in ended.err


GADGET = '''"""A gadget."""

from pydantic import BaseModel

from homeserver.runtime.house import House
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Call, Caller


class Ask(BaseModel):
    """Tell the version."""


class Told(BaseModel):
    version: int


TELL = Call("gadget", "tell", Ask, Told)


class Gadget(Worker):
    name = "gadget"

    @answers(TELL)
    async def tell(self, request: Ask, caller: Caller) -> Told:
        return Told(version=VERSION)


def setup(house: House) -> Gadget:
    return Gadget(house)
'''


def test_reload_starts_a_changed_worker_anew(tmp_path: Path) -> None:
    info = tmp_path / "site" / "gadget-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gadget\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[homeserver.workers]\ngadget = gadget:setup\n")
    module = tmp_path / "site" / "gadget.py"
    module.write_text(GADGET.replace("VERSION", "1"))
    environment = {"PYTHONPATH": os.pathsep.join((os.environ.get("PYTHONPATH", ""), str(tmp_path / "site")))}

    def told(home: Home) -> int:
        try:
            version: int = home.post("/api/calls/gadget/tell", {})["version"]
        except OSError:  # between the two
            return 0
        return version

    with running_home(tmp_path, "--reload", "--broker", "amqtt", environment=environment) as home:
        until(lambda: told(home) == 1)
        module.write_text(GADGET.replace("VERSION", "("))
        until(lambda: home.says("gadget.py is no Python yet"))
        assert told(home) == 1
        module.write_text(GADGET.replace("VERSION", "2"))
        until(lambda: told(home) == 2)
        assert home.process.poll() is None


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
