"""A configuration folder is somebody else's: what is opened, how much of it, and how a fault in it is told."""

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant import folder as room
from homeserver.cli.homeassistant.folder import Folder, Stored
from homeserver.cli.homeassistant.importers import read
from homeserver.cli.homeassistant.source import Source
from homeserver.rules.reading import yaml_source
from tests.cli.homeassistant.folders import broken, modern, storage

ENTITIES = Stored("core.entity_registry", (1,), "entities")


def test_secrets_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modern(tmp_path)
    for name in ("auth", "auth_provider.homeassistant", "cloud", "http.auth", "core.uuid"):
        storage(tmp_path, name, 1, 1, {"secret": "hunter2"})
    opened: list[str] = []
    really = os.open

    def note(path: str | Path, *arguments: object, **more: object) -> int:
        opened.append(str(path).removeprefix(str(tmp_path)))
        return really(path, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", note)
    found = list(read(Source(Folder(tmp_path))))
    assert "core.entity_registry" in opened
    assert "zones.yaml" in opened
    assert not {name for name in opened if "auth" in name or "secret" in name or "cloud" in name}
    assert "hunter2" not in str(found)
    assert "1.5" not in str(found)


@pytest.mark.parametrize(
    "name", [".storage/auth", ".storage/core.config_entries", "secrets.yaml", "../x.yaml", ".x.yaml"]
)
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Failure, match="is not opened"):
        Folder(modern(tmp_path)).text(name)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("zone: []")
    inside = modern(tmp_path / "config")
    (inside / "zones.yaml").unlink()
    (inside / "zones.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(Failure, match=r"zones\.yaml is a link, which is not followed"):
        list(read(Source(Folder(inside))))


def test_nor_is_a_folder_that_is_a_link(tmp_path: Path) -> None:
    inside = modern(tmp_path / "config")
    (inside / ".storage").rename(tmp_path / "elsewhere")
    (inside / ".storage").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Failure, match="is a link"):
        Folder(inside)


@pytest.mark.parametrize("name", ["packages", "packages/more.yaml", "blueprints/automation/you", "custom_templates"])
def test_nor_a_link_among_what_is_included(tmp_path: Path, name: str) -> None:
    """Passing it over would lose what people wrote, without a word."""
    (tmp_path / "outside").mkdir()
    inside = modern(tmp_path / "config")
    if (inside / name).is_dir():
        shutil.rmtree(inside / name)
    (inside / name).symlink_to(tmp_path / "outside")
    with pytest.raises(Failure, match=f"{name} is a link, which is not followed"):
        list(read(Source(Folder(inside))))


@pytest.mark.parametrize("name", [b"b\xff.yaml", b"new\nline.yaml"])
def test_a_name_that_cannot_be_said(tmp_path: Path, name: bytes) -> None:
    modern(tmp_path)
    with open(os.fsencode(tmp_path / "packages") + b"/" + name, "w") as file:
        file.write("input_boolean:\n")
    with pytest.raises(Failure, match="holds signs that are none: rename it") as raised:
        list(read(Source(Folder(tmp_path))))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    "include",
    ["!include ../x.yaml", "!include /etc/x.yaml", "!include_dir_list ..", "!include_dir_list packages/../.."],
)
def test_what_lies_outside_is_not_included(tmp_path: Path, include: str) -> None:
    (modern(tmp_path) / "configuration.yaml").write_text(f"x: 1\nzone: {include}\n")
    with pytest.raises(Failure, match=r"configuration\.yaml:2: .* lies outside the folder and is not read"):
        list(read(Source(Folder(tmp_path))))


def test_files_that_include_each_other_come_to_an_end(tmp_path: Path) -> None:
    (modern(tmp_path) / "configuration.yaml").write_text("zone: !include configuration.yaml\n")
    assert list(read(Source(Folder(tmp_path))))


