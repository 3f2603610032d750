"""Passwords: stretched by argon2id, in threads, few at a time. Keeps them in the table `password`.

One hash takes 64 MiB and a good part of a second of one processor: `PARALLEL` run at once, `WAITING` more may wait, and
who comes then is asked to come again. bcrypt, which other systems leave behind, is accepted and replaced at the next
sign-in. Somebody unknown costs the same time as somebody known.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import Clock
from homeserver.runtime.store import Ledger

P = ParamSpec("P")
T = TypeVar("T")
PARALLEL: Final = 2
WAITING: Final = 16
SHORTEST: Final = 8
LONGEST: Final = 256
_BCRYPT_BYTES: Final = 72
"""bcrypt reads no more of a password, and its library refuses a longer one."""


def stretching() -> PasswordHash:
    """argon2id as RFC 9106 advises for little memory: 64 MiB, 3 passes."""
    return PasswordHash((Argon2Hasher(), BcryptHasher()))


class Passwords:
    """`verify` and `set`; both may raise `Refusal` ("too_many")."""

    def __init__(self, ledger: Ledger, clock: Clock, hashing: PasswordHash | None = None) -> None:
        self._ledger = ledger
        self._clock = clock
        self._hashing = hashing or stretching()
        self._threads = ThreadPoolExecutor(PARALLEL, "password")
        self._places = threading.BoundedSemaphore(PARALLEL + WAITING)
        self._nobodys = ""

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def has(self, login: str) -> bool:
        return self._hash(login) is not None

    async def verify(self, login: str, password: str) -> bool:
        """Whether this is somebody's password; the empty login is nobody's."""
        found = self._hash(login) if login else None
        right, better = await self._run(found, password[: LONGEST + 1])
        if right and better and found is not None:
            sql = "UPDATE password SET hash = ? WHERE login = ? AND hash = ?"
            self._ledger.execute(sql, (better, login, found))
        return right and found is not None

    async def set(self, login: str, password: str) -> None:
        """Give somebody a password; raises `Refusal` as `stretch` does."""
        self.put(login, await self.stretch(password))

    async def stretch(self, password: str) -> str:
        """What is kept of a new password; raises `Refusal` where it is too short or too long."""
        check(password)
        return await self._thread(self._hashing.hash, password)

    def put(self, login: str, stretched: str) -> None:
        """Take over a hash in `$`-notation: argon2id or bcrypt."""
        sql = "INSERT OR REPLACE INTO password (login, hash, changed) VALUES (?, ?, ?)"
        self._ledger.execute(sql, (login, stretched, self._clock.now().timestamp()))

    def _hash(self, login: str) -> str | None:
        row = self._ledger.fetch_one("SELECT hash FROM password WHERE login = ?", (login,))
        return None if row is None else str(row["hash"])

    async def _run(self, found: str | None, password: str) -> tuple[bool, str | None]:
        if not self._nobodys:
            self._nobodys = await self._thread(self._hashing.hash, "nobody has this password")
        return await self._thread(self._verify, password, found or self._nobodys)

    def _verify(self, password: str, stretched: str) -> tuple[bool, str | None]:
        try:
            if stretched.startswith("$2"):
                right = self._hashing.verify(password.encode("utf-8", "replace")[:_BCRYPT_BYTES], stretched)
                return right, self._hashing.hash(password) if right else None
            return self._hashing.verify_and_update(password.encode("utf-8", "replace"), stretched)
        except (PwdlibError, ValueError):  # a row that no hasher knows lets nobody in
            return False, None

    async def _thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self._places.acquire(blocking=False):
            message = "Too many people sign in at this moment; try again in some seconds."
            raise Refusal("too_many", message, headers={"retry-after": "5"})
        job = self._threads.submit(work, *args, **kwargs)
        job.add_done_callback(lambda _: self._places.release())  # not before the thread is free, whoever went away
        return await asyncio.wrap_future(job)


def check(password: str) -> None:
    """Raise `Refusal` where nobody should have such a password. Length is what counts (NIST SP 800-63B)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal("invalid", f"A password has {SHORTEST} to {LONGEST} characters; a sentence is best.", "password")
