"""Who asks: the check of a token or session, and what comes of too many wrong ones.

Keeps the count of failures by address, in memory; credentials are kept by `credentials`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import cookie_parser

from homeserver.bridge.credentials import LIFE, Credentials
from homeserver.bridge.identity import Identity
from homeserver.bridge.limits import Failures
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import Clock

OWNER: Final = "person.owner"
"""Who everybody is that has the token, until people exist."""


class Access:
    """`port` stands in the cookie's name: cookies do not tell ports apart, and two homes may run side by side."""

    def __init__(self, credentials: Credentials, clock: Clock, port: int) -> None:
        self._credentials = credentials
        self._clock = clock
        self._failures = Failures(clock)
        self._watchers: list[Callable[[str], None]] = []
        self.cookie = f"homeserver_{port}"

    def identify(self, headers: Mapping[str, str], address: str) -> Identity:
        """Who sends these headers: by `Authorization: Bearer`, else by the session's cookie. Raises `Refusal`."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.check_access_token(address, token.strip())
        session = self.session_in(headers)
        return Identity(self.check_session(address, session), self._credentials.id_of(session), "session")

    def check_access_token(self, address: str, token: str) -> Identity:
        """Who has this token. Raises `Refusal`."""
        return Identity(self.check_token(address, token))

    def alive(self, identity: Identity) -> bool:
        """Whether that by which he came in still counts."""
        return identity.kind == "key" or self._credentials.is_open(identity.proof, self._clock.now())

    def watch(self, watcher: Callable[[str], None]) -> Callable[[], None]:
        """Call `watcher` with the login of which a proof has ended, until the returned function is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def check_token(self, address: str, token: str) -> str:
        """The login behind a token; raises `Refusal`."""
        self._check(address, bool(token), self._credentials.is_token(token))
        return OWNER

    def check_session(self, address: str, session: str) -> str:
        """The login behind a session; raises `Refusal`."""
        self._check(address, bool(session), self.is_session(session))
        return OWNER

    def is_session(self, session: str) -> bool:
        return self._credentials.is_session(session, self._clock.now())

    def session_in(self, headers: Mapping[str, str]) -> str:
        return cookie_parser(headers.get("cookie", "")).get(self.cookie, "")

    def open_session(self, *, secure: bool) -> str:
        """A new session, as a `Set-Cookie` line."""
        return self._line(self._credentials.open_session(self._clock.now()), int(LIFE.total_seconds()), secure)

    def close_session(self, session: str, *, secure: bool) -> str:
        """End a session; the `Set-Cookie` line that makes the browser forget it."""
        self._credentials.close_session(session)
        for watcher in list(self._watchers):
            watcher(OWNER)
        return self._line("", 0, secure)

    def _line(self, session: str, seconds: int, secure: bool) -> str:
        end = "; Secure" if secure else ""
        return f"{self.cookie}={session}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{end}"

    def _check(self, address: str, given: bool, right: bool) -> None:
        if given and right:
            return
        wait = self._failures.wait(address)
        if given and wait:
            retry = {"retry-after": str(int(wait) + 1)}
            raise Refusal("too_many", "Too many wrong attempts from this address; try again later.", headers=retry)
        if given:
            self._failures.count(address)
        challenge = {"www-authenticate": "Bearer"}
        raise Refusal("unauthorized", "A valid token or session is needed.", headers=challenge)
