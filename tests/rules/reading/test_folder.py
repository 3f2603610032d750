"""Which files hold rules, and which of them are read again."""

import os
from pathlib import Path

import pytest

from homeserver.rules.reading.folder import Folder
from homeserver.rules.reading.problem import RuleError
from homeserver.view.templates import Templates

RULE = "- id: {id}\n  triggers: []\n  actions: []\n"
TEMPLATES = Templates()


def write(root: Path, name: str, id: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RULE.format(id=id))
    return path


async def test_takes_rule_files_in_order_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/x.yml", "a/.hidden.yaml", ".git/y.yaml", "c.test.yaml", "d.txt", "a.yaml"):
        write(tmp_path, name, name.replace("/", "_").replace(".", "_"))
    folder = Folder(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in folder.files()] == ["a.yaml", "b.yaml", "a/x.yml"]
    assert list((await folder.read(TEMPLATES)).rules) == ["a_yaml", "b_yaml", "a_x_yml"]


async def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "nowhere")
    assert (await folder.read(TEMPLATES)).rules == {}
    assert not folder.changed()


async def test_sees_what_changed_and_reads_only_that(tmp_path: Path) -> None:
    one, two = write(tmp_path, "one.yaml", "one"), write(tmp_path, "two.yaml", "two")
    folder = Folder(tmp_path)
    assert folder.changed()
    first = await folder.read(TEMPLATES)
    assert not folder.changed()
    one.write_text(RULE.format(id="other"))
    os.utime(one, (1, 1))
    assert folder.changed()
    second = await folder.read(TEMPLATES)
    assert list(second.rules) == ["other", "two"]
    assert second.rules["two"] is first.rules["two"]
    two.unlink()
    assert folder.changed()
    assert list((await folder.read(TEMPLATES)).rules) == ["other"]


