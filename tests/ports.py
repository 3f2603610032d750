"""Ports for the servers of the tests.

What a system gives when asked for any port comes from the range that outgoing connections use too: between the asking
and the server's start somebody else may have it. These lie below that range, and each process of the test run has
ports of its own.
"""

import itertools
import os
import random
import re
import socket
from collections.abc import Iterator
from typing import Final

_FIRST: Final = 11_000  # above those that browsers refuse to visit
_LAST: Final = 32_000
_SHARES: Final = 16


def _of_this_process() -> Iterator[int]:
    """Each at most once; where it starts is left to chance, for other runs on this machine."""
    worker = re.search(r"\d+", os.environ.get("PYTEST_XDIST_WORKER", ""))
    share = (int(worker[0]) if worker else os.getpid()) % _SHARES
    ports = list(range(_FIRST + share, _LAST, _SHARES))
    start = random.SystemRandom().randrange(len(ports))
    return itertools.chain(ports[start:], ports[:start])


_ports: Final = _of_this_process()


def free_port() -> int:
    """A port on loopback that nobody listens on now, and that nobody is given again."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no port of {_FIRST} to {_LAST} is left for this process")
