"""Damaged, forged and foreign backups: each is refused with its reason, and a restore of it changes nothing."""

import json
import os
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.backup import manifest as manifests
from integrations.backup.archive import SEAL, seal
from integrations.backup.manifest import MANIFEST, BackupError, dump
from integrations.backup.verifying import verify
from tests.integrations.backup.sample import (
    Member,
    back_up,
    bring_back,
    make_home,
    repack,
    snapshot,
    unpack,
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("home")
    back_up(make_home(root), root / "home.tar.gz")
    return root / "home.tar.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    back_up(make_home(tmp_path), tmp_path / "plain", plain=True)
    return tmp_path / "plain"


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[Path, str], None]:
    """Says that a backup is refused, and that an attempt to restore it changes nothing, with --force too."""
    root = tmp_path / "existing"
    make_home(root)

    def check(place: Path, reason: str) -> None:
        before = snapshot(root)
        with pytest.raises(BackupError, match=reason):
            verify(place)
        for force in (False, True):
            with pytest.raises(BackupError, match=reason):
                bring_back(place, root, force=force)
        with pytest.raises(BackupError, match=reason):
            bring_back(place, tmp_path / "empty")
        assert snapshot(root) == before
        assert not (tmp_path / "empty").exists()

    return check


def test_every_part_of_an_archive_counts(archive: Path, tmp_path: Path, refused: Callable[[Path, str], None]) -> None:
    place = tmp_path / "spoilt.tar.gz"
    count = len(unpack(archive))
    assert count > 8
    for number in range(count):
        for spoil in (_flip, _shorten, _lengthen):
            members = unpack(archive)
            info, content = members[number]
            members[number] = (info, spoil(content))
            repack(place, members)
            refused(place, "changed|instead of|cannot be read")
        members = unpack(archive)
        missing = members.pop(number)[0].name
        repack(place, members)
        refused(place, "lacks its part" if missing != MANIFEST else f"no {MANIFEST}")