def put(path: Path, text: str) -> None:
    """Write a file that looks changed, however quickly one follows the other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stamp = path.stat().st_mtime + 10 if path.exists() else None
    path.write_text(text)
    if stamp is not None:
        os.utime(path, (stamp, stamp))


@pytest.mark.parametrize(
    ("rules", "name", "before", "after"),
    [
        ("- !include part.txt", "part.txt", "{id: a, triggers: [], actions: []}", "{id: b, triggers: [], actions: []}"),
        (
            "- !include part.yaml",
            "part.yaml",
            "{id: a, triggers: [], actions: []}",
            "{id: b, triggers: [], actions: []}",
        ),
        ("!include_dir_list parts", "parts/x.yaml", "{id: a, triggers: [], actions: []}", ""),
        ("- {id: a, alias: !secret x, triggers: [], actions: []}", "secrets.yaml", "x: 1", "y: 1"),
        ("- {id: a, use_blueprint: {path: x.yaml}}", "blueprints/automation/x.yaml", "{x}, triggers: []}", "{x}}"),
    ],
)
async def test_a_change_of_what_a_file_needs_is_a_change_of_it(
    tmp_path: Path, rules: str, name: str, before: str, after: str
) -> None:
    blueprint = "blueprint: {name: x, domain: automation}, actions: []"
    put(tmp_path / "rules.yaml", rules)
    put(tmp_path / "other.yaml", RULE.format(id="other"))
    put(tmp_path / name, before.replace("{x}", f"{{{blueprint}"))
    folder = Folder(tmp_path)
    first = await folder.read(TEMPLATES)
    assert list(first.rules) == ["other", "a"]
    assert not folder.changed()
    put(tmp_path / name, after.replace("{x}", f"{{{blueprint}, mode: wrong"))
    assert folder.changed()
    second = await folder.read(TEMPLATES)
    assert "a" not in second.rules
    assert second.rules["other"] is first.rules["other"]
    (tmp_path / name).unlink()
    assert folder.changed()


async def test_what_a_file_needs_may_appear_later(tmp_path: Path) -> None:
    put(tmp_path / "rules.yaml", "!include_dir_list parts")
    put(tmp_path / "deep" / "more.yaml", "- {id: c, alias: !secret x, triggers: [], actions: []}")
    folder = Folder(tmp_path)
    assert (await folder.read(TEMPLATES)).rules == {}
    put(tmp_path / "parts" / "a.yaml", "{id: a, triggers: [], actions: []}")
    put(tmp_path / "secrets.yaml", "x: Lamp")
    assert folder.changed()
    assert sorted((await folder.read(TEMPLATES)).rules) == ["a", "c"]


async def test_a_part_is_not_read_on_its_own(tmp_path: Path) -> None:
    """And is again when nothing includes it any more."""
    put(tmp_path / "a.yaml", RULE.format(id="part"))
    put(tmp_path / "b.yaml", "- !include a.yaml")
    folder = Folder(tmp_path)
    book = await folder.read(TEMPLATES)
    assert [(rule.id, rule.file) for rule in book.rules.values()] == [("part", "a.yaml")]
    assert book.problems == []
    put(tmp_path / "b.yaml", RULE.format(id="other"))
    assert sorted((await folder.read(TEMPLATES)).rules) == ["other", "part"]
    put(tmp_path / "b.yaml", "- !include a.yaml")
    assert sorted((await folder.read(TEMPLATES)).rules) == ["part"]


async def test_a_configuration_says_what_there_is(tmp_path: Path) -> None:
    """As in Home Assistant: what configuration.yaml does not name is not read."""
    put(
        tmp_path / "configuration.yaml",
        "default_config:\nautomation: !include automations.yaml\nscript: !include s.yaml",
    )
    put(tmp_path / "automations.yaml", RULE.format(id="one"))
    put(tmp_path / "s.yaml", "two: {sequence: []}")
    put(tmp_path / "zigbee2mqtt" / "configuration.yaml", "mqtt: {}")
    put(tmp_path / "ui-lovelace.yaml", "views: []")
    book = await Folder(tmp_path).read(TEMPLATES)
    assert (list(book.rules), list(book.scripts), book.problems) == (["one"], ["two"], [])
    assert (book.rules["one"].file, book.scripts["two"].file) == ("automations.yaml", "s.yaml")


async def test_the_shelf_holds_no_secret_and_knows_parts_and_blueprints(tmp_path: Path) -> None:
    long = "".join(f"# {'x' * 100}\n" for _ in range(100))
    rules = tmp_path / "rules"
    put(rules / "a.yaml", f"{long}- {{id: a, use_blueprint: {{path: x.yaml}}, alias: !secret pw}}\n- !include b.txt\n")
    put(rules / "b.txt", f"{long}{{id: b, triggers: [], actions: []}}\n")
    put(
        rules / "blueprints" / "automation" / "x.yaml",
        f"{long}{{blueprint: {{name: x, domain: automation}}, actions: []}}",
    )
    put(rules / "secrets.yaml", f"{long}pw: hunter2\n")
    shelf = tmp_path / "shelf"
    first = await Folder(rules, shelf).read(TEMPLATES)
    assert [rule.alias for rule in first.rules.values()] == ["!secret pw", "b"]
    content = shelf.read_bytes()
    assert b"hunter2" not in content
    assert shelf.stat().st_mode & 0o777 == 0o600
    for name in (b"a.yaml", b"b.txt", b"blueprints/automation/x.yaml"):
        assert name in content
    second = await Folder(rules, shelf).read(TEMPLATES)
    assert [(rule.id, rule.print, rule.line) for rule in second.rules.values()] == [
        (rule.id, rule.print, rule.line) for rule in first.rules.values()
    ]


async def test_rules_are_kept_as_written_for_who_asks(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "- {alias: Hall, triggers: [], actions: []}")
    put(tmp_path / "b.yaml", "- {alias: Hall, mode: x, triggers: [], actions: []}")
    assert (await Folder(tmp_path).read(TEMPLATES)).written is None
    book = await Folder(tmp_path, written=True).read(TEMPLATES)
    assert book.written is not None
    assert [(key, node.get("mode")) for key, (node, _) in book.written.items()] == [("hall", None), ("hall_2", "x")]
    problem = book.written["hall_2"][1](RuleError("no", 1), "hall_2", "error")
    assert str(problem) == "b.yaml:1: no"


async def test_two_files_with_one_id_are_told(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "same")
    write(tmp_path, "b.yaml", "same")
    book = await Folder(tmp_path).read(TEMPLATES)
    assert book.rules["same"].file == "a.yaml"
    assert [str(problem) for problem in book.problems] == [
        "b.yaml:1: id: another rule has the id 'same' (a.yaml:1): give this one its own"
    ]


async def test_what_a_broken_file_said_before_goes_on_until_it_can_be_read(tmp_path: Path) -> None:
    one, _ = write(tmp_path, "one.yaml", "one"), write(tmp_path, "two.yaml", "two")
    folder = Folder(tmp_path)
    first = await folder.read(TEMPLATES)
    put(one, "- id: [half")
    broken = await folder.read(TEMPLATES)
    assert broken.rules["one"] is first.rules["one"]
    [told] = broken.problems
    assert str(told).startswith("one.yaml:2: no YAML:")
    assert told.text.endswith("; until then what was read before goes on")
    put(one, "- id: {half")
    assert list((again := await folder.read(TEMPLATES)).rules) == ["one", "two"]
    assert len(again.problems) == 1
    put(one, RULE.format(id="whole"))
    whole = await folder.read(TEMPLATES)
    assert (list(whole.rules), whole.problems) == (["whole", "two"], [])
    one.unlink()
    assert list((await folder.read(TEMPLATES)).rules) == ["two"]


async def test_what_a_broken_part_of_a_file_said_before_goes_on_too(tmp_path: Path) -> None:
    put(tmp_path / "configuration.yaml", "automation: !include automations.yaml\nscript: !include scripts.yaml\n")
    put(tmp_path / "automations.yaml", RULE.format(id="one"))
    put(tmp_path / "scripts.yaml", "hello: {sequence: []}\n")
    folder = Folder(tmp_path)
    await folder.read(TEMPLATES)
    put(tmp_path / "automations.yaml", "- id: 'half\n")
    book = await folder.read(TEMPLATES)
    assert (list(book.rules), list(book.scripts)) == (["one"], ["hello"])
    assert [(problem.file, problem.line) for problem in book.problems] == [("automations.yaml", 2)]
    put(tmp_path / "automations.yaml", RULE.format(id="two"))
    assert list((await folder.read(TEMPLATES)).rules) == ["two"]


async def test_what_includes_a_broken_file_from_the_start_is_read_as_it_changes(tmp_path: Path) -> None:
    put(tmp_path / "configuration.yaml", "automation: !include_dir_merge_list all\n")
    put(tmp_path / "all" / "a.yaml", "- id: 'half\n")
    put(tmp_path / "all" / "b.yaml", RULE.format(id="one"))
    folder = Folder(tmp_path)
    assert list((await folder.read(TEMPLATES)).rules) == ["one"]
    put(tmp_path / "all" / "b.yaml", RULE.format(id="two"))
    assert list((await folder.read(TEMPLATES)).rules) == ["two"]


async def test_what_a_broken_file_includes_is_not_read_twice(tmp_path: Path) -> None:
    put(tmp_path / "a.yaml", "- !include parts/b.yaml\n")
    put(tmp_path / "parts" / "b.yaml", "id: one\ntriggers: []\nactions: []\n")
    folder = Folder(tmp_path)
    assert list((await folder.read(TEMPLATES)).rules) == ["one"]
    put(tmp_path / "a.yaml", "- [\n")
    book = await folder.read(TEMPLATES)
    assert (list(book.rules), len(book.problems)) == (["one"], 1)