def test_each_file_is_read_once_however_often_it_is_included(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def counted(text: str) -> yaml_source.Document:
        parsed.append(text)
        return yaml_source.read(text)

    monkeypatch.setattr("homeserver.cli.homeassistant.folder.read", counted)
    (modern(tmp_path) / "configuration.yaml").write_text("zone: !include_dir_merge_list parts\n")
    (tmp_path / "parts").mkdir()
    for number in range(12):
        (tmp_path / "parts" / f"{number}.yaml").write_text(f"a{number}: !include_dir_merge_list ../parts\n")
    Folder(tmp_path).yaml("configuration.yaml")
    assert len(parsed) == len(set(parsed)) == 13


def test_a_pipe_and_a_giant_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = modern(tmp_path) / ".storage" / "zone"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Failure, match="is no ordinary file"):
        Folder(tmp_path).text(".storage/zone")
    monkeypatch.setattr(room, "LARGEST", 100)
    with pytest.raises(Failure, match=r"core\.entity_registry is larger than"):
        Folder(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"version": 1, "data": {"entities": [', r"core\.entity_registry:1: no JSON: .*; copy the folder again"),
        ("[" * 100_000, "no JSON"),
        ("[]", "needs `version` and `data`, an object"),
        ('{"version": 1, "data": []}', "needs `version` and `data`"),
        ('{"version": 2, "data": {"entities": []}}', "`version` is 2; this homeserver reads 1: update it"),
        ('{"version": 1, "data": {"entities": {}}}', r"`data\.entities` must be a list"),
        ('{"version": 1, "data": {}}', r"`data\.entities` must be a list"),
    ],
)
def test_a_fault_names_file_key_and_remedy(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(Failure, match=reason):
        list(read(Source(Folder(broken(tmp_path, text=text)))))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (modern(tmp_path) / ".storage" / "zone").write_bytes(b'{"version": 1, "data": "\xff"}')
    with pytest.raises(Failure, match=r"zone: it is not UTF-8 text \(byte 24\)"):
        list(read(Source(Folder(tmp_path))))


def test_yaml_that_is_none(tmp_path: Path) -> None:
    (modern(tmp_path) / "zones.yaml").write_text("- name: School\n latitude: 1\n")
    with pytest.raises(Failure, match=r"zones\.yaml:2: no YAML"):
        list(read(Source(Folder(tmp_path))))


def test_no_content_whatever_breaks_more_than_a_sentence(tmp_path: Path) -> None:
    """Values of any file are exchanged for others; then it is read, or refused with a reason that names the file."""
    dice, told = random.Random(3), list[tuple[Path, str]]()
    pristine = modern(tmp_path / "pristine")
    files = sorted(path for path in pristine.rglob("*") if path.is_file())
    for number in range(120):
        folder = tmp_path / f"{number}"
        shutil.copytree(pristine, folder)
        path = folder / dice.choice(files).relative_to(pristine)
        path.write_text(_spoilt(path.read_text(), dice, is_json=path.parent.name == ".storage"))
        try:
            list(read(Source(Folder(folder))))
        except Failure as failure:
            told.append((folder, str(failure)))
        shutil.rmtree(folder)
    assert len(told) > 10
    assert [text for folder, text in told if str(folder) not in text and ".storage/" not in text] == []


def _spoilt(text: str, dice: random.Random, *, is_json: bool) -> str:
    if is_json and dice.random() < 0.8:
        document = json.loads(text)
        for _ in range(dice.randint(1, 4)):
            _spoil(document, dice)
        return json.dumps(document)
    place = dice.randrange(len(text))
    return (
        text[:place]
        + dice.choice(["", "[", "{", "\0", "!x ", ": ", "&a *a", "\n- "])
        + text[place + dice.randrange(9) :]
    )


def _spoil(value: Any, dice: random.Random) -> None:
    """Exchange one value somewhere below."""
    while isinstance(value, dict | list) and value:
        key = dice.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if not isinstance(value[key], dict | list) or dice.random() < 0.2:
            value[key] = dice.choice([None, True, -1, 1e308, "", "x" * 5000, [], {}, [[]], ["a", 1], {"a": None}])
            return
        value = value[key]


def test_a_folder_that_is_something_else(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="is no folder"):
        Folder(tmp_path / "none")
    with pytest.raises(Failure, match=r"with the hidden folder \.storage in it"):
        Folder(tmp_path)
