"""The worker: what it says of its rules, what it answers, and how it takes in changed files."""

import os
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.words import (
    DISABLE_RULE,
    ENABLE_RULE,
    LIST_RULES,
    RELOAD_RULES,
    RULE_CONFIG,
    TRIGGER_RULE,
    ListRules,
    NamedRule,
    ReloadRules,
    TriggerRule,
)
from homeserver.rules.worker import Rules
from homeserver.runtime.clock import settle
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import Call, CallError
from tests.rules.stage import Stage

START = {"sensor.n": "0", "light.a": "off", "light.b": "off"}


def rule(id: str, lamp: str, more: str = "") -> str:
    return f"""
- id: {id}
  alias: The {id} rule
  description: Lights {lamp}
  triggers:
    - trigger: state
      entity_id: sensor.n
  {more}
  actions:
    - delay: 5
    - action: light.turn_on
      target: {{entity_id: light.{lamp}}}
"""


TWO = rule("one", "a") + rule("two", "b")


async def ask(stage: Stage, call: Call[Any, Any], **fields: Any) -> Any:
    return await stage.rules.house.call(call, call.request(**fields))


def rewrite(stage: Stage, text: str) -> None:
    stage.file.write_text(text)
    stamp = os.stat(stage.file).st_mtime + 10
    os.utime(stage.file, (stamp, stamp))


async def test_says_its_rules_retained(tmp_path: Path) -> None:
    async with Stage(tmp_path, TWO + "- id: bad\n  triggers: []\n  actions: [{x: y}]\n", START) as stage:
        said = {where[0]: config for where, config in known(stage).items()}
        assert (said["one"].alias, said["one"].enabled, said["one"].error) == ("The one rule", True, "")
        assert (said["one"].file, said["one"].line, said["one"].description) == ("test.yaml", 2, "Lights a")
        assert not said["bad"].enabled
        assert said["bad"].error.startswith("test.yaml:27: actions[0]: no action is known by x")
        status = stage.home.bus.present["worker/rules/core/status"].message
        assert (status.state, status.reason[:33]) == ("degraded", "1 fault in rule files, the first:")


def known(stage: Stage) -> dict[tuple[str, ...], Any]:
    present = stage.home.bus.present.values()
    return {p.where: p.message for p in present if p.topic.template == RULE_CONFIG.template and p.message is not None}


async def test_lists_rules_in_order_with_their_faults(tmp_path: Path) -> None:
    bad = "- id: bad\n  triggers: [{trigger: sun}]\n  actions: []\n"
    async with Stage(tmp_path, rule("one", "a") + bad + rule("two", "b"), START) as stage:
        (tmp_path / "rules" / "broken.yaml").write_text("a: [")
        await ask(stage, RELOAD_RULES)
        await stage.set("sensor.n", "1")
        found = await ask(stage, LIST_RULES)
        assert [(rule.id, rule.enabled, rule.running) for rule in found.rules] == [
            ("one", True, 1),
            ("bad", False, 0),
            ("two", True, 1),
        ]
        assert found.rules[1].problems == ["test.yaml:14: triggers[0].event: event is missing: say sunrise or sunset"]
        assert found.problems[0].startswith("broken.yaml:2: no YAML")


async def test_rules_stop_even_if_what_is_known_cannot_be_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise ImportError("another version was installed meanwhile")

    async with Stage(tmp_path, TWO, START) as stage:
        await stage.set("sensor.n", "1")
        monkeypatch.setattr(stage.rules, "_desk", broken)
        with pytest.raises(ImportError):
            await stage.rules.close()
        await stage.wait(10)
        assert stage.told() == []  # the delays belong to whoever goes on with the journal
        monkeypatch.setattr(stage.rules, "close", _nothing)


async def _nothing() -> None:
    pass


async def test_the_list_tells_of_helpers_and_scripts_too(tmp_path: Path) -> None:
    text = "input_number: {n: {min: 5, max: 1}}\nscript: {s: {sequnce: []}}\ngroup: {g: 'light.a, light.b'}\n"
    async with Stage(tmp_path, text, START) as stage:
        found = await ask(stage, LIST_RULES)
        assert len(found.problems) == 2
        assert "max (1) must be above min (5)" in found.problems[1]
        assert stage.rules.owner.things["group.g"].attributes["entity_id"] == ["light.a", "light.b"]


