"""Ports of this machine: whether one is free to listen on, where a listener is found, and by whom. Keeps nothing."""

import ipaddress
import socket


class StartError(Exception):
    """The home cannot start; the text says why and what to do."""


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach a listener on this address; no name but `localhost` says so."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def reachable(host: str) -> str:
    """An address at which a program on this machine finds a listener on `host`."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared only


def check_free(host: str, port: int, option: str, what: str) -> None:
    """Say so in words, before anything starts, when somebody else listens there; raises `StartError`."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"{what} cannot listen on {host or '*'}:{port} ({error.strerror}): choose another port with {option}"
            ) from error
