"""The supervisor: broker first, logins with derived rights, and plain words when something is in the way."""

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime import own_broker as module
from homeserver.runtime.broker import BrokerCommand
from homeserver.runtime.clock import RealClock
from homeserver.runtime.journal import Journal
from homeserver.runtime.listeners import ListenersError
from homeserver.runtime.mqtt_wire import MqttWire
from homeserver.runtime.plan import Plan, Post, guest_post
from homeserver.runtime.ports import StartError, check_free
from homeserver.runtime.rights import client_rights
from homeserver.runtime.settings import Settings
from homeserver.runtime.supervisor import Supervisor
from homeserver.runtime.wire import LoginRefusedError
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, Worker
from tests.ports import free_port
from tests.runtime.ground import until

BROKERS = [
    pytest.param("mosquitto", marks=pytest.mark.skipif(not shutil.which("mosquitto"), reason="needs mosquitto")),
    "amqtt",
]


class Radio(Worker):
    """Wants topics of devices."""

    name = "radio"
    says = (ANY_DEVICE_TOPIC,)


class Kit:
    """Makes supervisors and keeps what they say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[tuple[str, str]] = []
        self.journal = Journal(folder / "logs", stream=(folder / "screen").open("w"))

    def supervisor(self, *posts: Post, **options: Any) -> Supervisor:
        given = {"data": self.folder, "mqtt_port": free_port(), **options}
        plan = Plan(posts, {"radio": Radio, "keeper": Worker}.__getitem__)
        settings = Settings.load(given, [], {})
        return Supervisor(settings, plan, self.journal, RealClock(), lambda *line: self.said.append(line))

    def close(self) -> None:
        self.journal.close()
        self.journal._stream.close()


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    kit = Kit(tmp_path)
    yield kit
    kit.close()


async def connects(supervisor: Supervisor) -> bool:
    account = supervisor.account()
    wire = MqttWire(account.address, "try")
    try:
        await wire.connect(None, lambda address, payload, retained: None, lambda reason: None)
    except LoginRefusedError:
        return False
    await wire.disconnect()
    return True


@pytest.mark.parametrize("broker", BROKERS)
async def test_the_keeper_can_log_in_as_soon_as_it_is_entered_and_all_is_gone_after(kit: Kit, broker: str) -> None:
    supervisor = kit.supervisor(broker=broker)
    async with supervisor:
        assert supervisor.account().login == "process.keeper"
        assert await connects(supervisor)
        assert supervisor.logins.all()["process.cli"].read == client_rights("homeserver")[0]
        pid = supervisor._broker.child.pid if supervisor._broker and supervisor._broker.child else 0
        assert pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.1", supervisor.settings.home.mqtt_port)),
    ):
        pass


@pytest.mark.parametrize("broker", BROKERS)
async def test_logins_are_applied_while_it_runs(kit: Kit, broker: str) -> None:
    async with kit.supervisor(broker=broker) as supervisor:
        before = supervisor.logins.secret("process.keeper")
        supervisor.logins.remove("process.keeper")
        supervisor.logins.ensure("process.keeper", ("#",), ("#",))
        assert supervisor.logins.secret("process.keeper") != before
        assert supervisor.apply_logins() == 2
        async with asyncio.timeout(5):  # the broker is told by a signal, and takes its moment
            while not await connects(supervisor):  # noqa: ASYNC110 - another process brings it about
                await asyncio.sleep(0.02)


async def test_a_killed_broker_is_started_again(kit: Kit) -> None:
    async with kit.supervisor() as supervisor:
        assert supervisor._broker is not None
        broker = supervisor._broker.child
        assert broker is not None
        first = broker.pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: broker.pid not in (0, first))
        port = supervisor.settings.home.mqtt_port
        await until(lambda: _listens(port))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_a_guest_that_asks_for_too_much_is_left_out_and_the_rest_starts(kit: Kit) -> None:
    async with kit.supervisor(guest_post("radio")) as supervisor:
        assert supervisor.children == {}
    assert (
        "x-radio",
        "not started: radio asks for ANY_DEVICE_TOPIC: that is for the house's own workers only",
    ) in kit.said


async def test_a_guest_whose_code_cannot_be_loaded_is_left_out_and_the_rest_starts(kit: Kit) -> None:
    async with kit.supervisor(guest_post("absent")) as supervisor:  # its package raises as soon as it is looked at
        assert supervisor.children == {}
    assert ("x-absent", "not started: it cannot be loaded: KeyError: 'absent'") in kit.said


async def test_a_broker_that_ends_at_once_is_told_with_its_last_words(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(kind: Any, folder: Path, port: int, logins: Any, **options: Any) -> BrokerCommand:
        return BrokerCommand("mosquitto", ("sh", "-c", "echo no licence >&2; exit 3"), "127.0.0.1", port)

    monkeypatch.setattr(module, "prepare", broken)
    with pytest.raises(StartError, match=r"(?s)ended at once.*no licence"):
        await kit.supervisor().__aenter__()


async def test_a_taken_port_is_told_with_its_option(kit: Kit) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"cannot listen on 127.0.0.1:{port}.*--mqtt-port"):
            await kit.supervisor(mqtt_port=port).__aenter__()
        with pytest.raises(StartError, match=r"the page.*--http-port"):
            check_free("127.0.0.1", port, "--http-port", "the page")
    check_free("127.0.0.1", port, "--http-port", "the page")


@pytest.mark.parametrize(
    ("options", "is_open", "address"),
    [
        ({"mqtt_port": 2000}, False, "mqtt://process.core@127.0.0.1:2000"),
        ({"mqtt_port": 2000, "anonymous": True}, True, "mqtt://127.0.0.1:2000"),
        ({"mqtt_port": 2000, "mqtt_host": "0.0.0.0"}, False, "mqtt://process.core@127.0.0.1:2000"),
        ({"broker": "mqtt://10.0.0.9"}, True, "mqtt://10.0.0.9"),
        ({"broker": "mqtt://house@10.0.0.9:1"}, False, "mqtt://house@10.0.0.9:1"),
    ],
)
def test_how_a_process_reaches_the_broker(kit: Kit, options: dict[str, Any], is_open: bool, address: str) -> None:
    supervisor = kit.supervisor(**options)
    assert supervisor.open_house is is_open
    assert supervisor.address("process.core") == address


async def test_somebody_elses_broker_listens_where_it_likes(kit: Kit) -> None:
    supervisor = kit.supervisor(broker="mqtt://10.0.0.1")
    with pytest.raises(ListenersError, match="started by others"):
        supervisor.apply_listeners()
    await supervisor.renew()
    assert (supervisor.listeners, supervisor.trouble) == ((), "")
