"""Names that are ours, pages that are ours."""

import socket

import pytest

from homeserver.bridge.origins import answers_to


@pytest.mark.parametrize(
    ("host", "http_host", "ours"),
    [
        ("home.lan:8321", "home.lan", True),
        ("HOME.lan", "home.lan", True),
        ("home.lan.evil.example", "home.lan", False),
        ("192.168.0.7:8321", "192.168.0.7", True),
        ("192.168.0.8:8321", "192.168.0.7", False),
        ("192.168.0.8:8321", "0.0.0.0", True),
        ("[fd00::1]:8321", "::", True),
        ("evil.example", "0.0.0.0", False),
        (socket.gethostname(), "0.0.0.0", True),
        ("localhost", "0.0.0.0", True),
        ("0", "127.0.0.1", False),
    ],
)
def test_the_names_of_a_home(host: str, http_host: str, ours: bool) -> None:
    assert answers_to(host, http_host) is ours
