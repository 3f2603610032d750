"""Which paths may name a file of a worker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from homeserver.topics.blob import StoragePath, storage_path


class Shelf(BaseModel):
    path: StoragePath


@pytest.mark.parametrize("path", ["a", "a/b.txt", "Films/Amélie (2001).mkv", ".hidden", "a..b", "..."])
def test_paths_that_lead_down(path: str) -> None:
    assert Shelf(path=path).path == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../a",
        "a/../b",
        "a/..",
        ".",
        "a/./b",
        "a//b",
        "a/",
        "a\0b",
        "a\nb",
        "a\\b",
        "\ud800",
        "x" * 256,
        "ab/" * 1400 + "c",
        "a\u202eb",
    ],
)
def test_paths_that_do_not(path: str) -> None:
    with pytest.raises(ValidationError):
        Shelf(path=path)


@given(st.text())
def test_what_is_accepted_stays_below(path: str) -> None:
    try:
        accepted = storage_path(path)
    except ValueError:
        return
    assert not accepted.startswith("/")
    assert not {"", ".", ".."} & set(accepted.split("/"))