async def test_a_changed_file_is_read_and_unchanged_rules_go_on(tmp_path: Path) -> None:
    async with Stage(tmp_path, TWO, START, look=2.0) as stage:
        await stage.set("sensor.n", "1")
        await stage.wait(1)
        rewrite(stage, "# moved down\n" + rule("one", "a") + rule("two", "a"))
        await stage.wait(3.5)  # the files were looked at; the delays are not over
        assert stage.told() == []
        await stage.wait(1)
        assert stage.services() == [("light.a", "turn_on")]  # of the rule that did not change
        assert stage.rules.rules["one"].compiled.line == 3
        await stage.set("sensor.n", "2")
        await stage.wait(5)
        assert stage.services() == [("light.a", "turn_on"), ("light.a", "turn_on")]


async def test_a_doubt_is_told_and_degrades_nothing(tmp_path: Path) -> None:
    async with Stage(
        tmp_path, "rest_command: {}\nautomation:" + rule("one", "a").replace("\n", "\n  "), START
    ) as stage:
        status = stage.home.bus.present["worker/rules/core/status"].message
        assert status.state == "online"
        assert {config.error for config in known(stage).values()} == {""}
        assert (await ask(stage, LIST_RULES)).problems == ["test.yaml:1: not supported yet: rest_command"]


SECRET = """
- id: one
  alias: !secret alias
  triggers: [{trigger: state, entity_id: sensor.n}]
  conditions: [{condition: state, entity_id: sensor.n, state: !secret state}]
  actions:
    - action: light.turn_on
      target: {entity_id: light.a}
      data: {effect: !secret effect}
    - action: "{{ pin ~ '' }}.turn_on"
      target: {entity_id: light.a}
  variables: {pin: !secret pin}
- id: bad
  mode: !secret pin
  triggers: []
  actions: []
"""


