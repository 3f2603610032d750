"""compose.yaml carried out without containers: its very commands as processes, its volumes as folders.

What a container engine would do is done by substitution: paths lead into a folder of the test, `broker` and its ports
become ports of this machine. Nothing else of the file is changed, nothing beside it is given: each process has the
variables of its service and no others. Keeps the output of each in `<service>.txt`.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import psutil
import yaml

from tests.ports import free_port
from tests.runtime.ground import until

ROOT: Final = Path(__file__).parents[2]
FILE: Final = ROOT / "compose.yaml"
_VARIABLE: Final = re.compile(r"\$(?:(\$)|\{(\w+)(?::-([^}]*))?\})")
_SECONDS: Final = {"s": 1.0, "m": 60.0}
PATIENCE: Final = 60.0


def interpolated(node: Any, variables: dict[str, str]) -> Any:
    """`${NAME:-default}` and `$$`, as Compose reads them."""
    if isinstance(node, dict):
        return {key: interpolated(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [interpolated(value, variables) for value in node]
    if not isinstance(node, str):
        return node
    return _VARIABLE.sub(lambda m: m[1] or variables.get(m[2]) or m[3] or "", node)


def composed(variables: dict[str, str] | None = None) -> dict[str, Any]:
    """The file as Compose understands it: anchors followed, variables put in."""
    loaded: dict[str, Any] = interpolated(yaml.safe_load(FILE.read_text("utf-8")), variables or {})
    return loaded


def seconds(text: str) -> float:
    return float(text[:-1]) * _SECONDS[text[-1]]


class Composition:
    """The services of the file, in folders below `folder`."""

    def __init__(self, folder: Path, rules: Path = ROOT / "rules") -> None:
        self.folder = folder
        self.rules = rules
        self.ports = {1883: free_port(), 8883: free_port(), 8321: free_port()}
        self.file = composed({"HOMESERVER_HTTP_PORT": str(self.ports[8321])})
        self.services: dict[str, Any] = self.file["services"]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for volume in self.file["volumes"]:
            self.volume(volume).mkdir(parents=True, mode=0o700)
        self._write_configuration()

    def volume(self, name: str) -> Path:
        return self.folder / "volumes" / name

    def _write_configuration(self) -> None:
        """The folder `mosquitto/` with its configuration for this machine."""
        place = self.folder / "mosquitto"
        place.mkdir()
        (place / "start.sh").write_bytes((ROOT / "mosquitto" / "start.sh").read_bytes())
        text = (ROOT / "mosquitto" / "mosquitto.conf").read_text("utf-8")
        text = text.replace("/mosquitto/data", str(self.volume("broker")))
        for port in (1883, 8883):
            text = re.sub(rf"(?m)^listener {port}$", f"listener {self.ports[port]} 127.0.0.1", text)
        # In its container it runs as user 1883; as root it would change to a user that cannot read these folders.
        (place / "mosquitto.conf").write_text(text + ("user root\n" if os.geteuid() == 0 else ""))

    # -- from the container to this machine

    def _root(self, service: str) -> Path:
        """A folder in which the volumes of a service have their places, as links."""
        root = self.folder / "root" / service
        if not root.exists():
            (root / "tmp").mkdir(parents=True)
            local = {"./mosquitto": self.folder / "mosquitto", "./rules": self.rules}
            for text in self.services[service].get("volumes", ()):
                source, target = text.split(":")[:2]
                place = root / target.lstrip("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(local.get(source) or self.volume(source))
        return root

    def here(self, service: str, text: str) -> str:
        """A word of a command or a value of a variable, on this machine."""
        if re.match(r"/\w", text):
            return f"{self._root(service)}{text}"
        text = text.replace("@broker:1883", f"@127.0.0.1:{self.ports[1883]}").replace("0.0.0.0", "127.0.0.1")
        return text.replace("-p 1883", f"-p {self.ports[1883]}")

    def environment(self, service: str) -> dict[str, str]:
        given = self.services[service].get("environment", {})
        path = os.pathsep.join((os.environ["PATH"], "/usr/sbin"))
        return {"PATH": path} | {name: self.here(service, str(value)) for name, value in given.items()}

    def argv(self, service: str, words: list[str] | None = None) -> list[str]:
        """The command of a service; `words` stand in for it, as with `docker compose exec SERVICE homeserver ...`."""
        words = [self.here(service, word) for word in words or self.services[service]["command"]]
        return words if service == "broker" else [*self._entrypoint(), *words]

    def _entrypoint(self) -> list[str]:
        recipe: str = self.services["prepare"]["build"]["dockerfile_inline"]
        last = recipe.strip().splitlines()[-1]
        assert last == 'ENTRYPOINT ["homeserver"]'
        return [sys.executable, "-m", *json.loads(last.partition(" ")[2])]

    # -- what Compose does

    def start(self, service: str) -> None:
        with (self.folder / f"{service}.txt").open("ab") as output:
            self.processes[service] = subprocess.Popen(
                self.argv(service), env=self.environment(service), cwd=self.folder, stdout=output, stderr=output
            )

    def run(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command in a service's surroundings, to its end; it must succeed."""
        ran = subprocess.run(
            self.argv(service, list(words)),
            env=self.environment(service), cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran

    def check(self, service: str) -> subprocess.CompletedProcess[str]:
        """The health check of a service, once."""
        test = self.services[service]["healthcheck"]["test"]
        kind, *words = (self.here(service, word) for word in test)
        argv = ["sh", "-c", *words] if kind == "CMD-SHELL" else [sys.executable, *words[1:]]
        assert kind in ("CMD", "CMD-SHELL")
        assert kind == "CMD-SHELL" or test[1] == "python"
        limit = seconds(self.services[service]["healthcheck"]["timeout"])
        try:
            return subprocess.run(
                argv, env=self.environment(service), cwd=self.folder, capture_output=True, text=True, timeout=limit
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(argv, 1, "", f"no answer within {limit:g} s")

    async def until_healthy(self, *services: str) -> None:
        for service in services:
            async with asyncio.timeout(PATIENCE):
                while (await asyncio.to_thread(self.check, service)).returncode:
                    assert self.processes[service].poll() is None, self.output(service)
                    await asyncio.sleep(0.3)

    async def kill(self, service: str) -> None:
        """SIGKILL to all of it, as a container ends, and start it again, as its restart policy says."""
        assert self.services[service]["restart"] == "unless-stopped"
        process = self.processes[service]
        children = psutil.Process(process.pid).children(recursive=True)
        for child in children:
            child.kill()
        process.kill()
        process.wait(10)
        psutil.wait_procs(children, 10)  # a container has ended when all of its processes have
        self.start(service)

    async def stop(self, service: str) -> float:
        """As `docker compose stop`; the seconds that it took, within the grace that the file gives."""
        process, loop = self.processes.pop(service), asyncio.get_running_loop()
        began = loop.time()
        process.terminate()
        await until(lambda: process.poll() is not None, seconds(self.services[service]["stop_grace_period"]))
        assert process.returncode == 0, self.output(service)
        return loop.time() - began

    def output(self, service: str) -> str:
        return (self.folder / f"{service}.txt").read_text("utf-8")

    def end(self) -> None:
        """End whatever still runs; Mosquitto is a child of its script and ends with it."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
