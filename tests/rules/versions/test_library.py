"""Every text of a rule is kept, told, compared, and brought back into its file; nothing beside it moves."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from homeserver.rules.trace_words import TRACES, AskTraces
from homeserver.rules.version_words import DIFFERENCE, REVERT, VERSIONS, AskDifference, AskVersions, Revert
from homeserver.rules.versions.passage import passage, replaced
from homeserver.topics.call import CallError
from tests.rules.stage import Stage

FILE = """# Rules of the hall
- id: first
  triggers: [{trigger: state, entity_id: light.a, to: "on"}]
  actions: [{action: light.turn_on, target: {entity_id: light.b}}]

# the second one
- alias: Second
  triggers: [{trigger: state, entity_id: light.b, to: "on"}]
  actions:
    # a remark in it
    - {action: light.turn_off, target: {entity_id: light.a}}

- id: third
  triggers: [{trigger: state, entity_id: light.c}]
  actions: []
"""
STATES = {"light.a": "off", "light.b": "off", "light.c": "off"}


async def saved(stage: Stage, text: str) -> None:
    stage.file.write_text(text)
    await stage.rules._load()


async def test_each_saved_text_is_a_version_and_one_revert_brings_it_back(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES, zone="Asia/Kolkata") as stage:
        call = stage.rules.house.call
        await stage.wait(0)
        changed = FILE.replace("light.turn_off", "light.toggle")
        await saved(stage, changed)
        await saved(stage, changed.replace("# Rules", "# All rules"))
        found = await call(VERSIONS, AskVersions(rule="second"))
        assert [row.version for row in found.versions] == [2, 1]
        assert len((await call(VERSIONS, AskVersions(rule="first"))).versions) == 1
        told = await call(DIFFERENCE, AskDifference(rule="automation.second"))
        assert (told.since, told.to) == (1, 2)
        read = f"{found.versions[1].at.astimezone(ZoneInfo('Asia/Kolkata')):%Y-%m-%d %H:%M:%S}"
        assert told.diff.startswith(f"--- second version 1, {read}\n"), "as people of this home read the time"
        assert "-    - {action: light.turn_off, target" in told.diff
        assert "+    - {action: light.toggle, target" in told.diff
        done = await call(REVERT, Revert(rule="second"))
        assert (done.version, done.file, done.problems) == (1, "test.yaml", [])
        assert stage.file.read_text() == FILE.replace("# Rules", "# All rules")
        await stage.set("light.a", "on")
        await stage.set("light.b", "on")
        assert stage.services()[-1] == ("light.a", "turn_off")
        await call(REVERT, Revert(rule="second"))
        assert "light.toggle" in stage.file.read_text()


async def test_versions_survive_a_restart_and_a_rule_that_is_gone(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        await stage.wait(0)
    async with Stage(tmp_path, FILE, STATES) as stage:
        await stage.wait(0)
        call = stage.rules.house.call
        assert len((await call(VERSIONS, AskVersions(rule="third"))).versions) == 1
        await saved(stage, FILE.partition("\n- id: third")[0])
        assert len((await call(VERSIONS, AskVersions(rule="third"))).versions) == 1
        with pytest.raises(CallError, match="third is in no file now"):
            await call(REVERT, Revert(rule="third", version=1))


async def test_a_file_that_went_back_while_nobody_looked_is_a_version_and_one_that_did_not_is_none(
    tmp_path: Path,
) -> None:
    changed = FILE.replace("light.turn_off", "light.toggle")
    for text, count in ((FILE, 1), (changed, 2), (changed, 2), (FILE, 3), (FILE, 3)):
        async with Stage(tmp_path, text, STATES) as stage:
            await stage.wait(0)
            found = await stage.rules.house.call(VERSIONS, AskVersions(rule="second"))
            assert len(found.versions) == count
            others = await stage.rules.house.call(VERSIONS, AskVersions(rule="first"))
            assert len(others.versions) == 1


async def test_a_rule_that_moves_to_another_file_and_back_is_kept_each_time(tmp_path: Path) -> None:
    """The file that it comes back to says what it said before."""
    other = (
        FILE.replace("light.turn_off", "light.toggle").partition("# the second one\n")[2].partition("\n- id: third")[0]
    )
    async with Stage(tmp_path, FILE, STATES) as stage:
        await stage.wait(0)
        call, aside = stage.rules.house.call, stage.file.with_name("other.yaml")
        stage.file.write_text(FILE.replace("- alias: Second", "- alias: Another"))
        aside.write_text(other)
        await stage.rules._load()
        assert [row.file for row in (await call(VERSIONS, AskVersions(rule="second"))).versions] == [
            "other.yaml",
            "test.yaml",
        ]
        aside.unlink()
        await saved(stage, FILE)
        found = await call(VERSIONS, AskVersions(rule="second"))
        assert [row.file for row in found.versions] == ["test.yaml", "other.yaml", "test.yaml"]


async def test_what_cannot_be_is_told_in_words(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        await stage.wait(0)
        call = stage.rules.house.call
        with pytest.raises(CallError, match="it has only ever had this one text"):
            await call(REVERT, Revert(rule="first"))
        with pytest.raises(CallError, match="there is no version 7: there are 1 to 1"):
            await call(DIFFERENCE, AskDifference(rule="first", to=7))
        with pytest.raises(CallError, match="there is no rule 'secnd'; did you mean second"):
            await call(VERSIONS, AskVersions(rule="secnd"))


async def test_a_faulty_text_is_a_version_too_and_can_be_left(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        await stage.wait(0)
        await saved(stage, FILE.replace("trigger: state, entity_id: light.b", "trigger: stat, entity_id: light.b"))
        assert "second" in stage.rules.book.refused
        done = await stage.rules.house.call(REVERT, Revert(rule="second"))
        assert done.problems == []
        assert stage.file.read_text() == FILE


def test_passages() -> None:
    lines = FILE.splitlines(keepends=True)
    texts = ["".join(lines[found.begin : found.end]) for found in (passage(lines, line) for line in (2, 7, 13))]
    assert texts[0].endswith("light.b}}]\n")
    assert texts[1].startswith("- alias: Second")
    assert "a remark in it" in texts[1]
    assert texts[2] == FILE[FILE.index("- id: third") :]
    scripts = "script:\n  one:\n    sequence: []\n\n  two:\n    sequence: []\n".splitlines(keepends=True)
    found = passage(scripts, 2)
    assert "".join(scripts[found.begin : found.end]) == "  one:\n    sequence: []\n"
    whole = ["triggers: []\n", "actions: []\n"]
    assert passage(whole, 1).end == 2


def test_a_text_is_put_in_at_the_depth_that_the_rule_has_now() -> None:
    inner = "automation:\n  - id: a\n    actions: []\n  - id: b\n    actions: []\n"
    assert replaced(inner, 2, "- id: a\n  mode: single\n") == (
        "automation:\n  - id: a\n    mode: single\n  - id: b\n    actions: []\n"
    )


@settings(max_examples=200, deadline=None)
@given(some.lists(some.integers(0, 4), min_size=1, max_size=6), some.data())
def test_replacing_a_rule_by_itself_changes_nothing(shapes: list[int], data: some.DataObject) -> None:
    """Whatever stands between and within the rules."""
    gaps = ["", "\n", "# remark\n", "\n# remark\n\n", "\n\n"]
    text, starts = "", []
    for number, shape in enumerate(shapes):
        text += gaps[shape]
        starts.append(text.count("\n") + 1)
        text += f"- id: r{number}\n  actions:\n    - delay: 1\n" + (
            "    # inside\n\n    - delay: 2\n" if shape % 2 else ""
        )
    line = data.draw(some.sampled_from(starts))
    lines = text.splitlines(keepends=True)
    found = passage(lines, line)
    assert replaced(text, line, "".join(lines[found.begin : found.end])) == text
    assert lines[found.begin].startswith("- id: r")
    assert sum(each.startswith("- id") for each in lines[found.begin : found.end]) == 1


async def test_a_revert_finds_the_rule_where_it_stands_now(tmp_path: Path) -> None:
    """The file may have been saved a moment ago, and not been read yet."""
    async with Stage(tmp_path, FILE, STATES) as stage:
        await stage.wait(0)
        await saved(stage, FILE.replace("light.turn_off", "light.toggle"))
        new = "- id: new\n  triggers: []\n  actions: []\n"
        stage.file.write_text(new + stage.file.read_text())
        await stage.rules.house.call(REVERT, Revert(rule="second"))
        assert stage.file.read_text() == new + FILE


async def test_scripts_beside_each_other_have_texts_of_their_own(tmp_path: Path) -> None:
    """The first one of a file too, and one whose name has a remark or an anchor beside it."""
    bodies = [f"{name}\n  sequence: []\n" for name in ("one:", "two: # the second", "three: &three")]
    (tmp_path / "rules").mkdir()
    file = tmp_path / "rules" / "scripts.yaml"
    file.write_text("".join(bodies))
    async with Stage(tmp_path, "[]", STATES) as stage:
        await stage.wait(0)
        kept = [stage.rules.versions.of(f"script.{id}") for id in ("one", "two", "three")]
        assert [[version.text for version in each] for each in kept] == [[body] for body in bodies]
        changed = bodies[0] + "  mode: queued\n" + bodies[1] + "  mode: queued\n" + bodies[2]
        file.write_text(changed)
        await stage.rules._load()
        await stage.rules.house.call(REVERT, Revert(rule="script.one"))
        assert file.read_text() == changed.replace("  mode: queued\n", "", 1)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("17", "17"), ("Lamp of the hall", "17"), ("automation.lamp_of_the_hall", "17"), ("greet", "script.greet")],
)
async def test_a_rule_is_known_by_id_alias_entity_and_a_script_by_its_name(
    tmp_path: Path, asked: str, meant: str
) -> None:
    rules = (
        "automation: [{id: '17', alias: Lamp of the hall, triggers: [], actions: []}]\nscript: {greet: {sequence: []}}"
    )
    async with Stage(tmp_path, rules, STATES) as stage:
        await stage.wait(0)
        assert (await stage.rules.house.call(VERSIONS, AskVersions(rule=asked))).rule == meant
        assert (await stage.rules.house.call(TRACES, AskTraces(rule=asked))).rule == meant
