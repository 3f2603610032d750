"""What every worker of the home keeps of somebody: it is in his archive, and nowhere after he was erased."""

import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from homeserver.bridge.push.book import Notification, Subscription
from homeserver.bridge.words import Notify
from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.home.worker import setup as set_up_home
from homeserver.people.worker import setup as set_up_people
from homeserver.rules.worker import setup as set_up_rules
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from integrations.clients.worker import setup as set_up_clients
from tests.people.personal.test_leaving import traces
from tests.ports import free_port

ID, NAME, LOGIN = "zebedee", "Zebedee Fox", "person.zebedee"
PHONE = "device_tracker.phone_7"
"""Ids of things are no names of persons: the audit keeps them."""
RULES = """
- id: told
  alias: Told
  triggers: [{trigger: state, entity_id: light.lamp, to: "on"}]
  actions:
    - action: persistent_notification.create
      data: {message: lit, notification_id: lit}
"""
SCRIPT = """
script:
  evening:
    sequence: [{delay: 3600}, {action: light.turn_off, target: {entity_id: light.lamp}}]
"""


class Home:
    """The core and the bridge of a home, in memory."""

    def __init__(self, core: Rehearsal, bridge: Rehearsal, broker: MemoryBroker, folder: Path) -> None:
        self.core = core
        self.bridge = bridge
        self.broker = broker
        self.folder = folder
        worker = bridge.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        self.door = worker

    async def ask(self, worker: str, verb: str, login: str = "", /, **args: Any) -> Any:
        asking = self.core.process.calls.ask(worker, verb, args, login=login)
        result = await asking
        await self.core.clock.advance(2)
        return result

    def retained(self, *marks: str) -> list[str]:
        """The addresses of what the broker keeps that names somebody."""
        wanted = [mark.encode().lower() for mark in marks]
        kept = self.broker.retained.items()
        return [
            address for address, payload in kept if any(mark in address.encode() + payload.lower() for mark in wanted)
        ]


@asynccontextmanager
async def living(folder: Path) -> AsyncIterator[Home]:
    broker, clock = MemoryBroker(), VirtualClock()
    (folder / "rules").mkdir()
    (folder / "rules" / "all.yaml").write_text(RULES)
    (folder / "rules" / "script.yaml").write_text(SCRIPT)
    setups = (set_up_home, set_up_rules, set_up_people, set_up_clients)
    core = Rehearsal(*setups, broker=broker, clock=clock, folder=folder)
    sets = [f"home.http_port={free_port()}"]
    bridge = Rehearsal(set_up_bridge, broker=broker, clock=clock, folder=folder, process="bridge", settings=sets)
    async with core, bridge:
        yield Home(core, bridge, broker, folder)


async def _live(home: Home) -> None:
    """He does a little of everything that a home remembers."""
    lamp = {"unique_id": "lamp", "name": "Lamp", "default_entity_id": "light.lamp"}
    topics = {"state_topic": "lamp", "command_topic": "lamp/set"}
    await home.bridge.publish("homeassistant/light/lamp/config", json.dumps(lamp | topics), retain=True)
    await home.bridge.publish("lamp", "OFF")
    await home.core.clock.advance(1)
    await home.ask("people", "create_user", name=NAME, id=ID, role="adult")
    await home.ask("people", "create_user", name="Olga", id="olga", role="owner")
    home.core.bus.logins.add(LOGIN)
    await home.ask("people", "set_preferences", LOGIN, values={"name": NAME})
    await home.ask("home", "edit_entity", LOGIN, entity="light.lamp", name="Reading lamp")
    await home.ask("home", "edit_entity", LOGIN, entity=LOGIN, name="Zebedee the Fox", icon="mdi:fox")
    await home.core.process.calls.command("light.lamp", "turn_on", {}, login=LOGIN)
    await home.ask("home", "hold", LOGIN, entity="light.lamp", hold_for=9_000)
    note = {"message": "hello", "notification_id": "mine"}
    await home.ask("rules", "perform", LOGIN, action="persistent_notification.create", data=note)
    await home.ask("rules", "perform", LOGIN, action="script.turn_on", target={"entity_id": "script.evening"})
    await home.ask("rules", "trigger", LOGIN, rule="told")
    where = {"latitude": 1.0, "longitude": 2.0, "friendly_name": "Zebedee's phone"}
    await home.ask("clients", "tell_state", LOGIN, entity=PHONE, state="home", attributes=where)
    await home.ask("people", "update_user", user=ID, trackers=[PHONE])
    _notify(home)
    arriving = home.door.staging.begin(LOGIN, None)
    await arriving.add(b"a picture")
    await arriving.finish("zebedee.jpg", "image/jpeg")
    home.door.staging.arriving.discard(arriving)
    home.door.vault.proofs.make(LOGIN, "api_key", name="Zebedee's script")


