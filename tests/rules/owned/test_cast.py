"""What a folder names is cast: ids, order, and what happens when the same is read again."""

from pathlib import Path

from homeserver.rules.owned.cast import Cast
from homeserver.runtime.clock import settle
from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage

ALL = """
input_boolean: {one: }
group: {all_of_them: {entities: [input_boolean.one]}}
template: [{binary_sensor: [{name: Mirror, state: "{{ is_state('input_boolean.one', 'on') }}"}]}]
scene: [{name: Quiet, entities: {input_boolean.one: "off"}}]
script: {tell: {sequence: [{action: input_boolean.toggle, target: {entity_id: input_boolean.one}}]}}
automation:
  - {alias: Ümläute & more, triggers: {trigger: state, entity_id: group.all_of_them}, actions: []}
  - {id: given, triggers: {trigger: state, entity_id: input_boolean.one}, actions: []}
"""


async def test_every_kind_is_there(tmp_path: Path) -> None:
    async with Stage(tmp_path, ALL) as stage:
        cast: Cast = stage.rules.cast
        assert set(stage.rules.owner.things) == {
            "sun.sun",
            "input_boolean.one",
            "group.all_of_them",
            "binary_sensor.mirror",
            "scene.quiet",
            "script.tell",
            "automation.umlaute_more",
            "automation.given",
        }
        assert cast.problems == []
        assert cast.rule_of("given") == "given"
        found = cast.automation("given")
        assert found is not None
        assert found.entity_id == "automation.given"
        assert (cast.rule_of("nobody"), cast.automation("nobody")) == (None, None)


async def test_what_one_makes_of_the_other_is_right_from_the_start(tmp_path: Path) -> None:
    """Groups and templates of helpers see what the helpers were before the restart."""
    async with Stage(tmp_path, ALL) as stage:
        await tell(stage, "script.tell", "turn_on")
        assert [state(stage, id) for id in ("group.all_of_them", "binary_sensor.mirror")] == ["on", "on"]
        await tell(stage, "scene.quiet", "turn_on")
        assert [state(stage, id) for id in ("group.all_of_them", "binary_sensor.mirror")] == ["off", "off"]
        await tell(stage, "script.tell", "turn_on")
    async with Stage(tmp_path, ALL) as stage:
        assert [state(stage, id) for id in ("group.all_of_them", "binary_sensor.mirror")] == ["on", "on"]


async def test_a_script_that_changed_is_another_one_and_keeps_its_entity(tmp_path: Path) -> None:
    async with Stage(tmp_path, ALL) as stage:
        before = stage.rules.cast.scripts["tell"]
        await stage.rules._load()
        assert stage.rules.cast.scripts["tell"] is before
        stage.file.write_text(ALL.replace("input_boolean.toggle", "input_boolean.turn_on"))
        await stage.rules._load()
        await settle()
        assert stage.rules.cast.scripts["tell"] is not before
        for _ in range(2):
            await tell(stage, "script.tell", "turn_on")
            assert state(stage, "input_boolean.one") == "on"
        stage.file.write_text(ALL.replace("script: {tell:", "script: {say:"))
        await stage.rules._load()
        await settle()
        offered = {name for name in stage.rules.engine.offers if name.startswith("script.")} - {"script.reload"}
        assert offered == {"script.say"}
        assert "script.tell" not in stage.rules.engine.view.configs


async def test_a_helper_without_a_good_name_is_refused(tmp_path: Path) -> None:
    async with Stage(tmp_path, "input_boolean: {'Living room!': }") as stage:
        assert "use a-z, 0-9 and _" in str(stage.rules.book.problems[0])


TWO = """
- {id: a, alias: Quiet, triggers: {trigger: state, entity_id: input_boolean.one}, actions: []}
- {id: b, alias: Loud, triggers: {trigger: state, entity_id: input_boolean.one}, actions: []}
"""


async def written(stage: Stage, text: str) -> None:
    stage.file.write_text(text)
    await stage.rules._load()
    await settle()


async def test_a_rule_is_called_what_its_file_says_and_stays_what_it_was(tmp_path: Path) -> None:
    called = TWO.replace("alias: Quiet", "alias: Quiet, default_entity_id: automation.hush")
    async with Stage(tmp_path, TWO) as stage:
        await tell(stage, "automation.quiet", "turn_off")
        await written(stage, called)
        assert state(stage, "automation.hush") == "off", "it was switched off under its former id"
        assert "automation.quiet" not in stage.rules.engine.view.configs
        assert {id: rule.enabled for id, rule in stage.rules.rules.items()} == {"a": False, "b": True}
        await tell(stage, "automation.hush", "turn_on")
        assert {id: rule.enabled for id, rule in stage.rules.rules.items()} == {"a": True, "b": True}
    async with Stage(tmp_path, called) as stage:
        assert state(stage, "automation.hush") == "on"
        assert "automation.quiet" not in stage.rules.owner.things


async def test_the_id_of_another_rule_brings_nothing_of_it_along(tmp_path: Path) -> None:
    swapped = TWO.replace("alias: Quiet", "alias: Quiet, default_entity_id: automation.loud")
    async with Stage(tmp_path, TWO) as stage:
        await tell(stage, "automation.loud", "turn_off")
        await written(stage, swapped)
        assert stage.rules.cast.rule_of("loud") == "a"
        assert (state(stage, "automation.loud"), stage.rules.rules["a"].enabled) == ("on", True)
        assert (state(stage, "automation.loud_2"), stage.rules.rules["b"].enabled) == ("off", False)
        assert stage.rules.book.problems == []


async def test_of_two_rules_that_are_called_the_same_the_first_is(tmp_path: Path) -> None:
    same = TWO.replace("triggers", "default_entity_id: automation.same, triggers")
    async with Stage(tmp_path, same) as stage:
        assert (stage.rules.cast.rule_of("same"), stage.rules.cast.rule_of("loud")) == ("a", "b")
        (problem,) = stage.rules.book.problems
        assert (problem.rule, problem.severity) == ("b", "warning")
        assert problem.text == "another rule has automation.same: give this one an id of its own"
    wrong = TWO.replace("alias: Quiet", "alias: Quiet, default_entity_id: light.quiet")
    async with Stage(tmp_path / "other", wrong) as stage:
        (problem,) = stage.rules.book.problems
        assert problem.text == "default_entity_id must be like automation.hall_light, not 'light.quiet'"