def _flip(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def _shorten(content: bytes) -> bytes:
    return content[:-1]


def _lengthen(content: bytes) -> bytes:
    return content + b"\n"


def test_an_untouched_copy_is_accepted(archive: Path, tmp_path: Path) -> None:
    repack(tmp_path / "copy.tar.gz", unpack(archive))
    assert verify(tmp_path / "copy.tar.gz") == verify(archive)


def test_every_part_of_a_folder_counts(folder: Path, refused: Callable[[Path, str], None]) -> None:
    files = [Path(where, name) for where, _, names in os.walk(folder) for name in names]
    assert len(files) > 8
    for file in files:
        content = file.read_bytes()
        for spoil in (_flip, _shorten, _lengthen):
            file.write_bytes(spoil(content))
            refused(folder, "changed|instead of|cannot be read")
        file.unlink()
        refused(folder, "lacks its part|no backup")
        file.write_bytes(content)
    (folder / "data" / "more").write_text("x")
    refused(folder, "knows nothing")
    (folder / "data" / "more").unlink()
    (folder / "data" / "more").symlink_to("/etc/hostname")
    refused(folder, "a link or no file")
    (folder / "data" / "more").unlink()
    (folder / "data" / "more").symlink_to("/etc")
    refused(folder, "a link or no file")
    (folder / "data" / "more").unlink()
    verify(folder)


@pytest.mark.proof
def test_wherever_it_is_cut_it_is_refused(archive: Path, tmp_path: Path, portion: Callable[[int], int]) -> None:
    content, place, dice = archive.read_bytes(), tmp_path / "cut.tar.gz", random.Random(1)
    ends = [0, 1, 10, 512, *range(len(content) - 120, len(content))]
    for end in [*ends, *(dice.randrange(len(content)) for _ in range(portion(1000)))]:
        place.write_bytes(content[:end])
        with pytest.raises(BackupError, match="is cut off, or no backup at all"):
            verify(place)


@pytest.mark.proof
def test_whatever_byte_is_changed_it_is_refused(archive: Path, tmp_path: Path, portion: Callable[[int], int]) -> None:
    content, place, dice = archive.read_bytes(), tmp_path / "spoilt.tar.gz", random.Random(2)
    places = [*range(12), *range(len(content) - 120, len(content))]
    for at in [*places, *(dice.randrange(len(content)) for _ in range(portion(1000)))]:
        spoilt = bytearray(content)
        spoilt[at] ^= dice.randrange(1, 256)
        place.write_bytes(spoilt)
        with pytest.raises(BackupError, match=r"is damaged|is cut off"):
            verify(place)


@pytest.mark.proof
def test_a_damaged_pack_with_a_right_seal_is_refused_or_the_same(
    archive: Path, tmp_path: Path, portion: Callable[[int], int]
) -> None:
    """A forger who seals anew what he changed blindly: every other check stands behind the seal."""
    content, place, dice = archive.read_bytes()[:-SEAL], tmp_path / "spoilt.tar.gz", random.Random(4)
    manifest = verify(archive)
    for _ in range(portion(1000)):
        spoilt = bytearray(content)
        spoilt[dice.randrange(len(content))] ^= dice.randrange(1, 256)
        kept = spoilt if dice.random() < 0.5 else spoilt[: dice.randrange(len(spoilt))]
        place.write_bytes(kept)
        with place.open("r+b") as file:
            seal(file)
        try:
            found = verify(place)
        except BackupError:
            continue
        assert found == manifest  # another spelling of the very same content


def test_what_stands_behind_the_end_is_refused(archive: Path, tmp_path: Path) -> None:
    place = tmp_path / "longer.tar.gz"
    for more in (b"x", archive.read_bytes()):
        place.write_bytes(archive.read_bytes() + more)
        with pytest.raises(BackupError, match=r"is damaged|is cut off"):
            verify(place)


@pytest.mark.parametrize(
    "name",
    [
        *("../escaped", "data/../../escaped", "/data/x", "data//x", "data/./x", "data", "rules", "etc/passwd"),
        *("data/x/../y", "data\\x", "data/new\nline", "rules/", "C:/data/x"),
    ],
)
def test_no_name_leads_out_of_the_folder(
    archive: Path, tmp_path: Path, refused: Callable[[Path, str], None], name: str
) -> None:
    place, members = tmp_path / "evil.tar.gz", unpack(archive)
    members.insert(0, (tarfile.TarInfo(name), b"evil"))
    _seal_with(members, name)
    repack(place, members)
    refused(place, "not acceptable|no file")


def _seal_with(members: list[Member], name: str) -> None:
    """A forger who knows the format: the manifest names the part and its sum is right."""
    info, text = members[-1]
    content = json.loads(text)["manifest"]
    sum_ = "5" * 64
    content["parts"] = sorted(
        [*content["parts"], {"path": name, "size": 4, "sha256": sum_, "database": False}], key=lambda part: part["path"]
    )
    sealed = {"manifest": content, "sha256": manifests._seal(content)}
    members[-1] = (info, manifests._spelled(sealed))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_members_are_plain_files_or_refused(
    archive: Path, tmp_path: Path, refused: Callable[[Path, str], None], kind: bytes
) -> None:
    place, members = tmp_path / "evil.tar.gz", unpack(archive)
    info = tarfile.TarInfo("data/x")
    info.type, info.linkname = kind, "/etc/passwd"
    members.insert(0, (info, b""))
    repack(place, members)
    refused(place, "a link or no file")


@pytest.mark.parametrize(
    "name", ["data/home.lock", "data/backups/x", "data/.lock", "data/broker/passwd", "rules/.git/x"]
)
def test_a_backup_holds_only_what_backups_hold(
    archive: Path, tmp_path: Path, refused: Callable[[Path, str], None], name: str
) -> None:
    place, members = tmp_path / "evil.tar.gz", unpack(archive)
    members.insert(0, (tarfile.TarInfo(name), b"evil"))
    _seal_with(members, name)
    repack(place, members)
    refused(place, "which no backup of homeserver does")


def test_nothing_comes_twice_or_behind_the_manifest(archive: Path, tmp_path: Path) -> None:
    place, members = tmp_path / "evil.tar.gz", unpack(archive)
    repack(place, [members[0], *members])
    with pytest.raises(BackupError, match="twice"):
        verify(place)
    repack(place, [*members, members[0]])
    with pytest.raises(BackupError, match="behind its"):
        verify(place)


def test_a_lie_about_a_size_costs_no_memory(archive: Path, tmp_path: Path) -> None:
    place, members = tmp_path / "evil.tar.gz", unpack(archive)
    info = tarfile.TarInfo(MANIFEST)
    repack(place, [*members[:-1], (info, b"[" * (manifests.LARGEST + 1))])
    with pytest.raises(BackupError, match="more than any that homeserver writes"):
        verify(place)
    repack(place, [*members[:-1], (info, b"[" * 100_000)])
    with pytest.raises(BackupError, match="cannot be read"):
        verify(place)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("format", 2, "has format 2, this version of homeserver reads format 1"),
        ("version", "99.0.0", r"made by homeserver 99\.0\.0, this is .*: update homeserver first"),
        ("version", None, "cannot be read"),
        ("parts", [{"path": "data/x"}], "cannot be read"),
        ("more", 1, "cannot be read"),
    ],
)
def test_other_versions_are_refused(
    archive: Path, tmp_path: Path, refused: Callable[[Path, str], None], field: str, value: object, reason: str
) -> None:
    place, members = tmp_path / "other.tar.gz", unpack(archive)
    info, text = members[-1]
    content = {**json.loads(text)["manifest"], field: value}
    members[-1] = (info, manifests._spelled({"manifest": content, "sha256": manifests._seal(content)}))
    repack(place, members)
    refused(place, reason)


def test_a_manifest_is_read_as_it_was_written(archive: Path) -> None:
    manifest = verify(archive)
    assert manifests.parse(dump(manifest)) == manifest


@pytest.mark.parametrize("content", [b"", b"no backup", b"\x1f\x8b", bytes(5000)])
def test_foreign_files_are_no_backups(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BackupError, match=r"no backup at all|cut off"):
        verify(tmp_path / "file")
    with pytest.raises(BackupError, match="there is no backup"):
        verify(tmp_path / "nothing")
