"""Triggers that somebody listens for without a rule, conditions tested by hand, actions without a script."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.watching import AT_ONCE, BEAT, MOST
from homeserver.runtime.clock import settle
from homeserver.topics.call import CallError
from homeserver.topics.event import EVENT, Event
from homeserver.topics.person import Grant, Person
from tests.rules.stage import Stage

STATES = {"light.hall": "off", "light.cellar": "off", "sensor.power": "5"}
MOTION = {"trigger": "state", "entity_id": "light.hall", "to": "on", "id": "hall"}


class Listener:
    """Somebody who listens: what came so far, and with what it ended."""

    def __init__(self) -> None:
        self.parts: list[Any] = []
        self.fault: CallError | None = None

    @property
    def told(self) -> list[Any]:
        return [part.variables["trigger"] for part in self.parts if part.variables]


@asynccontextmanager
async def listening(stage: Stage, trigger: Any, login: str = "", **more: Any) -> AsyncIterator[Listener]:
    made = Listener()

    async def take() -> None:
        args = {"trigger": trigger, **more}
        parts = stage.home.process.calls.stream("rules", "watch_trigger", args, ttl=3600.0, login=login)
        try:
            async with aclosing(parts):
                async for part in parts:
                    made.parts.append(part)
        except CallError as error:
            made.fault = error

    task = asyncio.ensure_future(take())
    await settle()
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await settle()


def people(stage: Stage, **grants: tuple[str, tuple[Grant, ...]]) -> None:
    for id, (role, lines) in grants.items():
        stage.props.house.people.learn(id, Person(id.title(), role, lines))  # type: ignore[arg-type]


HALL = (Grant("entity", "light.hall", "see"),)


async def ask(stage: Stage, verb: str, login: str = "", **args: Any) -> Any:
    return await stage.home.process.calls.ask("rules", verb, args, login=login)


async def test_each_firing_is_told_until_the_listener_leaves(tmp_path: Path) -> None:
    async with Stage(tmp_path, "", STATES) as stage:
        engine = stage.rules.engine
        async with listening(stage, MOTION) as heard:
            assert [part.variables for part in heard.parts] == [{}]
            await stage.set("light.hall", "on", brightness=7)
            await stage.set("light.hall", "off")
            await stage.set("light.hall", "on")
            assert [one["to_state"]["state"] for one in heard.told] == ["on", "on"]
            first = heard.told[0]
            assert (first["platform"], first["id"], first["entity_id"]) == ("state", "hall", "light.hall")
            assert first["from_state"]["state"] == "off"
            assert first["to_state"]["attributes"]["brightness"] == 7
            assert first["to_state"]["last_changed"].endswith("+00:00")
            cause = stage.props.states["light.hall"].cause
            assert cause is not None
            assert heard.parts[-1].context["id"] == cause.id
            assert "light.hall" in engine._index
        assert "light.hall" not in engine._index


async def test_variables_templates_and_for(tmp_path: Path) -> None:
    over = {"trigger": "numeric_state", "entity_id": "sensor.power", "above": 10, "for": {"minutes": "{{ minutes }}"}}
    template = {"trigger": "template", "value_template": "{{ states('sensor.power') | int > limit }}"}
    async with Stage(tmp_path, "", STATES) as stage:
        given = {"minutes": 2, "limit": 100}
        async with listening(stage, [over, template], variables=given) as heard:
            await stage.set("sensor.power", "20")
            assert not heard.told
            await stage.wait(120)
            assert [one["for"] for one in heard.told] == [
                {"__type": "<class 'datetime.timedelta'>", "total_seconds": 120.0}
            ]
            await stage.set("sensor.power", "200")
            assert [one["platform"] for one in heard.told] == ["numeric_state", "template"]


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        ({"trigger": "state"}, "entity_id is missing"),
        ({"trigger": "stat", "entity_id": "light.hall"}, "there is no trigger 'stat'; did you mean"),
        ({"trigger": "template", "value_template": "{{ 1 + }}"}, "trigger"),
        ([], "no trigger in it"),
        ([{"trigger": "homeassistant", "event": "start", "enabled": False}], "no trigger in it"),
        ("sunset", "a trigger is a mapping"),
        ([{"trigger": "time", "at": "12:00"}] * (MOST + 1), f"{MOST} triggers"),
    ],
)
async def test_what_is_wrong_with_a_trigger_is_told_and_nothing_is_listened_to(
    tmp_path: Path, trigger: Any, told: str
) -> None:
    async with Stage(tmp_path, "", STATES) as stage, listening(stage, trigger) as heard:
        assert heard.fault is not None
        assert heard.fault.error.code == "invalid"
        assert told in str(heard.fault)
        assert not heard.parts
        assert not stage.rules.engine._index


async def test_one_person_listens_for_so_much_at_once(tmp_path: Path) -> None:
    async with Stage(tmp_path, "", STATES) as stage, AsyncExitStack() as all:
        people(stage, gina=("guest", HALL), ben=("guest", HALL))
        for _ in range(AT_ONCE - 1):
            await all.enter_async_context(listening(stage, MOTION, "person.gina"))
        async with listening(stage, MOTION, "person.gina"), listening(stage, MOTION, "person.gina") as over:
            assert over.fault is not None
            assert over.fault.error.code == "too_many"
            assert (await all.enter_async_context(listening(stage, MOTION, "person.ben"))).fault is None
        assert (await all.enter_async_context(listening(stage, MOTION, "person.gina"))).fault is None


async def test_templates_in_triggers_take_no_more_than_somebodys_share(tmp_path: Path) -> None:
    template = {
        "trigger": "template",
        "value_template": "{% for one in range(9) %}{{ states('light.hall') }}{% endfor %}",
    }
    async with Stage(tmp_path, "", STATES) as stage:
        people(stage, gina=("guest", HALL), ben=("guest", HALL))
        stage.rules.engine.allowances.of("person.gina").spend(100)
        async with listening(stage, template, "person.gina") as heard:
            assert heard.fault is not None
            assert "of the home's time" in str(heard.fault)
        async with listening(stage, template, "person.ben") as heard:
            assert heard.fault is None


async def test_a_person_hears_only_of_what_he_sees(tmp_path: Path) -> None:
    both = [{"trigger": "state", "entity_id": ["light.hall", "light.cellar"]}]
    sly = {
        "trigger": "template",
        "value_template": "{{ states.light | selectattr('state', 'eq', 'on') | list | length == 1 }}",
    }
    sum_up = {"trigger": "template", "value_template": "{{ is_state('light.cellar', 'on') }}"}
    async with Stage(tmp_path, "", STATES) as stage:
        people(stage, gina=("guest", HALL))
        for trigger in (both, sly, sum_up):
            async with listening(stage, trigger, "person.gina") as heard:
                await stage.set("light.cellar", "on", brightness=3)
                await stage.wait(2)
                assert not heard.told, trigger
                await stage.set("light.hall", "on")
                await stage.wait(2)
                assert len(heard.told) == (trigger is not sum_up), trigger
                await stage.set("light.hall", "off")
                await stage.set("light.cellar", "off")


async def test_rights_that_change_show_at_once(tmp_path: Path) -> None:
    both = [{"trigger": "state", "entity_id": ["light.hall", "light.cellar"], "to": "on"}]
    async with Stage(tmp_path, "", STATES) as stage:
        people(stage, gina=("guest", HALL))
        async with listening(stage, both, "person.gina") as heard:
            people(stage, gina=("guest", (Grant("entity", "light.cellar", "see"),)))
            await stage.set("light.hall", "on")
            assert not heard.told
            await stage.set("light.cellar", "on")
            assert [one["entity_id"] for one in heard.told] == ["light.cellar"]


ANYTHING: list[Any] = [
    {"trigger": "mqtt", "topic": "things/#"},
    {"trigger": "webhook", "webhook_id": "a_word_that_nobody_can_guess"},
    {"trigger": "conversation", "command": "open the door"},
    {"trigger": "persistent_notification"},
]
EVENTS: list[Any] = [
    {"trigger": "event", "event_type": "doorbell"},
    {"trigger": "event", "event_type": ["state_changed", "doorbell"]},
    {"trigger": "tag", "tag_id": "04-a7"},
]


@pytest.mark.parametrize(
    ("role", "lines", "denied"),
    [
        ("guest", (Grant("all", "", "edit"),), [*ANYTHING, *EVENTS]),
        ("service", (Grant("all", "", "edit"),), [*ANYTHING, *EVENTS]),
        ("adult", HALL, ANYTHING),
        ("service", (*HALL, Grant("call", "bridge.events", "control")), ANYTHING),
        ("adult", (Grant("all", "", "see"),), []),
    ],
)
async def test_what_tells_of_anything_is_for_whoever_may_know_all(
    tmp_path: Path, role: str, lines: tuple[Grant, ...], denied: list[Any]
) -> None:
    async with Stage(tmp_path, "", STATES) as stage:
        engine = stage.rules.engine
        people(stage, gina=(role, (*lines, Grant("call", "rules.watch_trigger", "control"))))
        for trigger in (*ANYTHING, *EVENTS):
            async with listening(stage, [MOTION, trigger], "person.gina") as heard:
                told = heard.fault.error.code if heard.fault is not None else ""
                assert told == ("denied" if trigger in denied else ""), trigger
            assert not engine._index, trigger
            assert not engine._notices, trigger
            assert not engine.view._watchers_of_all[1:], trigger
            assert not engine.webhooks._count, trigger


async def test_an_event_is_told(tmp_path: Path) -> None:
    async with Stage(tmp_path, "", STATES) as stage:
        async with listening(stage, {"platform": "event", "event_type": "doorbell"}) as heard:
            stage.props.house.say(EVENT, Event("doorbell", {"door": "front"}, stage.clock.now()))
            await settle()
        (told,) = heard.told
        assert told["event"]["data"] == {"door": "front"}
        assert told["event"]["time_fired"] == stage.clock.now().isoformat()


async def test_who_takes_nothing_is_let_go_and_silence_has_a_beat(tmp_path: Path) -> None:
    async with Stage(tmp_path, "", STATES) as stage:
        async with listening(stage, MOTION) as heard:
            await stage.wait(BEAT)
            assert [part.variables for part in heard.parts] == [{}, {}]
        async with listening(stage, MOTION) as heard:
            for _ in range(MOST + 50):
                stage.props.set("light.hall", "on")
                stage.props.set("light.hall", "off")
            await settle()
        assert heard.fault is not None
        assert heard.fault.error.code == "too_many"


async def test_a_condition_is_tested_with_the_eyes_of_whoever_asks(tmp_path: Path) -> None:
    condition = {"condition": "state", "entity_id": "light.cellar", "state": "off"}
    async with Stage(tmp_path, "", STATES) as stage:
        people(stage, gina=("guest", HALL))
        assert (await ask(stage, "test_condition", condition=condition)).result
        template = "{{ states('light.cellar') == word }}"
        assert (await ask(stage, "test_condition", condition=template, variables={"word": "off"})).result
        assert not (await ask(stage, "test_condition", "person.gina", condition=template, variables={})).result
        with pytest.raises(CallError, match=r"light\.cellar"):
            await ask(stage, "test_condition", "person.gina", condition=condition)
        unknown = {"condition": "state", "entity_id": "light.nowhere", "state": "off"}
        told = []
        for one in (condition, unknown):
            with pytest.raises(CallError) as failure:
                await ask(stage, "test_condition", "person.gina", condition=one)
            told.append(str(failure.value).replace(one["entity_id"], "ID"))
        assert told[0] == told[1]


@pytest.mark.parametrize("condition", [{"condition": "stat"}, {"condition": "state", "state": "on"}, "no template", 7])
async def test_a_condition_that_is_none(tmp_path: Path, condition: Any) -> None:
    async with Stage(tmp_path, "", STATES) as stage:
        with pytest.raises(CallError) as failure:
            await ask(stage, "test_condition", condition=condition)
        assert failure.value.error.code == "invalid"


async def test_actions_are_carried_out_for_an_owner(tmp_path: Path) -> None:
    sequence = [
        {"condition": "state", "entity_id": "light.hall", "state": "off"},
        {"action": "light.turn_on", "target": {"entity_id": "{{ which }}"}},
        {"delay": 5},
        {"variables": {"answer": {"done": "{{ which }}"}}},
        {"stop": "", "response_variable": "answer"},
    ]
    async with Stage(tmp_path, "", STATES) as stage:
        people(stage, anna=("adult", (Grant("all", "", "edit"),)))
        with pytest.raises(CallError, match="owner"):
            await ask(stage, "execute", "person.anna", sequence=sequence)
        with pytest.raises(CallError, match=r"sequence\[0\]"):
            await ask(stage, "execute", sequence=[{"actio": "light.turn_on"}])
        with pytest.raises(CallError, match="say what to do"):
            await ask(stage, "execute", sequence=None)
        task = asyncio.ensure_future(ask(stage, "execute", sequence=sequence, variables={"which": "light.hall"}))
        await settle()
        assert stage.services() == [("light.hall", "turn_on")]
        await stage.wait(5)
        assert (await task).answer == {"done": "light.hall"}
