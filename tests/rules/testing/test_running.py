"""How tests of rules are found, read and compared; what the stage does with the home's own helpers."""

from datetime import datetime
from pathlib import Path

import pytest

from homeserver.rules.program import RunError
from homeserver.rules.testing.rule_test import Expected, read_tests, subject
from homeserver.rules.testing.running import compared, files_of_tests
from homeserver.rules.testing.scenery import Told
from homeserver.rules.testing.stage import Stage

HELPERS = "input_number: {n: {min: 0, max: 9, initial: 2}}\ninput_boolean: {guest: {}}"
ON = Expected("light.turn_on", "light.a", {"brightness": 3}, None, 7)


def told(name: str = "light.turn_on", entity_id: str = "light.a", at: float = 0.0, **data: object) -> Told:
    return Told(at, name, entity_id, {"brightness": 3, **data})


@pytest.mark.parametrize(
    ("then", "came", "fault"),
    [
        ([ON], [told()], ""),
        ([ON], [told(transition=2)], ""),
        ([Expected("light.turn_on", "", {}, 5.0, 1)], [told(at=5.4)], ""),
        ([Expected("light.turn_on", "", {}, 5.0, 1)], [told(at=5.6)], "it came after 5.6 s"),
        ([ON], [], "line 7: light.turn_on light.a, brightness: 3 was expected, and nothing more came"),
        ([ON], [told(brightness=4)], "brightness was 4"),
        ([ON], [told(entity_id="light.b")], "but light.turn_on light.b, brightness: 3 after 0 s came"),
        ([], [told()], "light.turn_on light.a, brightness: 3 after 0 s came, and was not expected"),
        ([ON, ON], [told()], "nothing more came"),
    ],
)
def test_comparing(then: list[Expected], came: list[Told], fault: str) -> None:
    faults = compared(then, came)
    assert bool(faults) == bool(fault)
    assert fault in " ".join(faults)


def test_order_counts() -> None:
    first, second = Expected("light.turn_on", "", {}, None, 1), Expected("light.turn_off", "", {}, None, 2)
    came = [told("light.turn_off"), told("light.turn_on")]
    assert compared([second, first], came) == []
    assert len(compared([first, second], came)) == 1


def test_which_files_are_tests_and_what_they_are_about(tmp_path: Path) -> None:
    for name in ("hall.yaml", "hall.test.yaml", ".x.test.yaml", "deep/attic.test.yml", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = [path.relative_to(tmp_path).as_posix() for path in files_of_tests(tmp_path)]
    assert found == ["deep/attic.test.yml", "hall.test.yaml"]
    assert [path.name for path in files_of_tests(tmp_path / "hall.yaml")] == ["hall.test.yaml"]
    assert subject(tmp_path / "hall.test.yaml") == tmp_path / "hall.yaml"


def test_entities_of_one_expectation_are_one_command_each(tmp_path: Path) -> None:
    path = tmp_path / "x.test.yaml"
    path.write_text("- test: a\n  then:\n    - light.turn_on: {entity_id: [light.a, light.b], after: '00:01:00'}\n")
    ((test,), problems) = read_tests(path, "x.test.yaml")
    assert problems == []
    assert [(one.entity_id, one.after, one.line) for one in test.then] == [("light.a", 60.0, 3), ("light.b", 60.0, 3)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("test: a", "a file of tests is a list"),
        ("- 5", "a test is a mapping with test, given, when and then"),
        ("- {test: a, then: [], at: tomorrow}", "at must be a time such as"),
        ("- {test: a, then: [{wait: 5, then: 6}]}", "an expected command is written light.turn_on: light.hall"),
        ("- {test: a, then: [], thne: []}", "unknown field 'thne'; did you mean then?"),
        ("- {test: a, then: [], when: [{wait: soon}]}", "no length of time"),
        ("- {test: a, then: [], when: [nothing]}", "a step is a mapping such as wait: 60"),
        ("- {test: a\n", "no YAML"),
    ],
)
def test_faults_of_files_are_told_in_words(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "x.test.yaml"
    path.write_text(text)
    _, problems = read_tests(path, "x.test.yaml")
    assert fault in " ".join(str(problem) for problem in problems)


async def test_helpers_are_given_and_are_what_they_were_in_the_next_test(tmp_path: Path) -> None:
    (tmp_path / "package.yaml").write_text(HELPERS)
    async with Stage(tmp_path, []) as stage:
        view = stage.engine.view
        at = datetime(2026, 1, 5, 12, 0)  # noqa: DTZ001 - the home's own time
        await stage.begin(at, {}, {"input_number.n": ("7", {}), "input_boolean.guest": ("on", {})}, {})
        assert [view.states[id].state for id in ("input_number.n", "input_boolean.guest")] == ["7.0", "on"]
        await stage.begin(at, {}, {}, {})
        assert [view.states[id].state for id in ("input_number.n", "input_boolean.guest")] == ["2.0", "off"]
        assert stage.clock.now().astimezone(stage.engine.zone).replace(tzinfo=None) == at
        with pytest.raises(RunError, match="a test cannot say what sun"):
            await stage.begin(at, {}, {"sun.sun": ("above_horizon", {})}, {})