async def test_a_secret_reaches_the_entity_and_nobody_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither logs nor problems nor what is said of rules and runs show it."""
    caplog.set_level("DEBUG")
    (tmp_path / "rules").mkdir()
    secrets = "alias: hunter1\nstate: hunter2\neffect: hunter3\npin: hunter4\n"
    (tmp_path / "rules" / "secrets.yaml").write_text(secrets)
    broker = MemoryBroker()
    async with Stage(tmp_path, SECRET, START, broker=broker) as stage:
        await stage.set("sensor.n", "hunter2")
        assert stage.told() == [("light.a", "turn_on", {"effect": "hunter3"})]
        assert [(run.outcome, "!secret pin" in run.error) for run in stage.runs] == [("failed", True)]
        stage.props.set("sensor.n", "0")
        await settle()
        said = [str((address, payload)) for address, payload in broker.retained.items() if "/rule" in address]
        assert said
        told = [*said, *map(repr, stage.runs), (await ask(stage, LIST_RULES)).model_dump_json(), caplog.text]
    assert "hunter" not in " ".join(told)


async def test_a_fault_is_logged_once_and_counted_from_then_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = "- id: {id}\n  triggers: [{{trigger: {trigger}}}]\n  actions: []\n"
    geo, xyzzy, moon = (bad.format(id=trigger, trigger=trigger) for trigger in ("geo_location", "xyzzy", "moon"))
    caplog.set_level("INFO", "homeserver.worker.rules")

    def logged() -> tuple[str, list[str]]:
        said = [record for record in caplog.records if record.name == "homeserver.worker.rules"]
        warned = [record.getMessage().rpartition(" ")[2] for record in said if record.levelname == "WARNING"]
        counts = said[0].getMessage().partition(" run, ")[2]
        caplog.clear()
        return counts, warned

    async with Stage(tmp_path, geo + xyzzy, START) as stage:
        assert logged() == ("2 are refused", ["usgs_earthquakes_feed", "'xyzzy'"])
        rewrite(stage, "# moved down\n" + geo + moon.replace("moon", "xyzzy", 1))  # another fault in the same rule
        await ask(stage, RELOAD_RULES)
        counts, warned = logged()
        assert counts == "2 are refused; faults told before: 1"
        assert len(warned) == 1
        await ask(stage, RELOAD_RULES)
        assert logged() == ("2 are refused; faults told before: 2", [])
        rewrite(stage, geo)
        await ask(stage, RELOAD_RULES)
        assert logged() == ("1 are refused; faults told before: 1", [])
        rewrite(stage, geo + xyzzy)
        await ask(stage, RELOAD_RULES)
        assert logged() == ("2 are refused; faults told before: 1", ["'xyzzy'"])


async def test_a_rule_that_goes_away_stops_and_is_taken_back(tmp_path: Path) -> None:
    async with Stage(tmp_path, TWO, START, look=2.0) as stage:
        await stage.set("sensor.n", "1")
        rewrite(stage, rule("two", "b"))
        await stage.wait(10)
        assert stage.services() == [("light.b", "turn_on")]
        assert list(known(stage)) == [("two",)]


async def test_what_was_said_of_a_refused_rule_is_taken_back_with_it(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule("one", "a") + "- id: bad\n", START) as stage:
        assert sorted(known(stage)) == [("bad",), ("one",)]
        rewrite(stage, rule("one", "a"))
        await ask(stage, RELOAD_RULES)
        assert list(known(stage)) == [("one",)]


async def test_a_file_that_is_being_written_is_left_until_it_is_whole(tmp_path: Path) -> None:
    async with Stage(tmp_path, TWO, START, look=2.0) as stage:
        await stage.set("sensor.n", "1")
        rewrite(stage, "")  # an editor empties a file before it fills it
        await stage.wait(2.1)
        rewrite(stage, "# done\n" + TWO)
        await stage.wait(3)
        assert len(stage.services()) == 2  # both rules went on over their delays


async def test_only_what_changed_is_said_again(tmp_path: Path) -> None:
    async with Stage(tmp_path, TWO, START) as stage:
        said = stage.home.listen(RULE_CONFIG)
        said.clear()
        await ask(stage, RELOAD_RULES)
        assert said == []
        rewrite(stage, rule("one", "a") + rule("two", "a"))
        await ask(stage, RELOAD_RULES)
        assert [config.description for config in said] == ["Lights a"]


async def test_a_rule_that_becomes_wrong_stops_and_comes_back_when_it_is_mended(tmp_path: Path) -> None:
    async with Stage(tmp_path, TWO, START) as stage:
        rewrite(stage, rule("one", "a", "mode: nonsense") + rule("two", "b"))
        folder = str((tmp_path / "rules").resolve())
        assert (await ask(stage, RELOAD_RULES)).model_dump() == {"running": 1, "refused": 1, "folder": folder}
        with pytest.raises(CallError, match=r"one does not run: test\.yaml:8: mode: mode must be one of"):
            await ask(stage, TRIGGER_RULE, rule="one")
        rewrite(stage, TWO)
        assert (await ask(stage, RELOAD_RULES)).model_dump() == {"running": 2, "refused": 0, "folder": folder}
        assert known(stage)[("one",)].error == ""
        status = stage.home.bus.present["worker/rules/core/status"].message
        assert status.state == "online"


async def test_what_an_earlier_run_said_of_rules_that_are_gone_is_taken_back(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with Stage(tmp_path, TWO, START, broker=broker):
        await settle()
    assert "homeserver/rule/one/config" in broker.retained
    async with Stage(tmp_path, rule("two", "b"), START, broker=broker):
        await settle()
    assert "homeserver/rule/one/config" not in broker.retained
    assert "homeserver/rule/two/config" in broker.retained


async def test_runs_a_rule_by_hand(tmp_path: Path) -> None:
    text = rule("one", "a", "conditions: '{{ false }}'").replace("delay: 5", "delay: '{{ wait | default(1) }}'")
    async with Stage(tmp_path, text, START) as stage:
        info = await ask(stage, TRIGGER_RULE, rule="The one rule", variables={"wait": 3})
        assert (info.id, info.running, info.runs) == ("one", 1, 1)
        await stage.wait(3)
        assert stage.services() == [("light.a", "turn_on")]
        assert stage.runs[-1].trigger == ""
        with pytest.raises(CallError, match="conditions of one are not met"):
            await ask(stage, TRIGGER_RULE, rule="automation.one", skip_condition=False)
        with pytest.raises(CallError, match="there is no rule 'onee'; did you mean one"):
            await ask(stage, TRIGGER_RULE, rule="onee")


async def test_a_disabled_rule_ends_its_runs_and_hears_nothing(tmp_path: Path) -> None:
    async with Stage(tmp_path, TWO, START) as stage:
        await stage.set("sensor.n", "1")
        assert not (await ask(stage, DISABLE_RULE, rule="one")).enabled
        assert not known(stage)[("one",)].enabled
        await stage.set("sensor.n", "2")
        await stage.wait(5)
        assert stage.services() == [("light.b", "turn_on")]
        assert (await ask(stage, ENABLE_RULE, rule="one")).enabled
        await stage.set("sensor.n", "3")
        await stage.wait(5)
        assert sorted(stage.services()) == [("light.a", "turn_on"), ("light.b", "turn_on")]


async def test_a_rule_may_be_off_from_the_start(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule("one", "a", "initial_state: off"), START) as stage:
        assert not known(stage)[("one",)].enabled
        await stage.set("sensor.n", "1")
        await stage.wait(5)
        assert stage.told() == []


async def test_closing_leaves_no_timer_behind_that_acts(tmp_path: Path) -> None:
    async with Stage(tmp_path, TWO, START) as stage:
        await stage.set("sensor.n", "1")
        clock, commands = stage.clock, stage.props.commands
    await clock.advance(60)
    assert commands == []


async def test_requests_are_models_that_refuse_unknown_fields() -> None:
    assert [
        model.__name__
        for model in (ListRules, NamedRule, ReloadRules, TriggerRule)
        if model.model_config["extra"] != "forbid"
    ] == []


async def test_the_log_names_the_rule_that_failed_and_its_trigger_that_could_not_tell(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = """
- id: fails
  triggers: [{trigger: state, entity_id: sensor.n}]
  actions: [{variables: {a: "{{ trigger.nothing.at_all }}"}}]
