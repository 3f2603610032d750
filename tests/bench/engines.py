"""The engines that are measured in every run: homeserver, and two responders that show what the rest costs.

Each is a row: how it is started and which rules it can answer. Needs the folder of the load, for its raw responder and
the rule files that it writes.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.programs import ROOT
from tests.bench.scenarios import Scenario

HOMESERVER: Final = "homeserver"
AIOMQTT: Final = "aiomqtt"


@dataclass(frozen=True)
class Ground:
    """Where an engine runs: the broker's port, the scenario, a folder of its own, the folder of the load."""

    port: int
    scenario: Scenario
    folder: Path
    load: Path


@dataclass(frozen=True)
class Engine:
    """`starts` are the suffixes of its starts: the first with nothing known, the last the usual one."""

    name: str
    title: str
    argv: Callable[[Ground], list[str]]
    starts: tuple[str, ...] = ("-restart",)
    kinds: tuple[str, ...] = ("bool", "numeric")


def _homeserver(ground: Ground) -> list[str]:
    rules = ground.folder / "rules"
    if not rules.exists():
        rules.mkdir()
        write_rules(ground, rules / "bench.yaml")
    options = ["--process", "core", "--data", str(ground.folder / "data"), "--rules", str(rules)]
    broker = f"mqtt://127.0.0.1:{ground.port}"
    return [sys.executable, "-m", "homeserver", "run", "home", "rules", *options, "--broker", broker]


def write_rules(ground: Ground, path: Path) -> None:
    """The very rule file that Home Assistant gets."""
    size = ["--kind", ground.scenario.kind, "--n", str(ground.scenario.devices)]
    maker = [sys.executable, str(ground.load / "make_config.py"), "rules", *size, "--out", str(path)]
    subprocess.run(maker, check=True, cwd=ROOT)


def _aiomqtt(ground: Ground) -> list[str]:
    return [sys.executable, "-m", "tests.bench.null_aiomqtt", str(ground.port), ground.scenario.kind]


def _raw(ground: Ground) -> list[str]:
    return [sys.executable, str(ground.load / "null_engine.py"), "127.0.0.1", str(ground.port)]


ENGINES: Final = {
    row.name: row
    for row in (
        Engine("null", "null responder, raw socket", _raw, kinds=("bool",)),
        Engine(AIOMQTT, "null responder, aiomqtt", _aiomqtt),
        Engine(HOMESERVER, "homeserver", _homeserver, starts=("-firststart", "-restart")),
    )
}
PEERS: Final = {"hass": "Home Assistant", "nodered": "Node-RED"}
"""Other platforms by the names that `run.sh` knows them by."""
TITLES: Final = {**{engine.name: engine.title for engine in ENGINES.values()}, **PEERS}
