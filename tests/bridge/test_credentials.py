"""The token and the sessions on disk."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeserver.bridge.credentials import LIFE, MOST, Credentials, TokenError, token_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)


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


def test_a_session_lives_for_its_time_and_over_a_restart(tmp_path: Path) -> None:
    session = Credentials(tmp_path).open_session(NOW)
    again = Credentials(tmp_path)
    assert again.is_session(session, NOW + LIFE - timedelta(seconds=1))
    assert not again.is_session(session, NOW + LIFE)
    again.close_session(session)
    assert not Credentials(tmp_path).is_session(session, NOW)


def test_neither_session_nor_token_stand_in_the_session_file(tmp_path: Path) -> None:
    session = Credentials(tmp_path).open_session(NOW)
    path = tmp_path / "http-sessions.json"
    assert session not in path.read_text()
    assert token_of(tmp_path) not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_oldest_session_makes_room(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path)
    sessions = [credentials.open_session(NOW + timedelta(seconds=n)) for n in range(MOST + 1)]
    assert [credentials.is_session(session, NOW) for session in sessions] == [False] + [True] * MOST


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"a": "b"}'])
def test_a_damaged_session_file_means_signing_in_again(tmp_path: Path, content: str) -> None:
    session = Credentials(tmp_path).open_session(NOW)
    (tmp_path / "http-sessions.json").write_text(content)
    credentials = Credentials(tmp_path)
    assert not credentials.is_session(session, NOW)
    assert credentials.is_session(credentials.open_session(NOW), NOW)