- id: deaf
  triggers:
    - {trigger: template, value_template: "{{ 1 / (states('sensor.n') | int) }}"}
  actions: []
"""
    async with Stage(tmp_path, text, START) as stage:
        for value in ("0", "1", "0"):
            await stage.set("sensor.n", value)
        told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert sum(one.startswith("rule fails: run 1 failed: template line 1:") for one in told) == 1
        assert any(one.startswith("rule deaf: line 7: trigger template 0: template line 1: divides by") for one in told)
        assert len(told) <= 4  # at most one in a while for each rule


async def test_rules_that_could_not_come_up_do_not_act_beside_those_that_could(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice it fails at the very end, with rules that listen already, entities of templates, and the file open."""
    announce, tries = Rules.announce_start, 0

    async def announced(rules: Rules) -> None:
        await announce(rules)

    def failing(rules: Rules) -> Any:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OSError("not yet")
        return announced(rules)

    monkeypatch.setattr(Rules, "announce_start", failing)
    kept = "template: [{sensor: {name: twice, state: \"{{ states('sensor.n') | int * 2 }}\"}}]\n"
    stage = Stage(tmp_path, rule("one", "a").replace("    - delay: 5\n", ""), START)
    (tmp_path / "rules" / "package.yaml").write_text(kept)
    await stage.home.process.open(["props", "rules"])
    await settle(60)
    await stage.home.clock.advance(10)
    assert tries == 3
    stage.told()
    view = stage.rules.engine.view
    assert len(view._watchers_of_all) == 1, "of the last try alone"
    assert [len(watchers) for id, watchers in view._watchers.items() if id == "sensor.n"] in ([1], [])
    await stage.set("sensor.n", "4")
    assert stage.services() == [("light.a", "turn_on")]
    assert view.states["sensor.twice"].state == "8"
    await stage.home.process.close()
