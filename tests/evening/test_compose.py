"""The home of compose.yaml: the file is sound, and its very commands make a home that works, heals and is closed."""

import asyncio
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from homeserver import workers
from homeserver.runtime.broker import mosquitto, prepare
from homeserver.runtime.broker.command import LARGEST_MESSAGE
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.clock import RealClock
from homeserver.runtime.enrolment import secrets_of
from homeserver.runtime.journal import Journal
from homeserver.runtime.keeper import Keeper
from homeserver.runtime.logins import Login, Logins
from homeserver.runtime.rights import rights_of
from homeserver.runtime.settings import Settings
from homeserver.runtime.supervisor import KEEPER, Supervisor
from tests.evening.composition import FILE, ROOT, Composition, composed
from tests.runtime.ground import until
from tests.runtime.raw_client import Closed, RawClient, connect_packet

SCHEMA = json.loads((Path(__file__).parent / "compose_spec" / "compose-spec.json").read_text("utf-8"))
POSTS = workers.plan(demo=True).posts
LAMP = "light.hall_ceiling"
needs_mosquitto = pytest.mark.skipif(
    not all(map(shutil.which, ("mosquitto", "mosquitto_sub"))), reason="needs mosquitto and mosquitto-clients"
)


# -- the file


def test_it_is_a_compose_file_by_the_schema_of_the_specification() -> None:
    file = composed()
    jsonschema.Draft7Validator(SCHEMA).validate(file)
    file["services"]["core"]["healthcheck"]["intervall"] = "15s"
    with pytest.raises(jsonschema.ValidationError, match="intervall"):
        jsonschema.Draft7Validator(SCHEMA).validate(file)


def test_each_process_of_the_home_has_a_service_and_the_demo_house_comes_only_when_asked_for() -> None:
    services = composed()["services"]
    assert set(services) == {"prepare", "broker", *POSTS}
    for name in POSTS:
        assert services[name]["command"][:3] == ["run", "--process", name]
    assert {name for name, service in services.items() if "profiles" in service} == {workers.DEMO.process}


@pytest.mark.parametrize("name", ["prepare", "broker", *POSTS])
def test_no_service_may_more_than_it_must(name: str) -> None:
    service = composed()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == "1883:1883"
    assert not {"privileged", "cap_add", "devices", "pid", "ipc", "secrets"} & set(service)
    assert not [volume for volume in service["volumes"] if "docker.sock" in volume]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), "opened to the network on request"
    assert ("healthcheck" in service) == (service["restart"] == "unless-stopped")


def test_no_secret_is_in_the_file_and_each_process_sees_its_own_alone() -> None:
    services = composed()["services"]
    for service in services.values():
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or value == ""
    owners = {"data": {"core"}, "bridge": {"bridge"}, "demo": {"demo"}, "broker": {"broker", "core"}}
    for volume in composed()["volumes"]:
        users = {name for name, one in services.items() if any(v.startswith(f"{volume}:") for v in one["volumes"])}
        assert users == owners[volume] | {"prepare"}


def test_mosquitto_is_told_what_a_home_tells_its_own() -> None:
    """Line for line, whatever the comments say."""
    place = Path("/mosquitto/data")
    door = Listener(8883, "", place / "broker.pem", place / "broker.key")
    generated = mosquitto.configuration(mosquitto.Settings(place, "", 1883, False, LARGEST_MESSAGE, False, (door,)))
    assert directives((ROOT / "mosquitto" / "mosquitto.conf").read_text("utf-8")) == directives(generated)


def directives(text: str) -> list[list[str]]:
    lines = [[word.rstrip("/") for word in line.split()] for line in text.splitlines()]
    return [words for words in lines if words and not words[0].startswith("#")]


@pytest.mark.parametrize("code", [0, 3])
def test_the_broker_ends_as_mosquitto_ends(code: int, tmp_path: Path) -> None:
    program = tmp_path / "mosquitto"
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o700)
    argv = ["sh", str(ROOT / "mosquitto" / "start.sh"), "any.conf", str(tmp_path)]
    ran = subprocess.run(argv, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, timeout=10, check=False)
    assert ran.returncode == code


