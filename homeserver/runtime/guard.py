"""Guard: runs one outside program and ends it when the process that asked for it is gone.

`python -m homeserver.runtime.guard -- ARGV...`; the asker holds the other end of the guard's standard input,
a pipe, and never writes. When that closes, however the asker died, or on TERM or INT, the program gets TERM
and, two seconds later, KILL, with what it started itself; HUP is passed on. On Linux the kernel kills the
program too when the guard itself is killed. The program may open as many files as this machine allows: a broker
needs one for each device, and Mosquitto does not ask for more than the usual 1,024. Standard library only and quick
to start; exits with the program's own code (128 + signal when a signal ended it). Keeps nothing.
"""

import ctypes
import os
import resource
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

PATIENCE = 2.0  # seconds between TERM and KILL
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
USAGE = "usage: python -m homeserver.runtime.guard -- PROGRAM [ARGUMENT...]"


def child_setup() -> Callable[[], None]:
    """What the child does between fork and exec: it is to die with this process, but not of an early HUP."""
    # looked up before the fork: after it only plain calls are safe
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
    parent = os.getpid()

    def arrange() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the program says what it means
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return arrange


def guard(argv: list[str]) -> int:
    """Run the program until it ends, or until standard input closes or a signal comes; returns its code."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    bell, ring = os.pipe()
    os.set_blocking(ring, False)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        """The wake-up descriptor has told the loop already."""

    signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, preexec_fn=child_setup(), process_group=0)
    except OSError as error:
        print(f"guard: {argv[0]} cannot be started: {error.strerror}", file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126
    _watch(child, bell)
    return _end(child)


def _watch(child: "subprocess.Popen[bytes]", bell: int) -> None:
    """Return when the child has ended, or when it is to end."""
    with selectors.DefaultSelector() as waiter:
        waiter.register(bell, selectors.EVENT_READ)
        waiter.register(sys.stdin.fileno(), selectors.EVENT_READ)
        while child.poll() is None:
            for key, _ in waiter.select():
                heard = os.read(key.fd, 4096)
                if key.fd != bell and not heard:
                    return
                if key.fd == bell and {signal.SIGTERM, signal.SIGINT} & set(heard):
                    return
                if key.fd == bell and signal.SIGHUP in heard:
                    child.send_signal(signal.SIGHUP)  # brokers read their logins again


def _end(child: "subprocess.Popen[bytes]") -> int:
    """End the program and what it started itself; its code."""
    if child.poll() is None:
        _signal(child, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)
    _signal(child, signal.SIGKILL)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _signal(child: "subprocess.Popen[bytes]", number: int) -> None:
    with suppress(ProcessLookupError):  # all of them have ended
        os.killpg(child.pid, number)


def main() -> int:
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[0] != "--":
        print(USAGE, file=sys.stderr)
        return 2
    return guard(arguments[1:])


if __name__ == "__main__":
    sys.exit(main())
