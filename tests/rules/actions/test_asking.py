"""Who is asked when an action runs: workers by what they announce, offers by their names, entities by their config."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from homeserver.rules.actions.asks import OfEngine, doubts
from homeserver.rules.offer import Offer, Pending
from homeserver.rules.outside import AGAIN
from homeserver.rules.program import RunError
from homeserver.rules.run import Run
from homeserver.runtime.clock import settle
from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Call, Caller, CallError
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig, EntityState
from homeserver.topics.service import Data
from tests.rules.stage import Stage

START = {"binary_sensor.go": "off", "light.a": "off", "light.b": "off", "select.log": "", "switch.s": "off"}
TRIGGER = {"trigger": "state", "entity_id": "binary_sensor.go", "to": "on"}


class Import(BaseModel):
    """Read a statement."""

    model_config = ConfigDict(extra="forbid")

    account: str
    days: int = Field(30, gt=0)


class Imported(BaseModel):
    """How much was read."""

    rows: int
    account: str


IMPORT = Call("finance", "import_statement", Import, Imported)


class Finance(Worker):
    """Answers, or does not."""

    name = "finance"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.asked: list[tuple[Import, Caller]] = []
        self.answer = asyncio.Event()
        self.answer.set()

    @answers(IMPORT)
    async def import_statement(self, request: Import, caller: Caller) -> Imported:
        self.asked.append((request, caller))
        await self.answer.wait()
        if request.account == "closed":
            raise CallError("conflict", "the account is closed", "account")
        return Imported(rows=request.days * 2, account=request.account)


def rule(*actions: Any, **more: Any) -> str:
    return yaml.safe_dump([{"id": "test", "triggers": TRIGGER, "actions": list(actions)} | more], sort_keys=False)


def log(text: str) -> dict[str, Any]:
    target = {"entity_id": "select.log"}
    return {"action": "select.select_option", "target": target, "data": {"option": text}}


def ask(account: Any = "giro", **more: Any) -> dict[str, Any]:
    return {"action": "finance.import_statement", "data": {"account": account}, **more}


def bank(house: House) -> Finance:
    return Finance(house)


class Bank(Stage):
    """A stage with a bank."""

    def __init__(self, folder: Path, rules: str, **more: Any) -> None:
        super().__init__(folder, rules, START, others=(bank,), **more)

    @property
    def finance(self) -> Finance:
        worker = self.home.process.hosted["finance"].worker
        assert isinstance(worker, Finance)
        return worker


def words(stage: Stage) -> list[str]:
    return [str(data.get("option", service)) for _, service, data in stage.told()]


# -- calls of workers


async def test_a_call_of_a_worker_is_an_action_and_its_answer_a_variable(tmp_path: Path) -> None:
    text = rule(ask("{{ 'giro' }}", response_variable="got"), log("{{ got.rows }} of {{ got.account }}"))
    async with Bank(tmp_path, text) as stage:
        await stage.set("binary_sensor.go", "on")
        assert words(stage) == ["60 of giro"]
        ((request, caller),) = stage.finance.asked
        assert (request.account, caller.role) == ("giro", "owner")
        assert caller.cause.by == "rule:test#1"


async def test_a_call_is_waited_for_with_and_without_a_variable(tmp_path: Path) -> None:
    async with Bank(tmp_path, rule(ask(), log("after"))) as stage:
        stage.finance.answer.clear()
        await stage.set("binary_sensor.go", "on")
        assert len(stage.finance.asked) == 1
        assert words(stage) == []
        stage.finance.answer.set()
        await settle()
        assert words(stage) == ["after"]


async def test_a_call_that_fails_ends_the_run_unless_it_may(tmp_path: Path) -> None:
    for forgiving, told in ((False, []), (True, ["after"])):
        async with Bank(tmp_path, rule(ask("closed", continue_on_error=forgiving), log("after"))) as stage:
            await stage.set("binary_sensor.go", "on")
            assert words(stage) == told
            assert stage.runs[-1].error == "finance.import_statement: the account is closed"


async def test_a_text_stays_a_text_where_the_schema_wants_one(tmp_path: Path) -> None:
    async with Bank(tmp_path, rule(ask("{{ '0' ~ 12 }}"), log("after"))) as stage:
        await stage.set("binary_sensor.go", "on")
        assert [request.account for request, _ in stage.finance.asked] == ["012"]


async def test_a_run_that_is_stopped_does_not_wait_for_its_answer(tmp_path: Path) -> None:
    async with Bank(tmp_path, rule(ask(), log("after"), mode="restart")) as stage:
        stage.finance.answer.clear()
        await stage.set("binary_sensor.go", "on")
        await stage.set("binary_sensor.go", "off")
        await stage.set("binary_sensor.go", "on")
        stage.finance.answer.set()
        await settle()
        assert words(stage) == ["after"]


async def test_a_call_is_not_made_twice_over_a_restart(tmp_path: Path) -> None:
    """Its answer is lost, and it may have been carried out: the action fails."""
    text = rule(ask(continue_on_error=True), log("lost"))
    async with Bank(tmp_path, text) as stage:
        stage.finance.answer.clear()
        await stage.set("binary_sensor.go", "on")
        clock, broker = stage.clock, stage.home.broker
    async with Bank(tmp_path, text, clock=clock, broker=broker) as stage:
        await stage.wait(1)
        assert stage.finance.asked == []
        assert words(stage) == ["lost"]


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (ask(5), "finance.import_statement: account must be text, not 5"),
        ({"action": "finance.import_statement"}, "finance.import_statement needs account"),
        (
            {"action": "finance.import_statement", "data": {"account": "x", "day": 5}},
            "finance.import_statement: day is not known; did you mean days?",
        ),
        (
            {"action": "finance.import_statment", "data": {"account": "x"}},
            "nobody answers finance.import_statment now; did you mean finance.import_statement?",
        ),
        ({"action": "slack_user.set_status"}, "nobody answers slack_user.set_status now"),
        ({"action": "lights.turn_on", "target": {"entity_id": "light.a"}}, "; did you mean light.turn_on?"),
    ],
)
async def test_what_does_not_fit_is_told_when_it_is_read_and_fails_when_it_runs(
    tmp_path: Path, action: dict[str, Any], problem: str
) -> None:
    async with Bank(tmp_path, rule(action | {"continue_on_error": True}, log("after"))) as stage:
        await stage.wait(AGAIN)
        (found,) = stage.rules.book.problems
        assert (found.severity, found.line) == ("warning", 7 if "data" not in action else found.line)
        assert problem in found.text
        assert "test" in stage.rules.rules
        await stage.set("binary_sensor.go", "on")
        assert words(stage) == []
        assert stage.runs[-1].outcome == "failed"
        assert stage.finance.asked == []


async def test_rules_are_looked_at_again_when_a_worker_comes(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(ask()), START) as stage:
        assert [problem.text for problem in stage.rules.book.problems] == [
            "nobody answers finance.import_statement now"
        ]
        async with Rehearsal(bank, broker=stage.home.broker, process="money", clock=stage.clock, folder=tmp_path):
            await stage.wait(AGAIN)
            assert stage.rules.book.problems == []
            await stage.set("binary_sensor.go", "on")
            assert stage.runs[-1].outcome == "finished"
        await stage.wait(AGAIN)
        assert [problem.code for problem in stage.rules.book.problems] == ["unknown"]


# -- offers


class Sound(Data):
    """What is to be heard."""

    tone: str
    entity_id: Any = None


async def offered(tmp_path: Path, offer: Offer, *actions: Any) -> tuple[list[str], str]:
    async with Stage(tmp_path, rule(*actions), START) as stage:
        stage.rules.engine.offers["house.play"] = offer
        assert list(doubts(stage.rules.rules["test"].program.asks, OfEngine(stage.rules.engine))) == []
        await stage.set("binary_sensor.go", "on")
        await settle()
        return words(stage), stage.runs[-1].error


PLAY = {"action": "house.play", "data": {"tone": "{{ 5 }}"}, "target": {"entity_id": "light.a"}}


async def test_an_offer_is_given_its_data_with_the_target(tmp_path: Path) -> None:
    given: list[dict[str, Any]] = []
    told, error = await offered(tmp_path, Offer(lambda run, data: given.append(data), Sound), PLAY, log("after"))
    assert (given, told, error) == ([{"tone": "5", "entity_id": "light.a"}], ["after"], "")


async def test_an_offer_may_answer_at_once_or_later(tmp_path: Path) -> None:
    def later(run: Run, data: dict[str, Any]) -> Pending:
        loop = asyncio.get_running_loop()
        return Pending(loop.call_soon(run.arrive, ({"x": 2},)).cancel)

    for work in (lambda run, data: {"x": 2}, later):
        offer = Offer(work, answers=True)
        actions = PLAY | {"response_variable": "got"}, log("{{ got.x }}")
        assert await offered(tmp_path, offer, *actions) == (["2"], "")


async def test_an_offer_may_fail_later(tmp_path: Path) -> None:
    def later(run: Run, data: dict[str, Any]) -> Pending:
        return Pending(asyncio.get_running_loop().call_soon(run.arrive, RunError("no sound")).cancel)

    actions = PLAY | {"continue_on_error": True}, log("after")
    assert await offered(tmp_path, Offer(later), *actions) == (["after"], "no sound")


async def test_an_offer_without_an_answer_fills_no_variable(tmp_path: Path) -> None:
    told, error = await offered(
        tmp_path, Offer(lambda run, data: None), PLAY | {"response_variable": "x"}, log("after")
    )
    assert (told, error) == ([], "house.play answers nothing: leave response_variable out")


# -- entities that take more than their kind


def announce(stage: Stage, entity_id: str, *services: str) -> None:
    domain, _, object_id = entity_id.partition(".")
    house, now = stage.props.house, stage.clock.now()
    house.say(ENTITY_CONFIG, EntityConfig(object_id, "props", services), domain, object_id)
    house.say(ENTITY_STATE, EntityState("idle", {}, now, now), domain, object_id)


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (
            {"action": "media_player.play", "target": {"entity_id": "media_player.tv"}, "data": {"x": "{{ 1 + 1 }}"}},
            [("media_player.tv", "play", {"x": 2})],
        ),
        ({"action": "media_player.play", "entity_id": "all"}, [("media_player.tv", "play", {})]),
        ({"action": "media_player.play", "target": {"entity_id": []}}, []),
        ({"action": "homeassistant.turn_on", "entity_id": "media_player.tv"}, [("media_player.tv", "turn_on", {})]),
        ({"action": "light.sparkle", "entity_id": "light.a"}, [("light.a", "sparkle", {})]),
    ],
)
async def test_an_entity_takes_what_it_announces(tmp_path: Path, action: dict[str, Any], told: list[Any]) -> None:
    async with Stage(tmp_path, rule(action), START) as stage:
        announce(stage, "media_player.tv", "turn_on", "turn_off", "play")
        announce(stage, "light.a", "turn_on", "turn_off", "sparkle")
        await settle()
        await stage.set("binary_sensor.go", "on")
        assert stage.told() == told
        assert stage.runs[-1].outcome == "finished"


async def test_an_entity_does_not_take_what_it_does_not_announce(tmp_path: Path) -> None:
    action = {"action": "media_player.paint", "target": {"entity_id": "media_player.tv"}}
    async with Stage(tmp_path, rule(action), START) as stage:
        announce(stage, "media_player.tv", "play")
        await settle()
        await stage.set("binary_sensor.go", "on")
        assert stage.runs[-1].error == "nobody answers media_player.paint"


# -- groups and empty lists


def gather(stage: Stage, name: str, *members: str) -> None:
    now = stage.clock.now()
    stage.props.house.say(ENTITY_STATE, EntityState("on", {"entity_id": list(members)}, now, now), "group", name)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("group.all", [("light.a", "turn_on"), ("light.b", "turn_on")]),
        ("{{ ['group.all'] }}", [("light.a", "turn_on"), ("light.b", "turn_on")]),
        ("group.round", [("light.a", "turn_on")]),
        ([], []),
        ("{{ [] }}", []),
        ("{{ states.light | map(attribute='entity_id') | list }}", [("light.a", "turn_on"), ("light.b", "turn_on")]),
    ],
)
async def test_members_of_groups_are_meant(tmp_path: Path, target: Any, told: list[Any]) -> None:
    """Home Assistant takes the members of the action's kind; an empty list means nobody and is no fault."""
    action = {"action": "light.turn_on", "target": {"entity_id": target}}
    async with Stage(tmp_path, rule(action), START) as stage:
        gather(stage, "all", "light.a", "group.more", "switch.s")
        gather(stage, "more", "light.b", "group.all")
        gather(stage, "round", "light.a", "group.round")
        await settle()
        await stage.set("binary_sensor.go", "on")
        assert stage.services() == told
        assert stage.runs[-1].outcome == "finished"


