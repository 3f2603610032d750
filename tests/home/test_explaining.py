"""What became of a message is told truly: a key counts as used only where it makes a difference."""

import json
import random
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from homeserver.home.commands import resolved
from homeserver.home.switchboard import Switchboard
from homeserver.home.words import Explained
from homeserver.topics.call import CallError
from homeserver.topics.registry import ENTITY_ENTRY
from tests.home.documented import Case, Told
from tests.home.stage import Stage
from tests.home.test_components import CASES

TOPIC = "homeassistant/light/thing/config"
SEED = 7
LIGHT = {"name": "Hall", "unique_id": "1", "command_topic": "a/set", "state_topic": "a/state"}


async def explain(stage: Stage, topic: str = TOPIC) -> Explained:
    found: Explained = await stage.process.calls.ask("home", "explain", {"topic": topic})
    return found


async def test_an_entity_with_its_state_and_keys(stage: Stage) -> None:
    await stage.announce("light", LIGHT | {"wonder": 1, "qos": 1, "payload_on": None})
    await stage.report("a/state", "ON")
    found = await explain(stage)
    assert found.states == {"light.hall": "on"}
    assert set(found.used) == {*LIGHT, "qos"}
    assert set(found.unused) == {"wonder", "payload_on"}
    assert found.refused == {}


async def test_keys_are_told_as_they_are_spelled(stage: Stage) -> None:
    fields = {"~": "a", "name": None, "cmd_t": "~/set", "stat_t": "~/state", "uniq_id": "1", "unique_id": "2"}
    await stage.announce("light", fields | {"dev": {"ids": "x", "name": "Hall"}, "avty_tpl": "{{ value }}"})
    found = await explain(stage)
    assert set(found.used) == {"~", "name", "cmd_t", "stat_t", "unique_id", "dev"}
    assert set(found.unused) == {"uniq_id", "avty_tpl"}


async def test_a_base_topic_that_nothing_is_based_on_is_of_no_use(stage: Stage) -> None:
    await stage.announce("light", LIGHT | {"~": "a"})
    assert (await explain(stage)).unused == ("~",)


@pytest.mark.parametrize(
    ("component", "field"),
    [
        ("switch", {"state_class": "measurement"}),
        ("number", {"state_class": "measurement"}),
        ("switch", {"availability": []}),
        ("switch", {"availability_mode": "all"}),
    ],
)
async def test_keys_that_say_nothing_of_this_entity_are_of_no_use(
    stage: Stage, component: str, field: dict[str, Any]
) -> None:
    await stage.announce(component, LIGHT | field)
    found = await explain(stage, f"homeassistant/{component}/thing/config")
    assert found.unused == tuple(field)


async def test_a_bundle_tells_of_each_component(stage: Stage) -> None:
    parts = {
        "lamp": {"p": "light", "uniq_id": "1", "cmd_t": "a/set", "stat_t": "a/own", "odd": 1},
        "heat": {"p": "sensor", "uniq_id": "2", "unit_of_meas": "°C", "qos": 1},
        "bad": {"p": "sensor", "uniq_id": "1", "stat_t": "a/#/b"},
    }
    bundle = {"dev": {"ids": "x", "name": "Hall"}, "o": {"name": "me"}, "stat_t": "a/state", "qos": 2, "cmps": parts}
    await stage.announce("device", bundle | {"extra": 1, "encoding": "utf-8"})
    found = await explain(stage, "homeassistant/device/thing/config")
    assert found.component == "device"
    assert len(found.entities) == 2
    assert list(found.refused) == ["bad"]
    assert {"dev", "o", "stat_t", "cmps", "qos", "components.lamp.stat_t", "components.heat.qos"} <= set(found.used)
    assert {"extra", "components.lamp.odd"} <= set(found.unused)


async def test_a_bundle_of_which_a_part_became_nonsense_is_explained_all_the_same(stage: Stage) -> None:
    topic, device = "homeassistant/device/thing/config", {"identifiers": ["d"], "name": "D"}
    parts = {name: {"p": "switch", "unique_id": name, "command_topic": "~/set"} for name in ("a", " b ")}
    await stage.announce("device", {"device": device, "~": "d", "cmps": parts})
    await stage.announce("device", {"device": device, "~": "d", "cmps": 5, "components": {**parts, "a": "on"}})
    found = await explain(stage, topic)
    assert found.entities == ("switch.d_switch", "switch.d_switch_2"), "what was announced before stays"
    assert list(found.refused) == ["a"]
    assert set(found.used) == {"device", "~", "components", *(f"components. b .{key}" for key in parts[" b "])}
    assert found.unused == ("cmps",)


async def test_what_is_refused_says_why(stage: Stage) -> None:
    await stage.announce("light", {"name": "Hall"})
    assert "command_topic" in (await explain(stage)).refused[""]
    await stage.announce("light", "{")
    assert "no JSON" in (await explain(stage)).refused[""]


