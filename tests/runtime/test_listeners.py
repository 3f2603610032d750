"""What is kept of the listeners that were asked for, and what becomes of nonsense."""

from pathlib import Path

import pytest

from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.listeners import (
    FILE,
    Listeners,
    ListenersError,
    PlainListener,
    SecureListener,
    files_of,
    read_listeners,
    write_listeners,
)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    assert read_listeners(tmp_path) == Listeners()
    asked = Listeners(tls=SecureListener(port=8884, names=("home.example.org",)), plain=PlainListener(host="10.0.0.7"))
    write_listeners(tmp_path, asked)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert read_listeners(tmp_path) == asked
    own = tmp_path / "tls"
    assert asked.for_broker(tmp_path) == (
        Listener(8884, "", own / "broker.pem", own / "broker.key"), Listener(1884, "10.0.0.7")
    )  # fmt: skip
    write_listeners(tmp_path, Listeners())
    assert not (tmp_path / FILE).exists()


def test_given_files_go_to_the_broker_as_they_are(tmp_path: Path) -> None:
    given = SecureListener(certificate=tmp_path / "a b.pem", key=tmp_path / "a.key")
    assert Listeners(tls=given).for_broker(tmp_path) == (Listener(8883, "", tmp_path / "a b.pem", tmp_path / "a.key"),)
    assert files_of(given, tmp_path)[2] is None  # vouched for by somebody whom everybody trusts


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("nonsense", "not JSON.*remove the file"),
        ('{"tls": {"port": 0}}', r"tls\.port"),
        ('{"plain": {"host": "0.0.0.0\\nallow_anonymous true"}}', r"plain\.host.*neither a host name"),
        ('{"tls": {"certificate": "/a.pem"}}', "certificate and key belong together"),
        ('{"tls": {"certificate": "a.pem", "key": "/k"}}', r"tls\.certificate.*absolute"),
        ('{"tls": {"certificate": "/a\\nuser root", "key": "/k"}}', r"tls\.certificate.*printable"),
        ('{"tls": {}, "plain": {"port": 8883}}', "port 8883 cannot be both"),
        ('{"telnet": {}}', "telnet"),
    ],
)
def test_nonsense_is_refused_by_file_and_field(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ListenersError, match=rf"(?s){FILE}: .*{where}"):
        read_listeners(tmp_path)
