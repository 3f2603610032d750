"""Seals: nobody without the key makes one, and none can be changed or spelt otherwise."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.runtime.blobs.seals import BadSealError, seal, shared_key, unseal

KEY = b"k" * 32


def test_what_was_sealed_is_read_again_by_the_same_key_only() -> None:
    word = seal(KEY, "blob", 1, 2.5, None, "Amélie")
    assert unseal(KEY, word) == ["blob", 1, 2.5, None, "Amélie"]
    with pytest.raises(BadSealError):
        unseal(b"x" * 32, word)


def test_every_change_of_one_letter_is_noticed() -> None:
    word, chance = seal(KEY, "blob", "films", "a/b.mkv", "person.anna"), random.Random(1)
    for place in range(len(word)):
        other = chance.choice([letter for letter in "abcXYZ019-_." if letter != word[place]])
        with pytest.raises(BadSealError):
            unseal(KEY, word[:place] + other + word[place + 1 :])


@given(st.text())
def test_nothing_else_is_a_seal(text: str) -> None:
    with pytest.raises(BadSealError):
        unseal(KEY, text)


def test_processes_that_share_a_folder_share_its_key(tmp_path: Path) -> None:
    assert shared_key(tmp_path) == shared_key(tmp_path)
    assert len(shared_key(tmp_path)) == 32
    assert (tmp_path / "blob-key").stat().st_mode & 0o777 == 0o600
    assert shared_key(tmp_path / "other") != shared_key(tmp_path)
