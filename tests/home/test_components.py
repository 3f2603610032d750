"""Documented configurations of each component give the documented states and payloads, in memory and on Mosquitto."""

import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from homeserver.home import components, kinds, light_basic, light_json, light_template
from homeserver.home.words import AskImage
from homeserver.topics.call import Caller
from homeserver.topics.cause import Cause
from tests.home.documented import MOMENT, Case, Happened, Pictured, Seen, Told
from tests.home.documented_basic_lights import BASIC_LIGHTS
from tests.home.documented_climate import CLIMATES
from tests.home.documented_cover import COVERS, VALVES
from tests.home.documented_events import HAPPENINGS
from tests.home.documented_fan import FANS
from tests.home.documented_humidifier import HUMIDIFIERS
from tests.home.documented_json_lights import JSON_LIGHTS
from tests.home.documented_machines import MOWERS, VACUUMS
from tests.home.documented_moments import MOMENTS
from tests.home.documented_pictures import PICTURES
from tests.home.documented_security import ALARMS, LOCKS, SIRENS
from tests.home.documented_simple import SINGLE
from tests.home.documented_things import SIMPLE
from tests.home.documented_water_heater import WATER_HEATERS
from tests.home.stage import Kind, Stage, stage_of

CAUSE = Cause("test", "person.anna")
CASES = [
    *SIMPLE,
    *MOMENTS,
    *SINGLE,
    *HAPPENINGS,
    *PICTURES,
    *BASIC_LIGHTS,
    *JSON_LIGHTS,
    *CLIMATES,
    *HUMIDIFIERS,
    *WATER_HEATERS,
    *FANS,
    *COVERS,
    *VALVES,
    *MOWERS,
    *VACUUMS,
    *LOCKS,
    *ALARMS,
    *SIRENS,
]


@pytest.fixture(params=["memory", "mosquitto"], scope="module")
def kind(request: pytest.FixtureRequest) -> Kind:
    kind: Kind = request.param
    return kind


@pytest.fixture
async def stage(kind: Kind, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage_of(kind, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.component}-{case.name}")
async def test_a_documented_configuration(case: Case, stage: Stage) -> None:
    await stage.announce(case.component, case.config)
    if case.config.get("enabled_by_default") is False:
        assert case.entity_id not in stage.configs
        await stage.process.calls.ask("home", "edit_entity", {"entity": case.entity_id, "disabled": False})
        await stage.quiet()
    if case.entity_id:
        config = stage.configs[case.entity_id]
        assert {key: config.capabilities.get(key) for key in case.capabilities} == case.capabilities
    else:
        assert stage.configs == {}
    for step in case.steps:
        match step:
            case Told():
                await _told(stage, case, step)
            case Happened():
                await _happened(stage, step)
            case Pictured():
                await _pictured(stage, case, step)
            case Seen():
                await _seen(stage, case, step)


async def _told(stage: Stage, case: Case, step: Told) -> None:
    topics = {topic for topic, _ in step.sends}
    stage.told.clear()
    reply = await stage.command(case.entity_id, step.service, **step.data)
    assert reply is not None
    assert reply.ok, reply.error
    told = [one for one in stage.told if one[0] in topics]
    if step.service != "press":
        told = told[-len(step.sends) :]  # an absolute command may have been sent again by now
    sends = [
        (topic, json.loads(payload) if isinstance(wanted, dict) else payload.decode())
        for (topic, payload), (_, wanted) in zip(told, step.sends, strict=True)
    ]
    assert sends == step.sends


async def _seen(stage: Stage, case: Case, step: Seen) -> None:
    await stage.report(step.topic, step.payload)
    said = stage.states[case.entity_id]
    _check_state(stage, said.state, step.state)
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in said.attributes.items()}
    assert {name: plain.get(name) for name in step.attributes} == step.attributes


def _check_state(stage: Stage, state: str, wanted: str) -> None:
    if wanted is MOMENT:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", state), state
        assert abs((stage.process.clock.now() - datetime.fromisoformat(state)).total_seconds()) < 60
    else:
        assert state == wanted


async def _happened(stage: Stage, step: Happened) -> None:
    stage.events.clear()
    await stage.report(step.topic, step.payload)
    wanted = [] if step.data is None else [(step.type, step.device_id, step.data)]
    assert [(event.type, event.device_id, event.data) for event in stage.events] == wanted
    assert stage.states == {}


async def _pictured(stage: Stage, case: Case, step: Pictured) -> None:
    await stage.report(step.topic, step.payload)
    said = stage.states[case.entity_id]
    _check_state(stage, said.state, step.state)
    assert said.attributes == {}
    reply = await stage.home.image(AskImage(entity=case.entity_id), Caller("person.anna", "guest", CAUSE))
    content = None if reply.data is None else b64decode(reply.data)
    assert (reply.content_type, content, reply.url) == (step.content_type, step.content, step.url)
    assert reply.size == len(step.content or b"")


def test_each_component_has_at_least_three_documented_configurations() -> None:
    dialects = {"light": 9}
    for name in components.COMPONENTS:
        assert sum(case.component == name for case in CASES) >= dialects.get(name, 3), name
    rows = [kinds.SENSOR, light_basic.BASIC, light_json.JSON, light_template.TEMPLATE]
    assert {row.domain for row in rows} <= set(components.COMPONENTS)
