"""Which addresses only this machine can reach, where a listener is found, and what is said of a port that is taken."""

import socket

import pytest

from homeserver.runtime.ports import StartError, check_free, is_loopback, reachable


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.2", "::1", "localhost"])
def test_addresses_of_this_machine_alone(host: str) -> None:
    assert is_loopback(host)
    assert reachable(host) == host


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.168.1.2", "nas.local", "127.0.0.1.example.org", "127.nas"])
def test_addresses_that_others_reach(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(("host", "there"), [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "::1")])
def test_a_listener_on_every_address_is_found_here(host: str, there: str) -> None:
    assert reachable(host) == there


def test_a_port_that_is_taken_is_named_with_its_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=rf"the page cannot listen on 127\.0\.0\.1:{port} .*--http-port"):
            check_free("127.0.0.1", port, "--http-port", "the page")
    check_free("127.0.0.1", port, "--http-port", "the page")