# -- the home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """Prepared; each test starts what it needs."""
    composition = Composition(tmp_path_factory.mktemp("home"))
    try:
        composition.run("prepare")
        yield composition
    finally:
        composition.end()


@pytest.fixture
async def broker(home: Composition) -> Composition:
    """With its broker, which answers."""
    if "broker" not in home.processes:
        home.start("broker")
    await home.until_healthy("broker")
    return home


class Page:
    """What somebody at the page does."""

    def __init__(self, home: Composition) -> None:
        token = (home.volume("bridge") / "http-token").read_text().strip()
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{home.ports[8321]}", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )

    async def lamp(self) -> Any:
        return (await self.client.get(f"/api/states/{LAMP}")).json()["state"]

    async def switch(self, wish: str) -> None:
        """Until the lamp does as told; what comes too early for a home that starts is refused and said again."""
        async with asyncio.timeout(20):
            while True:
                answer = await self.client.post(f"/api/services/light/turn_{wish}", json={"entity_id": LAMP})
                if answer.is_success and await self.lamp() == wish:
                    return
                await asyncio.sleep(0.1)


@needs_mosquitto
@pytest.mark.timeout(300)
async def test_its_commands_make_a_home_that_heals(home: Composition) -> None:
    home.start("core")  # the broker is not there yet
    await until(lambda: "no connection to the broker" in home.output("core"))
    assert home.check("core").returncode == 1
    for service in ("broker", "bridge", "demo"):
        home.start(service)
    await home.until_healthy("broker", *POSTS)
    page = Page(home)
    await page.switch("on")
    for service in ("core", "broker"):
        await home.kill(service)
        await home.until_healthy("broker", *POSTS)
        await page.switch("off" if await page.lamp() == "on" else "on")
    await page.client.aclose()

    home.processes["core"].send_signal(signal.SIGSTOP)
    assert home.check("core").returncode == 1, "it hangs"
    home.processes["core"].send_signal(signal.SIGCONT)
    await home.until_healthy("core")
    log = [json.loads(line) for line in home.output("core").splitlines()]
    assert all({"time", "level", "message", "process"} <= set(line) for line in log)
    for service in ("demo", "bridge", "core", "broker"):
        assert await home.stop(service) < 2


@needs_mosquitto
@pytest.mark.timeout(120)
async def test_each_login_keeps_to_its_own(broker: Composition) -> None:
    for process, post in POSTS.items():
        folder = broker.volume({"core": "data"}.get(process, process)) / "secrets"
        given = {path.name for path in folder.iterdir()}
        assert given >= set(secrets_of(post))
        assert process == "core" or given == set(secrets_of(post))

    with ExitStack() as stack:
        core, bridge, demo = (
            stack.enter_context(logged_in(broker, login, broker.volume(volume) / "secrets" / login))
            for volume, login in (("data", "process.core"), ("bridge", "process.bridge"), ("demo", "device.demo"))
        )
        for client in (core, bridge):
            client.subscribe("#")
        for topic in (
            "homeserver/entity/light/hall/state",
            "homeserver/entity/light/hall/command/process.core",
            "homeserver/process/core/status",
            "homeserver/call/home/refusals/process.cli",
            "homeassistant/light/demo/hall/config",
        ):
            bridge.publish(topic, b"forged", qos=1)
        demo.publish("homeserver/entity/light/hall/command/device.demo", b"forged", qos=1)
        demo.publish("homeassistant/light/other/hall/config", b"forged", qos=1)
        demo.publish("demo/said", b"honest", qos=1)
        bridge.publish("homeserver/entity/light/hall/command/process.bridge", b"honest", qos=1)
        core.publish("homeserver/call/home/refusals/process.core", b"between others", qos=1)
        heard = dict(live(core))
        assert heard.pop("homeserver/call/home/refusals/process.core") == b"between others"
        assert heard == {"demo/said": b"honest", "homeserver/entity/light/hall/command/process.bridge": b"honest"}
        assert live(bridge) == [("homeserver/entity/light/hall/command/process.bridge", b"honest")]


def live(client: RawClient) -> list[tuple[str, bytes]]:
    """What was said since it subscribed."""
    return [(message.topic, message.data) for message in client.messages() if not message.retain]


