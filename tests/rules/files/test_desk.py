"""Files of rules through calls: written only when nothing is wrong, kept before they change, and nothing but rules."""

import os
from pathlib import Path

import pytest

from homeserver.rules.file_words import (
    FILE_DIFFERENCE,
    FILE_VERSIONS,
    LIST_FILES,
    LONGEST,
    READ_FILE,
    REMOVE_FILE,
    RESTORE_FILE,
    WRITE_FILE,
    AskFileDifference,
    AskFileVersions,
    ListFiles,
    ReadFile,
    RemoveFile,
    RestoreFile,
    WriteFile,
)
from homeserver.rules.files.archive import KEPT
from homeserver.rules.versions.library import kept_names
from homeserver.rules.words import CHECK_RULES, CheckRules
from homeserver.topics.call import CallError
from tests.rules.stage import Stage

FILE = """- id: first
  triggers: [{trigger: state, entity_id: light.a, to: "on"}]
  actions: [{action: light.turn_on, target: {entity_id: light.b}}]
"""
OTHER = FILE.replace("first", "second").replace("turn_on", "turn_off")
STATES = {"light.a": "off", "light.b": "off"}


async def test_what_is_written_is_in_force_at_once_and_can_be_undone(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        call = stage.rules.house.call
        read = await call(READ_FILE, ReadFile(path="test.yaml"))
        changed = FILE.replace("turn_on", "turn_off")
        done = await call(WRITE_FILE, WriteFile(path="test.yaml", text=changed, expected=read.hash))
        assert (done.rules, done.problems) == (["first"], [])
        await stage.set("light.a", "on")
        assert stage.services() == [("light.b", "turn_off")]
        told = await call(FILE_DIFFERENCE, AskFileDifference(path="test.yaml", to=done.version))
        assert "-  actions: [{action: light.turn_on, target" in told.diff
        assert "+  actions: [{action: light.turn_off, target" in told.diff
        assert done.before is not None
        undo = RestoreFile(path="test.yaml", version=done.before, expected=done.hash)
        back = await call(RESTORE_FILE, undo)
        assert back.hash == read.hash
        assert stage.file.read_text() == FILE
        versions = (await call(FILE_VERSIONS, AskFileVersions(path="test.yaml"))).versions
        assert [row.by for row in versions] == ["process.core", "process.core", ""]


async def test_a_file_that_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        call = stage.rules.house.call
        read = await call(READ_FILE, ReadFile(path="test.yaml"))
        stage.file.write_text(OTHER)
        for request in (
            (WRITE_FILE, WriteFile(path="test.yaml", text=FILE + "\n", expected=read.hash)),
            (
                REMOVE_FILE,
                RemoveFile(path="test.yaml", expected=read.hash),
            ),
        ):
            with pytest.raises(CallError, match="was changed meanwhile") as refused:
                await call(*request)
            assert (refused.value.error.code, refused.value.error.field) == ("conflict", "expected")
        with pytest.raises(CallError, match="is there already"):
            await call(WRITE_FILE, WriteFile(path="test.yaml", text=FILE))
        assert stage.file.read_text() == OTHER


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FILE.replace("turn_on", "turn_onn"), "not written: test.yaml, line 3, column"),
        (FILE.replace("to: ", "too: "), "line 2"),
        (FILE + "  [", "line 5, column 1: no YAML"),
    ],
)
async def test_a_text_with_a_fault_is_not_written(tmp_path: Path, text: str, told: str) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        call = stage.rules.house.call
        read = await call(READ_FILE, ReadFile(path="test.yaml"))
        with pytest.raises(CallError, match=told) as refused:
            await call(WRITE_FILE, WriteFile(path="test.yaml", text=text, expected=read.hash))
        assert (refused.value.error.code, refused.value.error.field) == ("invalid", "text")
        assert stage.file.read_text() == FILE
        assert (await call(FILE_VERSIONS, AskFileVersions(path="test.yaml"))).versions == []
        assert [path.name for path in stage.file.parent.iterdir()] == ["test.yaml"], "nothing half written is left"


