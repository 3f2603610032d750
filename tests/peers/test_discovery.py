"""The same messages for this home and for Home Assistant: as many entities of each kind, in the same states.

Runs where PEERS=1 and the bench has set Home Assistant up. What is different is listed, and needs a reason in `KNOWN`.
"""

import json
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.home.stage import Stage, memory_stage
from tests.home.test_corpus import messages
from tests.home.test_field import FILES, Message, announcements, radio, say
from tests.peers.broker import bare_broker
from tests.peers.home_assistant import Entity, HomeAssistant, missing
from tests.runtime.raw_client import RawClient

SEED = 5
MOST = 300
"""Configs of each file."""
ABSENT = frozenset({"date", "datetime", "time", "infrared"})
"""Components that Home Assistant 2025.4 does not have."""
NO_ENTITY = frozenset({"tag", "device_automation"})
KNOWN = {
    "entity_id": "ids follow the names, and a device without a name is not called `none`",
    "friendly_name": "entities without a name are called after what they are: `Sensor`, not `MQTT Sensor`",
    "event": "the state of an event is the moment at which each home heard it",
}
"""Attributes and domains that are told otherwise here, with why."""
PATIENCE = 600
WANTED = os.environ.get("PEERS") == "1"
pytestmark = [
    pytest.mark.skipif(not WANTED, reason="set PEERS=1 to compare with Home Assistant"),
    pytest.mark.skipif(WANTED and bool(missing()), reason=missing() or "there"),
    pytest.mark.timeout(PATIENCE),
]


def chosen() -> list[Message]:
    """Configs of all files, and whatever else these hold."""
    found: list[Message] = []
    for name in FILES:
        rows = dict(message for message in messages(name) if not set("+#") & set(message[0]) and message[1])
        rows = rows or (dict(radio()) if name == "rtl_433" else {})
        configs = [message for message in rows.items() if message[0].endswith("/config")]
        picked = random.Random(SEED).sample(configs, min(MOST, len(configs)))
        found += picked + [message for message in rows.items() if not message[0].endswith("/config")]
    return found


# -- reports of devices that come without any

_PATH = re.compile(r"value_json((?:\.\w+|\[['\"][^'\"]+['\"]\])+)")
_NAME = re.compile(r"\.(\w+)|\[['\"]([^'\"]+)['\"]\]")
_VALUES: dict[str, Any] = {
    "sensor": 21.5,
    "number": 7,
    "text": "words",
    "cover": 40,
    "climate": 21,
    "fan": 2,
    "update": "1.2",
    "light": {"state": "ON", "brightness": 100, "color_mode": "color_temp", "color_temp": 250},
}


def reports(found: list[Message]) -> Iterator[Message]:
    """What each device would say: one object for each topic, with a value wherever a template looks."""
    bodies: dict[str, dict[str, Any]] = defaultdict(dict)
    spoken = {topic for topic, _ in found}
    for _, component, fields in announcements(found):
        for entry in fields.get("availability") or ():
            if isinstance(entry, dict) and entry.get("topic") not in spoken:
                yield entry["topic"], b'{"state": "online"}' if "value_json" in str(entry) else b"online"
        for key, topic in fields.items():
            if key.endswith("topic") and "command" not in key and isinstance(topic, str) and topic not in spoken:
                _fill(bodies[topic], component, fields, key)
    for topic, body in bodies.items():
        if body and not set("+#") & set(topic):
            yield topic, json.dumps(body).encode()


def _fill(body: dict[str, Any], component: str, fields: dict[str, Any], key: str) -> None:
    if component == "light" and fields.get("schema") == "json":
        body |= _VALUES["light"]
    stem = key.removesuffix("_topic").removesuffix("_state")
    for name, template in fields.items():
        if name.endswith("template") and "command" not in name and (name.startswith(stem) or name == "value_template"):
            for path in _PATH.findall(str(template))[:1]:
                _put(body, [a or b for a, b in _NAME.findall(path)], _value(component, fields))


def _value(component: str, fields: dict[str, Any]) -> Any:
    if fields.get("options"):
        return fields["options"][0]
    for key in ("state_on", "payload_on", "state_locked", "modes"):
        if key in fields and component in ("binary_sensor", "switch", "lock", "siren"):
            return fields[key]
    return _VALUES.get(component, "ON")


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        inner = body.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        body = inner
    body.setdefault(path[-1], value)


# -- both homes


