"""Messages of the field from their coming to their going: what is told of them is what the home does, a start changes
no id, each state is what plain Jinja2 says it is, each key that counts makes a difference, and nothing is left behind.

Needs the folder HOMESERVER_CORPUS, as test_corpus does. A seeded tenth in `make test`.
"""

import contextlib
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest

from homeserver.cli.discovery_command import Line, _explained
from homeserver.home.discovery import discover
from homeserver.runtime.clock import settle
from homeserver.runtime.filters import matches
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from tests.home.documented import Case, Seen
from tests.home.stage import Stage, memory_stage
from tests.home.test_corpus import CORPUS, messages
from tests.home.test_explaining import behaviour, changed

pytestmark = [
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus in {CORPUS}: set HOMESERVER_CORPUS"),
    pytest.mark.proof,
    pytest.mark.timeout(120),
]
FILES = ("zigbee2mqtt_devices", "zigbee2mqtt_tests", "theengs", "rtl_433", "field_reports")
SEED = 11
PAIRS = 300
Message = tuple[str, bytes]


PLACE = "rtl_433/host/devices/Weather/1/42"
RADIO = {
    "temperature_C": ({"unit_of_measurement": "°C", "value_template": "{{ value|float|round(1) }}"}, "21.349"),
    "battery_ok": ({"unit_of_measurement": "%", "value_template": "{{ float(value) * 99 + 1 }}"}, "1"),
    "wind_avg_m_s": (
        {"unit_of_measurement": "km/h", "value_template": "{{ (float(value|float) * 3.6) | round(2) }}"},
        "1.26",
    ),
    "rain_in": (
        {"unit_of_measurement": "mm", "value_template": "{{ (float(value|float) * 25.4) | round(2) }}"},
        "0.04",
    ),
    "humidity": ({"unit_of_measurement": "%", "value_template": "{{ value|float }}"}, "57"),
    "mod": ({}, "ASK"),
    "id": ({"value_template": "{{ value|float|round(1) }}", "unit_of_measurement": "dB"}, "nonsense"),
}
"""Fields of radio sensors as rtl_433's own script announces them, each with a report."""


def radio() -> Iterator[Message]:
    for name, (fields, report) in RADIO.items():
        config = {"unique_id": f"Weather-42-{name}", "name": name, "state_topic": f"{PLACE}/{name}", **fields}
        yield f"homeassistant/sensor/Weather-42/{name}/config", json.dumps(config).encode()
        yield f"{PLACE}/{name}", report.encode()


def portion_of(name: str, portion: Callable[[int], int]) -> list[Message]:
    """Messages that can be published at all: of long files a seeded choice of configs, with all other messages."""
    found = [(topic, payload) for topic, payload in messages(name) if not set("+#") & set(topic)]
    found = found or list(radio()) if name == "rtl_433" else found
    configs = [message for message in found if message[0].endswith("/config")]
    chosen = set(random.Random(SEED).sample(range(len(configs)), min(len(configs), max(40, portion(len(configs))))))
    wanted = {configs[place] for place in chosen}
    return [message for message in found if message in wanted or not message[0].endswith("/config")]