@pytest.mark.parametrize("service", ["light.turn_on", "homeassistant.turn_on"])
async def test_entities_that_a_service_is_not_for_are_passed_over(tmp_path: Path, service: str) -> None:
    """Home Assistant does so; which ones is told with the run."""
    action = {"action": service, "target": {"entity_id": "{{ ['binary_sensor.go', 'light.a'] }}"}}
    async with Stage(tmp_path, rule(action), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert stage.services() == [("light.a", "turn_on")]
        assert stage.runs[-1].outcome == "finished"
        assert "binary_sensor.go" in stage.runs[-1].error


async def test_an_id_of_home_assistants_registry_means_an_entity_that_was_imported(tmp_path: Path) -> None:
    id = "0123456789abcdef0123456789abcdef"
    async with Stage(tmp_path, rule({"action": "light.turn_on", "target": {"entity_id": id}}), START) as stage:
        stage.rules.engine.view.former.learn("light.b", (id,))
        await stage.set("binary_sensor.go", "on")
        assert stage.services() == [("light.b", "turn_on")]


async def test_data_template_counts_more_than_data(tmp_path: Path) -> None:
    action = {"action": "light.turn_on", "entity_id": "light.a", "data": {"brightness": 1, "transition": 2}}
    async with Stage(tmp_path, rule(action | {"data_template": {"brightness": "{{ 9 }}"}}), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert stage.told() == [("light.a", "turn_on", {"brightness": 9, "transition": 2.0})]


async def test_a_target_beside_the_data_counts_more_than_one_in_it(tmp_path: Path) -> None:
    action = {"action": "light.turn_on", "target": {"entity_id": "light.a"}, "data": {"entity_id": "light.b"}}
    async with Stage(tmp_path, rule(action), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert stage.services() == [("light.a", "turn_on")]
