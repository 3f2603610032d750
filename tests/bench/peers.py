"""The other platforms, set up and measured in the same run: Node-RED, and Home Assistant where there is Python 3.13.

Runs the load's own `setup.sh` and `run.sh`. Needs a network for the set-up (some minutes, the first time), Node.js for
Node-RED. Keeps the platforms in the folder `HOMESERVER_PEERS`, `~/.cache/homeserver/peers` by default.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.figures import Row, parse_all
from tests.bench.programs import ProgramError, last_words, running
from tests.bench.scenarios import Size
from tests.ports import free_port

NODE_RED: Final = "4"
Say = Callable[[str], None]


def cache() -> Path:
    """Where the platforms are kept."""
    return Path(os.environ.get("HOMESERVER_PEERS") or Path.home() / ".cache/homeserver/peers").absolute()


@dataclass(frozen=True)
class Peer:
    """A platform that is ready to be measured: what `run.sh` calls it, and the folder that it was set up in."""

    engine: str
    folder: Path


def find_python(version: str) -> str | None:
    """An interpreter of this version that really runs: on the PATH, or one that pyenv keeps."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    kept = sorted(versions.glob(f"{version}.*/bin/python{version}"), reverse=True)
    for candidate in [shutil.which(f"python{version}"), *map(str, kept)]:
        if candidate and _runs(candidate):
            return candidate
    return None


def _runs(program: str) -> bool:
    return subprocess.run([program, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0


def set_up(load: Path, folder: Path, say: Say) -> list[Peer]:
    """The peers that could be set up; `say` hears what is done and what is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    peers = [*_home_assistant(load, folder / "hass", say), *_node_red(folder / "nodered", say)]
    return peers


def _home_assistant(load: Path, folder: Path, say: Say) -> list[Peer]:
    python = find_python("3.13")
    if python is None:
        say("Home Assistant is not measured: it needs Python 3.13, and there is no python3.13 on the PATH or in pyenv")
        return []
    say(f"Setting up Home Assistant in {folder} (three to five minutes, the first time)")
    command = ["bash", str(load / "setup.sh"), str(folder)]
    if _run(command, folder.with_suffix(".log"), {"PY": python}):
        return [Peer("hass", folder)]
    say(f"Home Assistant is not measured, its set-up failed:\n    {last_words(folder.with_suffix('.log'))}")
    return []


def _node_red(folder: Path, say: Say) -> list[Peer]:
    """Not by `setup.sh`, which installs Home Assistant first: Node-RED needs no Python of its own.

    `run.sh` looks for an interpreter for the load in `venv`; ours has all that the load needs.
    """
    if shutil.which("npm") is None or shutil.which("node") is None:
        say("Node-RED is not measured: it needs node and npm on the PATH")
        return []
    say(f"Setting up Node-RED in {folder} (a minute, the first time)")
    place = folder / "nodered"
    place.mkdir(parents=True, exist_ok=True)
    (place / "package.json").write_text('{"private": true}\n')
    venv = folder / "venv"
    venv.unlink(missing_ok=True)
    venv.symlink_to(sys.prefix)
    log = folder / "setup.log"
    is_there = (place / "node_modules/node-red/red.js").exists()
    command = ["npm", "install", "--prefix", str(place), "--no-audit", "--no-fund", f"node-red@{NODE_RED}"]
    if is_there or _run(command, log, {}):
        return [Peer("nodered", folder)]
    say(f"Node-RED is not measured, its set-up failed:\n    {last_words(log)}")
    return []


def _run(command: list[str], log: Path, variables: dict[str, str]) -> bool:
    with running(command, log, variables) as program:
        return program.wait() == 0


def measure(peer: Peer, load: Path, scenario: str, size: Size, client: str) -> list[Row]:
    """The peer through one scenario with `run.sh`; raises `ProgramError` when it measured nothing."""
    lines, log = peer.folder / "lines.jsonl", peer.folder / "run.log"
    lines.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    variables = {
        "ENGINE": peer.engine,
        "OUT": str(lines),
        "BROKER_PORT": str(free_port()),
        "HTTP_PORT": str(free_port()),
        "COUNT": str(size.flood),
        "RATE_COUNT": str(size.latency),
        "QUIET": str(round(size.patience)),
        "CLIENT": client,
    }
    with running(["bash", str(load / "run.sh"), str(peer.folder), scenario], log, variables) as program:
        program.wait()
    rows = parse_all(lines.read_text("utf-8")) if lines.exists() else []
    if not rows:
        raise ProgramError(f"run.sh measured nothing:\n    {last_words(log)}")
    return rows