def logged_in(home: Composition, login: str, secret: Path | str) -> RawClient:
    client = RawClient(home.ports[1883])
    known = secret.read_text() if isinstance(secret, Path) else secret
    assert client.connect(f"raw-{login}", login, known) == (False, 0)
    return client


@needs_mosquitto
@pytest.mark.timeout(120)
async def test_logins_change_while_it_runs_and_devices_come_in_by_tls(broker: Composition) -> None:
    added = json.loads(broker.run("core", "device-login", "add", "plug", "--json").stdout)
    assert added["applied"] is True
    secret = added["password"]
    await until(lambda: tls_connack(broker, "device.plug", secret) == 0)
    assert tls_connack(broker, "device.plug", "wrong") == 5
    with logged_in(broker, "device.plug", secret) as plug:
        broker.run("core", "device-login", "remove", "plug")
        await until(lambda: is_cut(plug))
    assert tls_connack(broker, "device.plug", secret) == 5


@needs_mosquitto
@pytest.mark.timeout(120)
async def test_a_backup_is_the_same_home_on_another_machine_with_what_the_broker_retains(
    broker: Composition, tmp_path: Path
) -> None:
    secret = (broker.volume("data") / "secrets" / "process.core").read_text()
    with logged_in(broker, "process.core", secret) as core:
        core.publish("lamp/state", b"on", qos=1, retain=True)
    await broker.stop("broker")
    broker.run("core", "backup", "--to", "/data/backups/back.tar.gz")

    other = Composition(tmp_path)
    try:
        (other.volume("data") / "backups").mkdir()
        shutil.copy(broker.volume("data") / "backups" / "back.tar.gz", other.volume("data") / "backups")
        other.run("core", "restore", "/data/backups/back.tar.gz", "--force")
        other.run("prepare")
        other.start("broker")
        await other.until_healthy("broker")
        with logged_in(other, "process.core", secret) as core:
            core.subscribe("lamp/#")
            assert [(one.topic, one.data, one.retain) for one in core.messages()] == [("lamp/state", b"on", True)]
        assert tls_connack(other, "process.core", secret) == 0
    finally:
        other.end()
    assert Logins(other.volume("data")).hashes() == Logins(broker.volume("data")).hashes()


@needs_mosquitto
def test_rights_are_those_of_a_home_on_one_machine(home: Composition, tmp_path: Path) -> None:
    settings = Settings.load({"data": tmp_path}, [], {})
    supervisor = Supervisor(settings, workers.plan(demo=True), Journal(tmp_path), RealClock(), lambda *line: None)
    supervisor._ensure_logins()
    prepare("mosquitto", tmp_path / "broker", 1883, supervisor.logins)
    keeper = rights_of(KEEPER, {"keeper": Keeper}, "homeserver")
    theirs = Logins(tmp_path).all()
    assert theirs.pop(KEEPER.login) == Login(KEEPER.login, *keeper)

    assert (home.volume("broker") / "acl").read_text() == mosquitto.rights(theirs, anonymous=False)
    assert (tmp_path / "broker" / "acl").read_text() == mosquitto.rights(supervisor.logins.all(), anonymous=False)


def tls_connack(home: Composition, login: str, secret: str) -> int:
    """The return code of CONNACK on the devices' door, whose certificate is checked."""
    context = ssl.create_default_context(cafile=home.volume("data") / "tls" / "authority.pem")
    with (
        socket.create_connection(("127.0.0.1", home.ports[8883]), 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as door,
    ):
        door.sendall(connect_packet("plug", login, secret))
        answer = door.recv(4)
    assert answer[:2] == b"\x20\x02"
    return answer[3]


def is_cut(client: RawClient) -> bool:
    try:
        client.send(b"\xc0\x00")
        client.next_packet(0.2)
    except Closed:
        return True
    except TimeoutError:
        pass
    return False


def test_the_file_says_where_its_manual_is() -> None:
    text = FILE.read_text("utf-8")
    for page in ("docs/how-to/compose.md", "docs/decisions/0022"):
        assert page in text
        assert list(ROOT.glob(f"{page}*"))
