"""What the routes of signing in share: who asks and from where, what he gets, what the audit is told.

Keeps nothing.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.access import Access
from homeserver.bridge.door import address_of
from homeserver.bridge.identity import Identity
from homeserver.bridge.proofs.invitations import OWNER_FILE
from homeserver.bridge.proofs.sign_in import Audit, SignIn, Where
from homeserver.bridge.proofs.vault import Vault
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.runtime.house import House
from homeserver.runtime.people import OWNER
from homeserver.topics.audit import AuditEvent, Outcome
from homeserver.topics.record import record


@record
class Entrance:
    """The parts, and questions to them."""

    house: House
    access: Access
    vault: Vault
    sign_in: SignIn
    audit: Audit

    # -- who

    def identity(self, request: Request) -> Identity:
        identity: Identity = request.state.identity
        return identity

    def where(self, request: Request) -> Where:
        agent = request.headers.get("user-agent", "")
        return Where(address_of(request.scope), agent, self.access.device_in(request.headers))

    def is_owner(self, login: str) -> bool:
        person = self.house.people.person(login)
        return person is not None and person.role == "owner"

    def in_person(self, request: Request) -> Identity:
        """Who asks, where he does it himself: a key of a program makes no other keys. Raises `Refusal`."""
        identity = self.identity(request)
        if identity.kind == "api_key":
            raise Refusal("denied", "An API key cannot change how somebody signs in: do it signed in yourself.")
        return identity

    def owner(self, request: Request) -> Identity:
        """Who asks, where he is an owner in person. Raises `Refusal`."""
        identity = self.in_person(request)
        self.check_owner(request, identity)
        return identity

    def check_owner(self, request: Request, identity: Identity) -> None:
        """Raise `Refusal`, and have it kept, where somebody else than an owner asks."""
        if not self.is_owner(identity.login):
            self.say("call", identity.login, request.url.path, self.where(request), "refused")
            raise Refusal("denied", "Only an owner may do that.")

    def with_password(self, request: Request) -> Identity:
        """Who asks, where he is somebody who signs in with a password. Raises `Refusal`."""
        identity = self.in_person(request)
        if identity.login == OWNER:
            message = "The data folder's owner signs in with its key, not with a password: sign in as yourself."
            raise Refusal("conflict", message)
        return identity

    def check_inhabited(self) -> None:
        """Raise `Refusal` while nobody can sign in, for no owner is there yet."""
        people = self.house.people
        if any(login != OWNER and self.is_owner(login) for login in people.logins()):
            return
        if (self.house.folder / OWNER_FILE).exists():
            raise Refusal("unavailable", "The home is starting: who lives here is known in a moment.")
        raise Refusal("denied", "Nobody lives here yet: open the link that `homeserver up` prints.")

    # -- what one gets

    def enter(self, request: Request, login: str, how: str) -> Response:
        """Open a session; the answer with the cookies for it."""
        where, secure = self.where(request), self.is_secure(request)
        proof, line = self.access.open_session(login, where.address, where.agent, secure=secure)
        self.vault.attempts.learn(login, where.address)
        self.say("sign_in", login, proof.id, where, how=how, agent=where.agent)
        answer = json_response(self.session(Identity(login, proof.id, "session")), headers={"set-cookie": line})
        if login != OWNER:
            answer.headers.append("set-cookie", self.access.device_line(login, secure=secure))
        return answer

    def session(self, identity: Identity) -> dict[str, Any]:
        person = self.house.people.person(identity.login)
        return {
            "login": identity.login,
            "name": person.name if person else "",
            "role": person.role if person else "",
            "kind": identity.kind,
            "password": self.vault.passwords.has(identity.login),
            "second_factor": self.vault.factors.is_on(identity.login),
            "recovery_codes": self.vault.factors.left(identity.login),
        }

    def is_secure(self, request: Request) -> bool:
        return request.url.scheme == "https"

    def say(self, kind: str, who: str, what: str, where: Where, outcome: Outcome = "ok", **details: str) -> None:
        """Tell the audit."""
        self.audit(AuditEvent(kind, who, what, outcome, where.address, details))
