"""The key on disk."""

from pathlib import Path

import pytest

from homeserver.bridge.credentials import Credentials, TokenError, token_of


def test_the_token_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    token = token_of(tmp_path)
    assert len(token) >= 43
    assert token_of(tmp_path) == token
    assert (tmp_path / "http-token").stat().st_mode & 0o777 == 0o600


def test_a_token_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    token_of(tmp_path)
    (tmp_path / "http-token").chmod(0o644)
    token_of(tmp_path)
    assert (tmp_path / "http-token").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"short\n", "ü".encode() * 40])
def test_a_bad_token_file_is_not_trusted(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "http-token").write_bytes(content)
    with pytest.raises(TokenError, match="http-token"):
        Credentials(tmp_path)


def test_a_token_is_compared_whole(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path)
    token = token_of(tmp_path)
    assert credentials.is_token(token)
    for wrong in ("", token[:-1], token + "a", token.upper(), "\udcff", "ü"):
        assert not credentials.is_token(wrong)


def test_the_mark_tells_keys_apart_and_nothing_of_them(tmp_path: Path) -> None:
    first, mark = token_of(tmp_path), Credentials(tmp_path).mark
    assert Credentials(tmp_path).mark == mark
    assert first not in mark
    (tmp_path / "http-token").unlink()
    assert Credentials(tmp_path).mark != mark
