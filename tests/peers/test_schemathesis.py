"""schemathesis reads the OpenAPI document of a running demo home and finds no answer that contradicts it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.homes import Home, running_home

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).parent / "schemathesis.toml"
LEFT_OUT = "|".join(
    (
        "stream",  # has no end
        "camera_proxy_stream/.*",  # nor has this
        "calls/rules/watch_trigger",  # nor this
        "calls/keeper/logs",  # has none where it follows
        "session",  # ends the session of who asks; tests/bridge/test_door.py has it
        "calls/keeper/(stop|restart|start)",  # would stop the bridge itself
        "calls/backup/make",  # takes longer than all else together
    )
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with running_home(tmp_path_factory.mktemp("home"), "--demo", "--broker", "mosquitto") as home:
        yield home


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_no_answer_contradicts_the_document(home: Home, portion: Callable[[int], int], tmp_path: Path) -> None:
    token = (home.data / "http-token").read_text().strip()
    program = Path(sys.executable).with_name("schemathesis")
    argv = [str(program), "--config-file", str(CONFIG), "run", f"http://127.0.0.1:{home.http_port}/api/openapi.json"]
    argv += ["--header", f"Authorization: Bearer {token}", "--generation-deterministic"]
    argv += ["--max-examples", str(portion(60))]
    argv += ["--phases", "examples,coverage,fuzzing", "--request-timeout", "30", "--continue-on-failure", "--no-color"]
    argv += ["--exclude-path-regex", f"^/api/({LEFT_OUT})$"]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.peers.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(argv, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    assert "Tested: " in run.stdout