def _notify(home: Home) -> None:
    book, proof = home.door.push.book, ("session", "p", 1)
    lasting = ("c", "queued", "", 1.0, 1.0)
    browser = ("https://push.example/zebedee", "k", "a", "Zebedee's phone", *proof)
    book.subscribe(Subscription("s", LOGIN, *browser, 1.0, 1.0))
    book.add(Notification("n", LOGIN, Notify(message="Zebedee, supper!", who=(ID, "olga")), *lasting))
    book.add(Notification("o", "person.olga", Notify(message="Supper!", who=("olga", ID)), *lasting))


async def test_all_of_it_is_in_the_archive(tmp_path: Path) -> None:
    async with living(tmp_path) as home:
        await _live(home)
        told = await home.ask("people", "export_user", user=ID)
        assert told.missing == []
        with zipfile.ZipFile(tmp_path / told.file) as archive:
            found = {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}
    assert {"home", "rules", "clients", "bridge"} <= set(found)
    assert {row["login"] for row in found["home"]["journal"]} >= {LOGIN}
    assert [row["by"] for row in found["home"]["hold"]] == [LOGIN]
    assert found["home"]["outbox"][0]["entity_id"] == "light.lamp"
    assert {row["rule"] for row in found["rules"]["trace"]} == {"call.by_hand", "told"}
    assert [row["entity"] for row in found["clients"]["told"]] == [PHONE]
    assert found["bridge"]["devices"][0]["device"] == "Zebedee's phone"
    assert found["bridge"]["notifications"][0]["message"] == "Zebedee, supper!"
    assert found["bridge"]["uploads"][0]["filename"] == "zebedee.jpg"
    assert "Zebedee's script" not in json.dumps(found), "how he signs in is told to him alone"


async def test_nothing_of_it_is_left_after_he_was_erased(tmp_path: Path) -> None:
    async with living(tmp_path) as home:
        await _live(home)
        assert len(traces(tmp_path, ID)) > 5
        assert len(home.retained(ID)) > 3
        done = await home.ask("people", "erase_user", user=ID, confirm=ID)
        assert set(done.workers) == {"home", "rules", "clients", "bridge"}
        await home.core.clock.advance(10)
        assert home.retained(ID, NAME) == []
        assert traces(tmp_path, ID, NAME) == []
        [deed, *_] = (await home.ask("home", "deeds")).deeds
        assert (deed.by, deed.did) == ("person:erased", ("light.lamp: name its own -> Reading lamp",))
        [hold] = (await home.ask("home", "holds")).holds
        assert hold.by == "person:erased"
        assert (await home.ask("people", "verify_audit")).ok is True
    assert traces(tmp_path, ID, NAME) == []


async def test_another_whose_name_begins_alike_stays(tmp_path: Path) -> None:
    async with living(tmp_path) as home:
        await _live(home)
        other = f"{LOGIN}_2"
        await home.ask("people", "create_user", name="Other", id=f"{ID}_2", role="adult")
        home.core.bus.logins.add(other)
        await home.ask("home", "edit_entity", other, entity="light.lamp", icon="mdi:lamp")
        await home.ask("people", "erase_user", user=ID, confirm=ID)
        assert {deed.by for deed in (await home.ask("home", "deeds")).deeds} == {"person:erased", other}
