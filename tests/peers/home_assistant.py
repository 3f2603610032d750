"""Home Assistant as another hearer of the same messages: started, asked for its states, ended, asked for its registry.

Needs what the bench sets up with PEERS=1 (folder HOMESERVER_PEERS, else `~/.cache/homeserver/peers`) and the folder of
the load beside the project. Keeps nothing.
"""

import contextlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.peers import cache
from tests.bench.programs import running
from tests.ports import free_port

LOAD = Path(os.environ.get("HOMESERVER_LOAD") or Path(__file__).parents[3] / "shared" / "peers" / "homeassistant")
HASS = cache() / "hass"
PATIENCE = 180.0


def missing() -> str:
    """Why there is no Home Assistant to be compared with; empty where there is one."""
    if not (HASS / "venv" / "bin" / "hass").exists():
        return f"no Home Assistant in {HASS}: `PEERS=1 make bench` sets it up"
    return "" if (LOAD / "make_config.py").exists() else f"no configuration maker in {LOAD}"


@dataclass
class Entity:
    """One entity as Home Assistant has it; `state` None: it is disabled, so it has none."""

    entity_id: str
    unique_id: str
    disabled: bool = False
    state: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


class HomeAssistant:
    """`states` while it runs; `entities` of its integration MQTT once it has ended."""

    def __init__(self, folder: Path, broker_port: int, *parts: str) -> None:
        """`parts`: integrations that it loads beside those of the load."""
        self._folder = folder
        self._parts = parts
        self._broker_port = broker_port
        self._port = free_port()
        self._states: dict[str, dict[str, Any]] = {}
        self.pid = 0

    @property
    def port(self) -> int:
        """Where it answers over HTTP, on loopback."""
        return self._port

    @property
    def token(self) -> str:
        """A long-lived token of its owner."""
        return (self._folder / "token.txt").read_text().strip()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """From the first answer over HTTP to a clean end."""
        maker = [
            str(HASS / "venv" / "bin" / "python"),
            str(LOAD / "make_config.py"),
            "hass",
            "--kind",
            "bool",
            "--n",
            "1",
        ]
        ports = ["--broker-port", str(self._broker_port), "--http-port", str(self._port)]
        subprocess.run([*maker, "--out", str(self._folder), *ports], check=True, capture_output=True)
        (self._folder / "automations.yaml").write_text("[]\n")
        with (self._folder / "configuration.yaml").open("a") as configuration:
            configuration.write("".join(f"{part}:\n" for part in self._parts))
        log = self._folder / "stdout.log"
        with running([str(HASS / "venv" / "bin" / "hass"), "-c", str(self._folder), "--skip-pip"], log) as program:
            self.pid = program.pid
            self._until_loaded()
            yield

    def _until_loaded(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if self._get("config").get("state") == "RUNNING":
                    return
            time.sleep(0.5)
        raise TimeoutError("Home Assistant does not say that it runs")

    def _get(self, what: str) -> Any:
        return self._ask(what, None)

    def _ask(self, what: str, body: bytes | None) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}/api/{what}", body)
        request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def command(self, entity_id: str, service: str, data: dict[str, Any]) -> str:
        """Call a service; why it was refused, or nothing."""
        domain = entity_id.partition(".")[0]
        body = json.dumps({"entity_id": entity_id, **data}).encode()
        try:
            self._ask(f"services/{domain}/{service}", body)
        except urllib.error.HTTPError as error:
            return f"is refused there: {error.code} {error.read()[:200].decode('utf-8', 'replace')}"
        return ""

    def settle(self, quiet: float = 5.0) -> None:
        """Read the states until they stay the same for some seconds."""
        since, before = time.monotonic(), ""
        while time.monotonic() - since < quiet:
            states = self._get("states")
            self._states = {one["entity_id"]: one for one in states}
            now = json.dumps(sorted((one["entity_id"], one["state"]) for one in states))
            if now != before:
                since, before = time.monotonic(), now
            time.sleep(0.5)

    def state(self, entity_id: str) -> dict[str, Any] | None:
        """Of one entity, as of the last `settle`."""
        return self._states.get(entity_id)

    def entities(self) -> dict[tuple[str, str], Entity]:
        """By domain and unique id, as its registry has them after the end."""
        text = (self._folder / ".storage" / "core.entity_registry").read_text("utf-8")
        found = {}
        for row in json.loads(text)["data"]["entities"]:
            if row["platform"] == "mqtt":
                said = self._states.get(row["entity_id"], {})
                found[row["entity_id"].partition(".")[0], row["unique_id"]] = Entity(
                    row["entity_id"],
                    row["unique_id"],
                    row["disabled_by"] is not None,
                    said.get("state"),
                    said.get("attributes", {}),
                )
        return found