def announcements(found: list[Message]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Key, component and fields of what is announced in the end."""
    for topic, payload in dict(found).items():
        if topic.endswith("/config") and topic.startswith("homeassistant/"):
            for one in discover(topic, payload, "homeassistant").announcements:
                yield one.key, one.component, one.fields


async def say(stage: Stage, found: list[Message], *, enable: bool = True) -> None:
    """Configs first, then all that is disabled is enabled, then the rest: as `explain` does it."""
    for configs in (True, False):
        for topic, payload in found:
            if topic.endswith("/config") is configs:
                stage.device.publish(topic, payload, 1, True)
        await settle(60)
        if configs and enable:
            await enable_all(stage)
    await stage.virtual.advance(1)


async def enable_all(stage: Stage) -> None:
    for disabled in await _pages(stage):
        await stage.process.calls.ask("home", "edit_entity", {"entity": disabled, "disabled": False})


async def _pages(stage: Stage) -> list[str]:
    ids: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = await stage.process.calls.ask("home", "disabled", {"offset": offset})
        ids += (line.id for line in page.entities)
        offset = page.next
    return ids


@pytest.mark.parametrize("name", FILES)
async def test_from_their_coming_to_their_going(
    name: str, tmp_path: Path, portion: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    found = portion_of(name, portion)
    broker, configs = MemoryBroker(), [topic for topic in dict(found) if topic.endswith("/config")]
    async with memory_stage(tmp_path, broker) as stage:
        before = set(stage.configs)
        await say(stage, found)
        told = await _explained([Line(*message, True) for message in found])
        explained = {one["topic"]: one for one in json.loads(json.dumps(told))}
        for topic in configs:
            assert await _answer(stage, topic) == {key: explained[topic].get(key) for key in _ANSWER}, topic
        keys = [key for one in explained.values() for key in one.get("used", []) + one.get("unused", [])]
        idle = [key for one in explained.values() for key in one.get("unused", [])]
        compared = _check_states(stage, found)
        ids = {entity.key: entity.id for entity in stage.home.roster.entities.values()}
    with capsys.disabled():
        print(
            f"\n{name}: {len(configs)} topics, {len(ids)} entities, {compared} states, {len(idle)} of {len(keys)}",
            end="",
        )
        print(f" keys are unused: {sorted(set(idle))}")
    assert len(idle) <= len(keys) // 100 or name == "field_reports", "those were chosen for their odd keys"
    order = list(broker.retained.items())
    random.Random(SEED).shuffle(order)
    broker.retained = dict(order)
    async with memory_stage(tmp_path, broker) as again:
        assert {entity.key: entity.id for entity in again.home.roster.entities.values()} == ids
        for topic in configs:
            again.device.publish(topic, b"", 1, True)
        await settle(60)
        assert set(again.configs) == before
        assert again.home.roster.entities == {}
        gone = {id.replace(".", "/") for id in ids.values()}
        await again.virtual.advance(1)
        assert [
            topic for topic in broker.retained if topic.removeprefix("homeserver/entity/")[: -len("/state")] in gone
        ] == []


_ANSWER = ("component", "entity", "entities", "state", "used", "unused", "refused")


async def _answer(stage: Stage, topic: str) -> dict[str, Any]:
    """What the running home tells, in the form of the command."""
    try:
        told = await stage.process.calls.ask("home", "explain", {"topic": topic})
    except CallError:
        return dict.fromkeys(_ANSWER) | {"component": topic.split("/")[1]}
    entities, states = list(told.entities), {id: stage.states[id].state for id in told.entities if id in stage.states}
    one = entities[0] if len(entities) == 1 and told.component != "device" else None
    refused = dict(told.refused)
    return {
        "component": told.component,
        "entity": one,
        "entities": entities if entities and one is None else None,
        "state": states.get(one) if one else {id: states.get(id) for id in entities} if entities else None,
        "used": list(told.used) if entities else None,
        "unused": list(told.unused) if entities else None,
        "refused": (refused if entities else refused.get("") or "; ".join(map(": ".join, refused.items()))) or None,
    }


# -- states


def _is_defined(value: Any) -> Any:
    if isinstance(value, jinja2.Undefined):
        raise jinja2.UndefinedError("not defined")
    return value


def _float(value: Any, default: Any = None) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        if default is None:
            raise jinja2.TemplateError("no number") from None
        return default


def _int(value: Any, default: Any = None) -> Any:
    return int(_float(value, default))


def _round(value: Any, precision: int = 0) -> Any:
    return round(float(value), precision) if precision else round(float(value))


PLAIN = jinja2.Environment()
PLAIN.filters |= {"is_defined": _is_defined, "float": _float, "int": _int, "round": _round}
PLAIN.globals |= {"float": _float, "int": _int}
NOTHING = object()
"""Stands for a report that says nothing of the state."""


def rendered(fields: dict[str, Any], payload: bytes) -> Any:
    """The text that a report gives by the config's template, after Jinja2 alone."""
    text = payload.decode()
    variables: dict[str, Any] = {"value": text}
    with contextlib.suppress(ValueError):
        variables["value_json"] = json.loads(text)
    template = fields.get("value_template")
    if template is None:
        return text
    try:
        return PLAIN.from_string(template).render(variables).strip()
    except (jinja2.TemplateError, TypeError, ValueError):
        return NOTHING


def _words(fields: dict[str, Any], on: str, off: str) -> dict[str, str]:
    """What the words of a device with two states mean."""
    said = {name: str(fields.get(key, default)) for name, key, default in (("on", on, "ON"), ("off", off, "OFF"))}
    return {word: name for name, word in said.items()}


def expected(component: str, fields: dict[str, Any], payload: bytes) -> Any:
    """The state that a report leads to; None is unknown. By Home Assistant's documentation of each component."""
    if component == "light" and fields.get("schema") == "json":
        told = json.loads(payload)
        return {"ON": "on", "OFF": "off", None: None}.get(told["state"], NOTHING) if "state" in told else NOTHING
    text = rendered(fields, payload)
    if text is NOTHING or component not in ("sensor", "binary_sensor", "switch", "device_tracker", "select", "number"):
        return NOTHING
    if text == "None":
        return None
    match component:
        case "sensor" if fields.get("device_class") == "timestamp" or not text:
            return NOTHING
        case "binary_sensor":
            return _words(fields, "payload_on", "payload_off").get(text, NOTHING)
        case "switch":
            keys = (
                "state_on" if "state_on" in fields else "payload_on",
                "state_off" if "state_off" in fields else "payload_off",
            )
            return _words(fields, *keys).get(text, NOTHING)
        case "device_tracker":
            return {"None": None}.get(text, text)
        case _:
            return text or NOTHING


def _check_states(stage: Stage, found: list[Message]) -> int:
    """Compare each entity's state with what the reports of its topic say; how many were compared."""
    entities = {entity.key: entity for entity in stage.home.roster.entities.values()}
    reports, compared = [message for message in found if not message[0].endswith("/config")], 0
    for key, component, fields in announcements(found):
        topic = fields.get("state_topic")
        if key not in entities or not isinstance(topic, str):
            continue
        said = [
            state
            for at, payload in reports
            if matches(topic, at) and (state := expected(component, fields, payload)) is not NOTHING
        ]
        if said:
            assert _same(entities[key].state, said[-1]), (key, entities[key].state, said[-1])
            compared += 1
    return compared


def _same(state: str | None, wanted: str | None) -> bool:
    if state is None or wanted is None:
        return state is wanted
    try:
        return float(state) == float(wanted)
    except ValueError:
        return state == wanted


# -- keys


async def test_keys_that_count_as_used_make_a_difference(
    tmp_path: Path, portion: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    configs = [m for name in FILES for m in portion_of(name, portion) if m[0].endswith("/config") and m[1]]
    idle, asked = [], 0
    async with memory_stage(tmp_path) as stage:
        while asked < portion(PAIRS):
            topic, payload = chance.choice(configs)
            component = topic.split("/")[1]
            raw = json.loads(payload)
            await stage.announce(component, raw, "asked")
            told = await stage.process.calls.ask(
                "home", "explain", {"topic": f"homeassistant/{component}/asked/config"}
            )
            await stage.announce(component, "", "asked")
            if told.used and component != "device":
                asked += 1
                key = chance.choice(told.used)
                if not await _matters(stage, _case(topic, component, raw), key):
                    idle.append((topic, key, raw.get(key)))
    with capsys.disabled():
        print(f"\n{asked} used keys of configs of the field were tried")
    assert idle == []


_PATH = re.compile(r"value_json((?:\.\w+|\[['\"][^'\"]+['\"]\])+)")
_NAME = re.compile(r"\.(\w+)|\[['\"]([^'\"]+)['\"]\]")


def _case(topic: str, component: str, raw: dict[str, Any]) -> Case:
    """A config with reports that its templates can read."""
    fields = next(iter(discover(topic, json.dumps(raw).encode(), "homeassistant").announcements)).fields
    listed = fields.get("availability")
    topics = {
        text for key, text in fields.items() if key.endswith("topic") and isinstance(text, str) and "command" not in key
    }
    topics |= {one["topic"] for one in listed if isinstance(one, dict)} if isinstance(listed, list) else set()
    paths = {
        tuple(a or b for a, b in _NAME.findall(path)) for path in _PATH.findall(json.dumps(fields).replace('\\"', '"'))
    }
    values: list[Any] = [True, False, "ON", "OFF", "online", "offline", 12, "auto", "heat", 0.5, None]
    values += [one for one in fields.values() if isinstance(one, str | int) and len(str(one)) < 30]
    values += [
        one for given in fields.values() if isinstance(given, list) for one in given if isinstance(one, str | int)
    ]
    bodies = ["online", *(json.dumps(_object(paths, value)) for value in values), "offline", "online"]
    steps: list[Any] = [
        Seen(text.replace("+", "x").replace("#", "x"), body, "") for body in bodies for text in sorted(topics)
    ]
    return Case(topic, component, raw, "", steps)


def _object(paths: set[tuple[str, ...]], value: Any) -> dict[str, Any]:
    """An object that has a value at all these paths."""
    made: dict[str, Any] = {
        "state": value,
        "brightness": 9,
        "color_mode": "xy",
        "color": {"x": 0.2, "y": 0.3},
        "a": value,
    }
    for path in sorted(paths, key=len):
        inner = made
        for name in path[:-1]:
            inner = inner[name] if isinstance(inner.get(name), dict) else inner.setdefault(name, {}) or inner[name]
            if not isinstance(inner, dict):
                break
        else:
            inner[path[-1]] = value
    return made


async def _matters(stage: Stage, case: Case, key: str) -> bool:
    before = await behaviour(stage, case, case.config)
    rest = {name: value for name, value in case.config.items() if name != key}
    for other in (rest, *({**rest, key: value} for value in changed(case.config[key]))):
        if await behaviour(stage, case, other) != before:
            return True
    return False