async def test_a_new_file_and_one_that_is_removed_and_brought_back(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        call = stage.rules.house.call
        done = await call(WRITE_FILE, WriteFile(path="hall/Licht am Abend.yaml", text=OTHER))
        assert (done.rules, done.before) == (["second"], None)
        assert {"first", "second"} <= set(kept_names(stage.rules.book))
        assert (stage.file.parent / "hall/Licht am Abend.yaml").stat().st_mode & 0o777 & ~0o644 == 0
        gone = await call(REMOVE_FILE, RemoveFile(path="hall/Licht am Abend.yaml", expected=done.hash))
        assert (gone.hash, gone.rules, gone.before) == ("", [], done.version)
        assert set(kept_names(stage.rules.book)) == {"first"}
        listed = (await call(LIST_FILES, ListFiles())).files
        assert [(row.path, row.gone) for row in listed] == [("test.yaml", False), ("hall/Licht am Abend.yaml", True)]
        await call(RESTORE_FILE, RestoreFile(path="hall/Licht am Abend.yaml", version=done.version))
        assert set(kept_names(stage.rules.book)) == {"first", "second"}
        undo = RestoreFile(path="hall/Licht am Abend.yaml", version=gone.version, expected=done.hash)
        with pytest.raises(CallError, match="in this version there was no file"):
            await call(RESTORE_FILE, undo)


@pytest.mark.parametrize(
    "path",
    [
        *("../out.yaml", "/etc/out.yaml", "a/../../out.yaml", "./out.yaml", ".hidden.yaml", "a/.git/x.yaml", ""),
        *("a//b.yaml", "a\\b.yaml", "out.py", "out.yaml\n", "out.yaml\0", "con\x1b.yaml", "secrets.yaml"),
        *("deep/secrets.yaml", "out/evil.yaml", "link.yaml", "other.yaml", f"{'a' * 90}.yaml"),
    ],
)
async def test_nothing_but_files_of_rules_is_touched(tmp_path: Path, path: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "evil.yaml").write_text("secret: x")
    async with Stage(tmp_path, FILE, STATES) as stage:
        root = stage.file.parent
        (root / "secrets.yaml").write_text("code: 1234")
        (root / "out").symlink_to(outside)
        (root / "link.yaml").symlink_to(outside / "evil.yaml")
        (root / "other.yaml").symlink_to(root / "secrets.yaml")
        before = {place: os.stat(place).st_mtime_ns for place in tmp_path.rglob("*.yaml")}
        call = stage.rules.house.call
        for asked in (
            (READ_FILE, ReadFile(path=path)),
            (WRITE_FILE, WriteFile(path=path, text=OTHER)),
            (REMOVE_FILE, RemoveFile(path=path)),
            (RESTORE_FILE, RestoreFile(path=path, version=1)),
            (FILE_VERSIONS, AskFileVersions(path=path)),
            (FILE_DIFFERENCE, AskFileDifference(path=path)),
        ):
            with pytest.raises(CallError) as refused:
                await call(*asked)
            assert refused.value.error.code in ("invalid", "denied", "not_found")
            assert "1234" not in str(refused.value)
        assert {place: os.stat(place).st_mtime_ns for place in tmp_path.rglob("*.yaml")} == before
        assert [row.path for row in (await call(LIST_FILES, ListFiles())).files] == ["test.yaml"]


async def test_a_file_that_others_include_is_tried_with_them(tmp_path: Path) -> None:
    async with Stage(tmp_path, "", STATES) as stage:
        call, root = stage.rules.house.call, stage.file.parent
        (root / "configuration.yaml").write_text("automation: !include automations.yaml\n")
        (root / "automations.yaml").write_text(FILE)
        await stage.rules._load()
        kinds = {row.path: row.kind for row in (await call(LIST_FILES, ListFiles())).files}
        assert kinds == {"automations.yaml": "part", "configuration.yaml": "rules", "test.yaml": "other"}
        read = await call(READ_FILE, ReadFile(path="automations.yaml"))
        wrong = FILE.replace("turn_on", "turn_onn")
        with pytest.raises(CallError, match=r"not written: automations.yaml, line 3.*turn_onn"):
            await call(WRITE_FILE, WriteFile(path="automations.yaml", text=wrong, expected=read.hash))
        assert (root / "automations.yaml").read_text() == FILE
        told = await call(CHECK_RULES, CheckRules(text=wrong, file="automations.yaml"))
        assert told.problems[0].line == 3
        assert (await call(CHECK_RULES, CheckRules(text=OTHER, file="automations.yaml"))).problems == []
        await call(WRITE_FILE, WriteFile(path="automations.yaml", text=OTHER, expected=read.hash))
        assert set(kept_names(stage.rules.book)) == {"second"}


async def test_a_hundred_versions_are_kept_and_each_says_what_it_said(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        call = stage.rules.house.call
        hash = (await call(READ_FILE, ReadFile(path="test.yaml"))).hash
        for number in range(KEPT + 5):
            done = await call(WRITE_FILE, WriteFile(path="test.yaml", text=f"# {number}\n{FILE}", expected=hash))
            hash = done.hash
        versions = (await call(FILE_VERSIONS, AskFileVersions(path="test.yaml"))).versions
        assert len(versions) == KEPT
        oldest = await call(READ_FILE, ReadFile(path="test.yaml", version=versions[-1].version))
        assert oldest.text == f"# 5\n{FILE}"
        with pytest.raises(CallError, match=r"no version 1 of test.yaml is kept"):
            await call(READ_FILE, ReadFile(path="test.yaml", version=1))


async def test_what_is_too_long_or_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        call = stage.rules.house.call
        (stage.file.parent / "latin.yaml").write_bytes(b"- alias: K\xfcche\n")
        with pytest.raises(CallError, match=r"latin.yaml is not UTF-8"):
            await call(READ_FILE, ReadFile(path="latin.yaml"))
        with pytest.raises(ValueError, match="at most"):
            WriteFile(path="a.yaml", text="x" * (LONGEST + 1))
        (stage.file.parent / "folder").write_text("")
        with pytest.raises(CallError, match=r"folder/a.yaml cannot be written"):
            await call(WRITE_FILE, WriteFile(path="folder/a.yaml", text=OTHER))


async def test_what_is_only_looked_at_is_written_nowhere(tmp_path: Path) -> None:
    async with Stage(tmp_path, FILE, STATES) as stage:
        call = stage.rules.house.call
        (tmp_path / "outside.yaml").write_text("secret: x")
        for path in ("../outside.yaml", str(tmp_path / "outside.yaml"), "../../../../../../tmp/new.yaml"):
            before = {place: place.read_bytes() for place in tmp_path.rglob("*.yaml")}
            told = await call(CHECK_RULES, CheckRules(text=OTHER, file=path))
            assert all(one.severity == "warning" for one in told.problems)
            assert {place: place.read_bytes() for place in tmp_path.rglob("*.yaml")} == before