async def test_what_nobody_announced_is_not_found(stage: Stage) -> None:
    with pytest.raises(CallError, match="nothing was announced on"):
        await explain(stage, "homeassistant/light/nobody/config")


@pytest.mark.parametrize("platform", ["mqtt", "light", "mqtt_json"])
async def test_a_platform_must_be_of_mqtt(stage: Stage, platform: str) -> None:
    await stage.announce("light", LIGHT | {"platform": platform})
    assert "platform" in (await explain(stage)).used
    await stage.announce("light", LIGHT | {"platform": "zha"})
    assert "`platform` is 'zha'" in (await explain(stage)).refused[""]


@pytest.mark.parametrize("topic", ["homeassistant/sensor/config", "homeassistant/sensor/a/b/c/config"])
async def test_a_topic_that_no_home_hears_says_what_it_must_be_like(stage: Stage, topic: str) -> None:
    with pytest.raises(
        CallError, match=r"nothing can be announced on .*: a discovery topic is homeassistant/COMPONENT"
    ):
        await explain(stage, topic)


def changed(value: Any) -> list[Any]:
    """Other values of the same kind."""
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [value + 1, value * 2 + 3]
        case str():
            return [f"{value}x", f"{value}/x"]
        case list():
            return [value[:-1], [*value, *value[:1]], [f"{one}x" for one in value]]
        case dict():
            return [{**value, "name": "Other"}, {}]
        case _:
            return ["x"]


async def behaviour(stage: Stage, case: Case, fields: dict[str, Any]) -> list[Any]:
    """All that can be seen of a config: what is said of it, what reports lead to, what its device is told."""
    await stage.announce(case.component, "", "honest")
    stage.home.refusals.entries.clear()
    stage.home.board = Switchboard()  # what was said before is no part of it
    await stage.announce(case.component, fields, "honest")
    seen: list[Any] = [{key: one.reason for key, one in stage.home.refusals.entries.items()}]
    for known in stage.home.roster.known(f"homeassistant/{case.component}/honest/config"):
        entity, face = known.entity, known.entity.face
        seen += [entity.id, asdict(entity.config), sorted({topic for topic, _ in face.hears}), face.initial]
        entry = stage.bus.present.get(ENTITY_ENTRY.address((entity.id,)))
        seen.append(entry.message if entry is not None else None)
        seen += [face.qos, face.retain, face.force, face.expire_after, face.off_delay, sorted(face.reported)]
        for step in case.steps:
            if isinstance(step, Told):
                seen.append(_told(entity, step.service, step.data))
            else:
                stage.home.device_message(step.topic, _bytes(step.payload), False)
            seen.append((entity.word, json.dumps(entity.attributes, default=str)))
            seen += [entity.happened, stage.home.gallery.get(entity.key)]
        seen += [_told(entity, service, {}) for service in face.services]
        for topic in sorted({topic for topic, _ in face.hears}):
            for word in ("ON", "OFF", "12", "None", "nonsense", *map(str, fields.values())):
                stage.home.device_message(topic, word.encode(), False)
                seen.append((entity.word, json.dumps(entity.attributes, default=str)))
    return seen


def _told(entity: Any, service: str, data: dict[str, Any]) -> Any:
    try:
        name, checked, _ = resolved(entity, service, data)
        wish = entity.face.services[name](entity, checked)
    except (CallError, KeyError) as error:
        return str(error)
    return [(send.topic, send.payload) for send in wish.sends], str(wish.facts)


async def test_every_key_that_counts_as_used_makes_a_difference(stage: Stage, portion: Callable[[int], int]) -> None:
    pairs = []
    for case in CASES:
        await stage.announce(case.component, case.config, "asked")
        found = await explain(stage, f"homeassistant/{case.component}/asked/config")
        pairs += [(case, key) for key in found.used]
        await stage.announce(case.component, "", "asked")
    assert len(pairs) > 200
    for case in CASES:
        assert await behaviour(stage, case, case.config) == await behaviour(stage, case, case.config), case.name
    chosen = random.Random(SEED).sample(pairs, min(len(pairs), portion(3000)))
    idle = [f"{case.component}-{case.name}: {key}" for case, key in chosen if not await _matters(stage, case, key)]
    assert idle == []


async def _matters(stage: Stage, case: Case, key: str) -> bool:
    before = await behaviour(stage, case, case.config)
    rest = {name: value for name, value in case.config.items() if name != key}
    others = [rest, *({**rest, key: value} for value in changed(case.config[key]))]
    for other in others:
        if await behaviour(stage, case, other) != before:
            return True
    return False


def _bytes(payload: str | bytes) -> bytes:
    return payload if isinstance(payload, bytes) else payload.encode()
