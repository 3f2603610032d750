"""One child process, kept up: started, listened to, started again when it ends, and never left behind.

The child holds the read end of a pipe on its standard input, whose end tells it that we are gone, however we went. On
Linux the kernel ends our own Python children with us as well.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Mapping
from typing import Final, Literal

from homeserver.runtime.clock import Clock
from homeserver.runtime.guard import child_setup
from homeserver.runtime.journal import Journal

log = logging.getLogger(__name__)
PATIENCE: Final = (0.2, 30.0)
"""Seconds before a child that ended is started again: at first, and at most."""
HEALTHY: Final = 60.0
"""Seconds after which a child counts as having stayed up."""
CAME_UP: Final = 3.0
"""Seconds after which a child counts as having come up at all: one that ends now and then is soon there again."""
_LOOP: Final = 3
"""Ends in a row that are called a crash loop."""
_LINE: Final = 256 * 1024
State = Literal["stopped", "running", "waiting"]


class Child:
    """`start` it once, `stop` it once; in between it is kept up. `read` makes of what it writes what is kept of it."""

    def __init__(
        self,
        name: str,
        argv: Callable[[], list[str]],
        environment: Mapping[str, str],
        journal: Journal,
        clock: Clock,
        *,
        tied: bool = True,
        read: Callable[[str], str | None] = str,
    ) -> None:
        self.name = name
        self.state: State = "stopped"
        self.restarts = 0
        self.pid = 0
        self.ended = asyncio.Event()
        self._argv = argv
        self._environment = environment
        self._journal = journal
        self._clock = clock
        self._tied = tied
        self._read = read
        self._in_a_row = 0
        self._stopping = False
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the program runs for the first time; raises OSError where it cannot be started."""
        await self._spawn()
        self._task = asyncio.create_task(self._keep_up(), name=f"child-{self.name}")

    async def _spawn(self) -> None:
        self._journal.forget(self.name)
        self.ended.clear()
        self._process = await asyncio.create_subprocess_exec(
            *self._argv(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **self._environment},
            limit=_LINE,
            # A session of its own: Ctrl+C on the terminal is for us, who then stop everything in order.
            start_new_session=True,
            preexec_fn=child_setup() if self._tied else None,
        )
        self.pid = self._process.pid
        self.state = "running"

    async def _keep_up(self) -> None:
        while True:
            began = self._clock.monotonic()
            code = await self._listen()
            if self._stopping:
                return
            lived = self._clock.monotonic() - began
            delay = self._delay(lived)
            self._tell(code, lived, delay)
            await self._clock.sleep(delay)
            self.restarts += 1
            await self._spawn()

    async def _listen(self) -> int:
        """Take the child's words until it ends; its exit code."""
        process = self._process
        assert process is not None
        assert process.stderr is not None
        while True:
            try:
                line = await process.stderr.readline()
            except ValueError:  # longer than _LINE: what was read of it is dropped
                continue
            if not line:
                break
            if (words := self._read(line.decode("utf-8", "replace").rstrip("\n"))) is not None:
                self._journal.take(self.name, words)
        code = await process.wait()
        self.state, self.pid = "waiting", 0
        self.ended.set()
        return code

    def _delay(self, lived: float) -> float:
        """Longer each time, but one that came up is away for no more than a quarter of the time that it was there."""
        shortest, longest = PATIENCE
        self._in_a_row = 1 if lived >= HEALTHY else self._in_a_row + 1
        delay = min(longest, shortest * 2.0 ** (self._in_a_row - 1))
        return min(delay, lived / 4) if lived >= CAME_UP else delay

    def _tell(self, code: int, lived: float, delay: float) -> None:
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        again = f"it is started again in {delay:g} s"
        if self._in_a_row < _LOOP:
            log.warning("%s %s after %.1f s; %s", self.name, how, lived, again)
            return
        words = "\n  ".join(self._journal.last_words(self.name)) or "(it said nothing)"
        log.error(
            "%s does not stay up: it ended %d times in a row, and %s the last time; %s. Its last words:\n  %s",
            self.name, self._in_a_row, how, again, words,
        )  # fmt: skip

    def last_words(self) -> str:
        return "\n".join(self._journal.last_words(self.name))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to a running child."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def stop(self, patience: float) -> None:
        """Ask it to end; after `patience` seconds it is not asked any more."""
        process = self._process
        if process is None or self._task is None:
            return
        keeping, self._stopping = self._task, True
        self._task = None
        if self.state == "running":
            self.signal(signal.SIGTERM)
            if process.stdin is not None:
                process.stdin.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self.ended.wait()
            if process.returncode is None:
                log.warning("%s did not end within %g s and was killed", self.name, patience)
                process.kill()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await process.wait()
        self.state, self.pid = "stopped", 0
