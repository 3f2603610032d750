"""Buttons, tags, start and shutdown with the home's own worker between the devices and the rules."""

import json
from pathlib import Path

from homeserver.home.import_words import DeviceRow, EntityRow
from homeserver.home.worker import setup as home_setup
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.event import DEVICE_EVENT

REMOTE = {"identifiers": ["0x01"], "name": "Remote"}
LAMP = {"name": "Lamp", "command_topic": "lamp/set", "unique_id": "l", "device": REMOTE}
PRESS = {"automation_type": "trigger", "topic": "remote/action", "type": "action", "subtype": "on", "payload": "on"}
SCANNER = {"topic": "scanner", "value_template": "{{ value_json.id }}", "device": REMOTE}


def house(folder: Path, triggers: str, broker: MemoryBroker | None = None) -> Rehearsal:
    """A home with one rule that switches the lamp on."""
    (folder / "rules").mkdir(exist_ok=True)
    action = "{action: light.turn_on, target: {entity_id: light.remote_lamp}}"
    text = f"- id: one\n  triggers: [{triggers}]\n  actions: [{action}]"
    (folder / "rules" / "one.yaml").write_text(text)
    broker, sets = broker or MemoryBroker(), ["rules.look=2"]
    return Rehearsal(home_setup, rules_setup, folder=folder, broker=broker, settings=sets, clock=VirtualClock())


async def announce(home: Rehearsal) -> None:
    for component, config in (("light", LAMP), ("device_automation", PRESS | {"device": REMOTE}), ("tag", SCANNER)):
        await home.publish(f"homeassistant/{component}/{component}/config", json.dumps(config), retain=True)
    await home.clock.advance(5)
    home.published.clear()


def commands(home: Rehearsal) -> list[str]:
    found = [payload.decode() for address, payload, _ in home.published if address == "lamp/set"]
    home.published.clear()
    return found


async def test_a_press_of_a_discovered_button(tmp_path: Path) -> None:
    """The id of the device is what the home gave it; the rule is read again once that is known."""
    async with house(tmp_path, "") as home:
        await announce(home)
        events = home.listen(DEVICE_EVENT)
        await home.publish("remote/action", "on")
        device_id = events[-1].device_id
        assert commands(home) == []
        trigger = f"{{trigger: device, domain: mqtt, device_id: '{device_id}', type: action, subtype: on}}"
        path = tmp_path / "rules" / "one.yaml"
        path.write_text(path.read_text().replace("triggers: []", f"triggers: [{trigger}]"))
        await home.clock.advance(5)
        await home.publish("remote/action", "on")
        await home.clock.advance(1)
        assert commands(home) == ["ON"]
        await home.publish("remote/action", "off")
        await home.clock.advance(1)
        assert commands(home) == []


async def test_a_tag_that_a_discovered_scanner_reads(tmp_path: Path) -> None:
    async with house(tmp_path, "{trigger: tag, tag_id: A7}") as home:
        await announce(home)
        for tag, said in (("A7", ["ON"]), ("B8", [])):
            await home.publish("scanner", json.dumps({"id": tag}))
            await home.clock.advance(1)
            assert commands(home) == said


async def test_a_message_that_the_home_hears_too_is_heard_once_by_the_rule(tmp_path: Path) -> None:
    triggers = "{trigger: mqtt, topic: remote/+, payload: 'on'}, {trigger: mqtt, topic: other}"
    async with house(tmp_path, triggers) as home:
        await announce(home)
        await home.publish("remote/action", "on")
        await home.clock.advance(1)
        assert commands(home) == ["ON"]


async def test_start_and_shutdown_reach_devices(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with house(tmp_path, "{trigger: event, event_type: none}", broker) as home:
        await announce(home)
    async with house(tmp_path, "{trigger: homeassistant, event: start}", broker) as home:
        await home.clock.advance(1)
        assert commands(home) == ["ON"]
    home = house(tmp_path, "{trigger: homeassistant, event: shutdown}", broker)
    async with home:
        await home.clock.advance(1)
        assert commands(home) == []
        await home.process.stop("rules")
        await home.clock.advance(1)
        assert commands(home) == ["ON"]


DEVICE, LIGHT = "0123456789abcdef0123456789abcdef", "f" * 32
IMPORTED = f"""
- id: one
  triggers:
    - {{trigger: device, domain: mqtt, device_id: {DEVICE}, type: action, subtype: 'on', discovery_id: x}}
    - {{trigger: device, domain: light, device_id: {DEVICE}, entity_id: {LIGHT}, type: turned_off, id: off}}
  conditions:
    - or:
        - {{condition: trigger, id: off}}
        - {{condition: device, domain: light, device_id: {DEVICE}, entity_id: {LIGHT}, type: is_off}}
  actions:
    - {{device_id: {DEVICE}, domain: light, entity_id: {LIGHT}, type: turn_on}}
"""


async def test_ids_of_home_assistants_registries_are_those_that_came_in(tmp_path: Path) -> None:
    """As its editor writes them: in triggers, conditions and actions."""
    async with house(tmp_path, "") as home:
        (tmp_path / "rules" / "one.yaml").write_text(IMPORTED)
        await announce(home)
        await home.publish("homeassistant/light/light/config", json.dumps(LAMP | {"state_topic": "lamp/state"}))
        rows = (
            DeviceRow(key=DEVICE, keys=("id:0x01",), expect=True),
            EntityRow(key="light.hall", unique_id="l", registry_id=LIGHT, device=DEVICE, expect=True),
        )
        ask = home.process.calls.ask
        await ask("home", "import_rows", {"batch": "abcdefgh", "rows": [row.model_dump() for row in rows]})
        await ask("home", "import", {"batch": "abcdefgh"})
        await home.clock.advance(5)
        for topic, payload, said in (
            ("lamp/state", "ON", []),
            ("remote/action", "on", []),
            ("lamp/state", "OFF", ["ON"]),
            ("remote/action", "on", ["ON"]),
        ):
            await home.clock.advance(120)  # what is not confirmed is said again for a while
            home.published.clear()
            await home.publish(topic, payload)
            assert commands(home) == said, topic
