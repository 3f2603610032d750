"""Who asks: by the folder's key, a session, a program's token or key; and what comes of too many wrong ones.

Needs to hear of persons: who may not come in has no proof that counts. Keeps the count of failures by address in
memory; proofs are kept by the vault.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from starlette.requests import cookie_parser

from homeserver.bridge.identity import Identity
from homeserver.bridge.limits import Failures
from homeserver.bridge.proofs.attempts import DEVICE_LIFE
from homeserver.bridge.proofs.proofs import API_KEY, LIFE, Proof
from homeserver.bridge.proofs.sign_in import Audit
from homeserver.bridge.proofs.signed_path import SignedPaths
from homeserver.bridge.proofs.tokens import ACCESS_LIFE
from homeserver.bridge.proofs.vault import Vault
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import Clock
from homeserver.runtime.people import OWNER, People
from homeserver.topics.audit import AuditEvent

TOLD: Final = 600.0
"""Seconds after which it is told again that somebody showed a wrong secret from an address."""


class Watchers:
    """Those who want to know whose proofs end."""

    def __init__(self) -> None:
        self._all: list[Callable[[str], None]] = []

    def tell(self, login: str) -> None:
        for watcher in list(self._all):
            watcher(login)

    def add(self, watcher: Callable[[str], None]) -> Callable[[], None]:
        self._all.append(watcher)
        return lambda: self._all.remove(watcher)


class Access:
    """`port` stands in the cookies' names: cookies do not tell ports apart, and two homes may run side by side."""

    def __init__(self, vault: Vault, people: People, watchers: Watchers, clock: Clock, port: int, audit: Audit) -> None:
        self._vault = vault
        self._people = people
        self._watchers = watchers
        self._clock = clock
        self._failures = Failures(clock)
        self._told = Failures(clock, 1, TOLD)
        self._audit = audit
        self.cookie = f"homeserver_{port}"
        self.device_cookie = f"homeserver_{port}_device"
        self.signed = SignedPaths(vault.tokens, clock)
        people.watch(watchers.tell)

    # -- who it is

    def identify(self, headers: Mapping[str, str], address: str) -> Identity:
        """Who sends these headers: by `Authorization: Bearer`, else by the session's cookie. Raises `Refusal`."""
        agent = headers.get("user-agent", "")
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.check_access_token(address, token.strip(), agent)
        session = self.session_in(headers)
        found = self._vault.proofs.find(session, "session") if session else None
        return self._used(address, bool(session), found, agent)

    def check_access_token(self, address: str, token: str, agent: str = "") -> Identity:
        """Who has this token: the folder's key, an API key or a program's access token. Raises `Refusal`."""
        if self._vault.credentials.is_token(token):
            return Identity(OWNER)
        if token.startswith(API_KEY):
            return self._used(address, True, self._vault.proofs.find(token, "api_key"), agent)
        claims = self._vault.tokens.read("access", token, self._clock.now()) or {}
        found = self._vault.proofs.get(str(claims.get("iss", "")))
        right = found if found is not None and found.kind == "refresh" and found.login == claims.get("sub") else None
        return self._used(address, bool(token), right, agent)

    def check_key(self, address: str, token: str) -> str:
        """The login behind the folder's key; raises `Refusal`."""
        self.check_secret(address, bool(token), self._vault.credentials.is_token(token))
        return OWNER

    def alive(self, identity: Identity) -> bool:
        """Whether that by which he came in still counts."""
        if identity.kind == "key":
            return self._people.person(identity.login) is not None
        return self._vault.proofs.is_alive(identity.proof)

    def proof(self, id: str) -> Proof | None:
        """What somebody came in by, while it counts."""
        return self._vault.proofs.get(id)

    def watch(self, watcher: Callable[[str], None]) -> Callable[[], None]:
        """Call `watcher` with the login of which a proof ended, or whose person changed, until the returned function is
        called. Who is meant may have lost nothing: ask `alive`."""
        return self._watchers.add(watcher)

    def signer(self, path: str, query: str) -> Identity | None:
        """Who signed this address; None where nobody did who may still come in."""
        identity = self.signed.read(path, query)
        return identity if identity is not None and self.alive(identity) else None

    def session_in(self, headers: Mapping[str, str]) -> str:
        return self._cookie(headers, self.cookie)

    def device_in(self, headers: Mapping[str, str]) -> str:
        """What a browser shows that has signed in here before; empty without."""
        return self._cookie(headers, self.device_cookie)

    # -- what they get

    def open_session(self, login: str, address: str, agent: str, *, secure: bool) -> tuple[Proof, str]:
        """A new session, and the `Set-Cookie` line for it."""
        proof, secret = self._vault.proofs.make(login, "session", name=agent, address=address, agent=agent)
        return proof, self._line(self.cookie, secret, LIFE, secure)

    def device_line(self, login: str, *, secure: bool) -> str:
        """The `Set-Cookie` line by which this browser is known from now on."""
        return self._line(self.device_cookie, self._vault.attempts.device(login), DEVICE_LIFE, secure)

    def forget_line(self, *, secure: bool) -> str:
        """The `Set-Cookie` line that makes the browser forget its session."""
        return self._line(self.cookie, "", timedelta(), secure)

    def access_token(self, refresh: Proof) -> str:
        """What a program shows for half an hour."""
        claims = {"iss": refresh.id, "sub": refresh.login}
        return self._vault.tokens.make("access", claims, self._clock.now(), ACCESS_LIFE)

    def make_key(self, identity: Identity, name: str, days: int | None, login: str = "") -> tuple[Proof, str]:
        """A key that stays, for `days` or without end, and its secret; raises `Refusal` where a key asks."""
        if identity.kind == "api_key":
            raise Refusal("denied", "An API key cannot change how somebody signs in: do it signed in yourself.")
        life = None if days is None else timedelta(days=days)
        return self._vault.proofs.make(login or identity.login, "api_key", name=name, life=life)

    def _cookie(self, headers: Mapping[str, str], name: str) -> str:
        return cookie_parser(headers.get("cookie", "")).get(name, "")

    def _line(self, name: str, value: str, life: timedelta, secure: bool) -> str:
        end = "; Secure" if secure else ""
        return f"{name}={value}; Path=/; Max-Age={int(life.total_seconds())}; HttpOnly; SameSite=Strict{end}"

    def _used(self, address: str, given: bool, found: Proof | None, agent: str) -> Identity:
        self.check_secret(address, given, found is not None)
        assert found is not None
        self._vault.proofs.use(found, address, agent or found.agent)
        return Identity(found.login, found.id, "access" if found.kind == "refresh" else found.kind)

    def check_secret(self, address: str, given: bool, right: bool) -> None:
        """Raise `Refusal` where a secret is missing or wrong, and count the wrong ones."""
        if given and right:
            return
        wait = self._failures.wait(address)
        if given and wait:
            retry = {"retry-after": str(int(wait) + 1)}
            raise Refusal("too_many", "Too many wrong attempts from this address; try again later.", headers=retry)
        if given:
            self._failures.count(address)
            self._tell(address)
        raise Refusal("unauthorized", "A valid token or session is needed.")

    def _tell(self, address: str) -> None:
        """A page with an old session asks on and on: of one address it is told now and then."""
        if not self._told.wait(address):
            self._told.count(address)
            self._audit(AuditEvent("proof_refused", "", "", "refused", address))
