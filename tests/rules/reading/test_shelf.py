"""A shelf gives back what the reader of YAML made, and is never in the way."""

import marshal
from pathlib import Path

import pytest

from homeserver.rules.reading import shelf as shelf_module
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.yaml_source import Document, Map, Seq, SourceError, Tagged, read

BASE = """\
- &first
  id: one
  on: [yes, 1, 2.5, .5, ~, 0x1F, "1", 12:30]
  5: number as key
  true: word as key
  text: |
    two
    lines
  secret: !secret name
  tagged: !include {file: [a, b]}
- <<: *first
  id: two
  id: three
  nothing:
- *first
"""
LONG = BASE + "".join(f"- {{id: more_{number}, empty: {{}}, list: []}}\n" for number in range(400))


def shape(value: object) -> object:
    """A value with all that it knows of its place."""
    if isinstance(value, Map):
        return ("map", value.line, [(key, shape(part)) for key, part in value.items()], value.lines)
    if isinstance(value, Seq):
        return ("seq", value.line, [shape(part) for part in value], value.lines)
    if isinstance(value, Tagged):
        return ("tagged", value.tag, value.line, shape(value.value))
    return (type(value), value)


def everything(document: Document) -> object:
    return shape(document.root), document.line, document.remarks


def kept(path: Path, text: str, name: str = "a.yaml") -> None:
    shelf = Shelf(path)
    shelf.document(name, text)
    shelf.put_away({name})


def read_never(text: str) -> Document:
    raise AssertionError("the shelf had it")


def test_gives_back_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path / "shelf", LONG)
    monkeypatch.setattr(shelf_module, "read", read_never)
    again = Shelf(tmp_path / "shelf").document("a.yaml", LONG)
    assert everything(again) == everything(read(LONG))
    assert again.remarks


def test_reads_again_what_changed(tmp_path: Path) -> None:
    kept(tmp_path / "shelf", LONG)
    changed = LONG.replace("more_7,", "other,")
    again = Shelf(tmp_path / "shelf").document("a.yaml", changed)
    assert everything(again) == everything(read(changed))


def test_a_faulty_file_is_told_every_time(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    for _ in range(2):
        with pytest.raises(SourceError):
            shelf.document("a.yaml", LONG + "- [")


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"x" * 40, b"\xff\xfe\n{}" * 20])
def test_a_damaged_shelf_is_an_empty_one(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "shelf"
    path.write_bytes(damage)
    assert everything(Shelf(path).document("a.yaml", LONG)) == everything(read(LONG))


def test_one_wrong_letter_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "shelf"
    kept(path, LONG)
    path.write_bytes(path.read_bytes().replace(b"more_7", b"more_8", 1))
    assert everything(Shelf(path).document("a.yaml", LONG)) == everything(read(LONG))


def test_what_another_reader_made_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shelf"
    kept(path, LONG)
    monkeypatch.setattr(shelf_module, "_FORM", b"the next version")
    monkeypatch.setattr(shelf_module, "_unpacked", read_never)
    assert everything(Shelf(path).document("a.yaml", LONG)) == everything(read(LONG))


def test_keeps_only_files_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "shelf"
    shelf = Shelf(path)
    shelf.document("gone.yaml", LONG)
    shelf.document("here.yaml", LONG + "\n")
    shelf.put_away({"here.yaml"})
    assert list(marshal.loads(path.read_bytes()[shelf_module._DIGEST :])) == ["here.yaml"]


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf(tmp_path / "nowhere" / "shelf")
    assert everything(shelf.document("a.yaml", LONG)) == everything(read(LONG))
    shelf.put_away({"a.yaml"})
    assert "cannot be written" in caplog.text


def test_small_files_are_kept_too_where_that_is_quicker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of a thousand rules in files of their own is as common as one file of a thousand."""
    text = "".join(f"- {{id: more_{number}, triggers: [], actions: []}}\n" for number in range(20))
    kept(tmp_path / "shelf", text)
    monkeypatch.setattr(shelf_module, "read", read_never)
    assert len(Shelf(tmp_path / "shelf").document("a.yaml", text).root) == 20
