"""Other people's clients of Home Assistant, as they are published, against a running demo home.

Each exercises every call that it offers and prints what came of it; `MISSING` names what cannot pass, with its reason.
With PEERS=1 the same programs speak to Home Assistant too, with the same lamps. The Python clients live in an
environment of their own, and the JavaScript one in a folder of its own, under `~/.cache/homeserver/clients`;
`.ci/setup.sh test` makes both. Without them the tests are skipped and say so.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.homes import running_home
from tests.peers.broker import bare_broker, lamps
from tests.peers.home_assistant import HomeAssistant, missing
from tests.runtime.raw_client import RawClient

HERE = Path(__file__).parent / "clients"
INSTALLED = Path.home() / ".cache" / "homeserver" / "clients"
PYTHON = INSTALLED / "python" / "bin"
JS = INSTALLED / "js"
NO_HISTORY = "no worker keeps the past of this home yet: history is a capability of its own"
NO_ENTRIES = "what brings entities is a worker of the home, and is started and stopped as one"
MISSING = {
    "ws delete_entry_subentry": NO_ENTRIES,
    "ws disable_config_entry": NO_ENTRIES,
    "ws enable_config_entry": NO_ENTRIES,
    "ws ignore_config_flow": NO_ENTRIES,
    "rest get_logbook_entries": NO_HISTORY,
    "rest get_entity_histories": NO_HISTORY,
}
NOT_LOADED = "the configuration of the comparison does not load that part there"
OURS = "what is asked for is an entry of this home"
MISSING_THERE = {
    **dict.fromkeys(("rest get_logbook_entries", "rest get_entity_histories", "user data"), NOT_LOADED),
    **dict.fromkeys(("mobile_app registration", "mobile_app webhook", "mobile_app push channel"), NOT_LOADED),
    **dict.fromkeys(("ws get_entry_subentries", "ws delete_entry_subentry", "ws ignore_config_flow"), OURS),
    **dict.fromkeys(("ws disable_config_entry", "ws enable_config_entry"), OURS),
    "process_conversation": "an assistant of its own answers there",
    "rest trigger_service": "there a service answers before the lamp has said anything, so no state has changed",
}
LAMPS = ("light.office_desk_lamp", "light.utility_room_lamp", "light.bathroom_mirror")
PEERS = pytest.mark.skipif(os.environ.get("PEERS") != "1", reason="set PEERS=1 to run them against Home Assistant too")

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Place:
    """A home that the clients speak to, and which of their calls cannot pass there."""

    port: int
    token: str
    missing: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HOME_URL": f"http://127.0.0.1:{self.port}",
            "HOME_TOKEN": self.token,
            "PYTHONPATH": "",
        }


@pytest.fixture(scope="module", params=["homeserver", pytest.param("Home Assistant", marks=PEERS)])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("home")
    with (ours if request.param == "homeserver" else theirs)(folder) as place:
        yield place


@contextmanager
def ours(folder: Path) -> Iterator[Place]:
    with running_home(folder, "--demo") as home:
        yield Place(home.http_port, (home.data / "http-token").read_text().strip(), MISSING)


@contextmanager
def theirs(folder: Path) -> Iterator[Place]:
    if missing():
        pytest.skip(missing())
    (folder / "hass").mkdir()
    with bare_broker(folder) as port, RawClient(port) as client:
        client.connect("lamps")
        lamps(client, LAMPS)
        peer = HomeAssistant(folder / "hass", port, "conversation")
        with peer.running():
            peer.settle()
            yield Place(peer.port, peer.token, MISSING_THERE)


def needs(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path} is not there: .ci/setup.sh test installs the clients")
    return path


def calls(output: str) -> dict[str, tuple[bool, str]]:
    """What a client printed, by call."""
    rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return {row["call"]: (row["ok"], row["told"]) for row in rows}


def check(home: Place, run: subprocess.CompletedProcess[str], most: int) -> None:
    """All calls passed but those that cannot; `most` calls were made."""
    found = calls(run.stdout)
    failed = {call: told for call, (ok, told) in found.items() if not ok}
    assert set(failed) == set(home.missing) & set(found), (failed, run.stderr[-3_000:])
    assert len(found) == most, (sorted(found), run.stderr[-3_000:])


def test_home_assistant_js_websocket(home: Place, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node.js here")
    (tmp_path / "node_modules").symlink_to(needs(JS / "node_modules"))
    shutil.copy(HERE / "js" / "calls.mjs", tmp_path)
    argv = [node, "calls.mjs"]
    run = subprocess.run(
        argv, cwd=tmp_path, env=home.environment, capture_output=True, text=True, timeout=90, check=False
    )
    check(home, run, 26)


@pytest.mark.parametrize(("program", "most"), [("hass_client_calls.py", 15), ("homeassistant_api_calls.py", 43)])
def test_python_client(home: Place, program: str, most: int) -> None:
    argv = [str(needs(PYTHON / "python")), str(HERE / program)]
    run = subprocess.run(argv, env=home.environment, capture_output=True, text=True, timeout=90, check=False)
    check(home, run, most)


def test_an_app_of_appdaemon_reacts_to_a_state_and_calls_a_service(home: Place, tmp_path: Path) -> None:
    program = needs(PYTHON / "appdaemon")
    given = home.environment
    shutil.copytree(HERE / "appdaemon" / "apps", tmp_path / "apps")
    plugin = {"type": "hass", "ha_url": given["HOME_URL"], "token": given["HOME_TOKEN"]}
    place = {"latitude": 52.5, "longitude": 13.4, "elevation": 34, "time_zone": "Europe/Berlin"}
    settings = {"appdaemon": {**place, "plugins": {"HASS": plugin}}}
    (tmp_path / "appdaemon.yaml").write_text(json.dumps(settings))
    told = []
    with subprocess.Popen(
        [str(program), "-c", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**given, "PYTHONUNBUFFERED": "1"},
    ) as running:
        assert running.stdout is not None
        try:
            for line in running.stdout:
                told.append(line)
                if line.startswith("done") or "failed to start" in line:
                    break
        finally:
            running.terminate()
    check(home, subprocess.CompletedProcess([], 0, "".join(told), "".join(told)), 21)
