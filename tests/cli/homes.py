"""A real home for the commands to talk to: `homeserver up` in a process of its own, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ports import free_port

PATIENCE = 40.0
"""Seconds for a home to come up on a busy machine."""


@dataclass(frozen=True)
class Home:
    """`output` is the file that holds all that it prints."""

    process: subprocess.Popen[bytes]
    data: Path
    mqtt_port: int
    http_port: int
    output: Path

    def says(self, words: str) -> bool:
        return words in self.output.read_text()

    def post(self, path: str, body: object, timeout: float = 10) -> Any:
        """What the HTTP interface answers within `timeout` seconds, as JSON."""
        token = (self.data / "http-token").read_text().strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer)

    def stop(self) -> float:
        """Ctrl+C; the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        return time.monotonic() - began


@contextmanager
def running_home(
    folder: Path, *options: str, where: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Home]:
    """A home that is up when the block begins and gone when it ends."""
    data, mqtt_port, http_port = folder / "data", free_port(), free_port()
    argv = [sys.executable, "-m", "homeserver", "up", "--data", str(data)]
    argv += ["--mqtt-port", str(mqtt_port), "--http-port", str(http_port), *options]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            argv, stdout=output, stderr=output, cwd=where or folder, env={**os.environ, **(environment or {})}
        )
    home = Home(process, data, mqtt_port, http_port, folder / "output.txt")
    try:
        _wait(home)
        yield home
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(10)


def _wait(home: Home) -> None:
    deadline = time.monotonic() + PATIENCE
    while not home.says("Ctrl+C stops everything"):
        ended = home.process.poll() is not None
        assert not ended, home.output.read_text()
        assert time.monotonic() < deadline, home.output.read_text()
        time.sleep(0.05)
