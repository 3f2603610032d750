"""Files below a folder: no link, pipe or device leads anywhere else."""

import os
from pathlib import Path

import pytest

from homeserver.runtime.blobs.files import NoSuchFileError, chunks, facts_of, look, open_beneath


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.db").write_bytes(b"secret")
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "film.mkv").write_bytes(b"film")
    (root / "out").symlink_to(tmp_path)
    (root / "deep" / "link").symlink_to(tmp_path / "secret.db")
    (root / "own").symlink_to(root / "deep")
    os.mkfifo(root / "pipe")
    return root


def test_a_file_below_the_folder_opens(root: Path) -> None:
    file = open_beneath(root, "deep/film.mkv")
    assert os.read(file, 10) == b"film"
    assert facts_of(file).length == 4
    os.close(file)


def test_the_folder_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert look(tmp_path / "alias", "deep/film.mkv").length == 4


@pytest.mark.parametrize(
    "path",
    [
        "../secret.db",
        "out/secret.db",
        "deep/link",
        "own/film.mkv",
        "pipe",
        "deep",
        "nothing",
        "deep/film.mkv/x",
        "/etc/passwd",
        "deep/../../secret.db",
        "",
        ".",
    ],
)
def test_nothing_else_does_and_no_descriptor_is_left(root: Path, path: str) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(NoSuchFileError):
        open_beneath(root, path)
    assert len(os.listdir("/proc/self/fd")) == before


def test_another_content_has_another_etag(root: Path) -> None:
    before = look(root, "deep/film.mkv").etag
    (root / "deep" / "film.mkv").write_bytes(b"mlif")
    assert look(root, "deep/film.mkv").etag != before


async def test_a_file_that_became_shorter_is_noticed(root: Path) -> None:
    file = open_beneath(root, "deep/film.mkv")
    with pytest.raises(NoSuchFileError, match="shorter"):
        [chunk async for chunk in chunks(file, 2, 8)]
    os.close(file)
