"""Which files hold rules, and which of them are read again."""

import os
from pathlib import Path

from homeserver.rules.reading.folder import Folder
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


async def test_two_files_with_one_id_are_told(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "same")
    write(tmp_path, "b.yaml", "same")
    book = await Folder(tmp_path).read(TEMPLATES)
    assert book.rules["same"].file == "a.yaml"
    assert [str(problem) for problem in book.problems] == [
        "b.yaml:1: id: another rule has the id 'same' (a.yaml:1): give this one its own"
    ]