def ours(stage: Stage) -> dict[tuple[str, str], Entity]:
    """Our entities in the same form."""
    found = {}
    for key in stage.home.roster.topics:
        for known in stage.home.roster.known(key):
            entity = known.entity
            domain = entity.where[0]
            if domain in NO_ENTITY:
                continue
            state = stage.states.get(entity.id)
            config = entity.config
            unique_id = config.unique_id or entity.key
            rows = {"device_class": config.device_class, "unit_of_measurement": config.unit, "icon": config.icon}
            rows |= {"state_class": config.state_class, "friendly_name": config.name, **config.capabilities}
            attributes = {**rows, **(state.attributes if state else {})}
            found[domain, unique_id] = Entity(
                entity.id, unique_id, state is None, state.state if state else None, attributes
            )
    return found


async def test_the_same_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = chosen()
    found += list(reports(found))
    (tmp_path / "hass").mkdir()
    with bare_broker(tmp_path) as port:
        peer = HomeAssistant(tmp_path / "hass", port)
        with RawClient(port) as client:
            client.connect("devices")
            _publish(client, [message for message in found if message[0].endswith("/config")], retain=True)
            with peer.running():
                peer.settle()
                for _ in range(2):  # some states follow from two reports in one order only
                    _publish(client, [message for message in found if not message[0].endswith("/config")], retain=False)
                    peer.settle()
    theirs = peer.entities()
    async with memory_stage(tmp_path / "ours") as stage:
        await say(stage, found, enable=False)
        mine = ours(stage)
    found_out = list(differences(mine, theirs))
    lines, known = [text for why, text in found_out if not why], [f"{text} ({why})" for why, text in found_out if why]
    with capsys.disabled():
        print(f"\n{len(mine)} entities here, {len(theirs)} in Home Assistant")
        print(_told(mine, theirs))
        print("\n".join(lines + known))
    assert len(theirs) > 500
    assert lines == []


def _publish(client: RawClient, found: list[Message], *, retain: bool) -> None:
    for topic, payload in found:
        client.publish(topic, payload, qos=1, retain=retain)


def _told(mine: dict[tuple[str, str], Entity], theirs: dict[tuple[str, str], Entity]) -> str:
    """How much there was to compare, by domain: entities, states that are known, attributes."""
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for where in mine.keys() & theirs.keys():
        a, b, row = mine[where], theirs[where], rows[where[0]]
        row[0] += 1
        row[1] += b.state not in (None, "unavailable", "unknown")
        row[2] += len(a.attributes.keys() & b.attributes.keys())
    return "; ".join(f"{name} {row[0]}, {row[1]} known, {row[2]} attributes" for name, row in sorted(rows.items()))


Found = Iterator[tuple[str, str]]
"""Why it is so, or nothing, and what is different."""


def differences(mine: dict[tuple[str, str], Entity], theirs: dict[tuple[str, str], Entity]) -> Found:
    counts = [Counter(domain for domain, _ in each if domain not in ABSENT) for each in (mine, theirs)]
    for domain in sorted(counts[0] | counts[1]):
        if counts[0][domain] != counts[1][domain]:
            yield "", f"{domain}: {counts[0][domain]} here, {counts[1][domain]} there"
    for where in sorted(set(mine) ^ set(theirs)):
        if where[0] not in ABSENT:
            yield "", f"{where} is {'here' if where in mine else 'there'} alone"
    for where in sorted(set(mine) & set(theirs)):
        a, b = mine[where], theirs[where]
        if not _same(a.state, b.state):
            yield KNOWN.get(where[0], ""), f"{where}: {a.entity_id} is {a.state} here, {b.entity_id} {b.state} there"
        if a.entity_id != b.entity_id:
            named = a.attributes.get("friendly_name") != b.attributes.get("friendly_name") or ".none_" in b.entity_id
            yield KNOWN["entity_id"] if named else "", f"{where}: {a.entity_id} here, {b.entity_id} there"
        for name in sorted(a.attributes.keys() & b.attributes.keys()):
            if not _same_value(a.attributes[name], b.attributes[name]):
                text = f"{where} {name}: {a.attributes[name]!r} here, {b.attributes[name]!r} there"
                yield KNOWN.get(name, ""), text


def _same(state: str | None, other: str | None) -> bool:
    try:
        return abs(float(state or "") - float(other or "")) < 1e-6
    except ValueError:
        return state == other


def _same_value(value: Any, other: Any) -> bool:
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return sorted(map(str, value)) == sorted(map(str, other))
    return bool(value == other) or _same(str(value), str(other))
