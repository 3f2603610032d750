"""What somebody does with his own proofs: list and end them, make a key, change his password, add a second factor."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.auth import bodies
from homeserver.bridge.auth.bodies import body_of
from homeserver.bridge.auth.entrance import Entrance
from homeserver.bridge.proofs.passwords import check
from homeserver.bridge.proofs.proofs import Proof
from homeserver.bridge.proofs.vault import Vault
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.runtime.people import OWNER
from homeserver.topics.record import record


@record
class Own:
    """The routes; an owner may list and end the proofs of everybody."""

    entrance: Entrance

    async def proofs(self, request: Request) -> Response:
        """Sessions, programs and keys: one's own, or with `?login=` somebody else's, for an owner."""
        identity = self.entrance.identity(request)
        login = request.query_params.get("login", identity.login)
        if login != identity.login:
            self.entrance.check_owner(request, identity)
        return json_response([_info(proof, identity.proof) for proof in self.entrance.vault.proofs.of(login)])

    async def people(self, request: Request) -> Response:
        """How each person signs in, for an owner: whether he has a password yet, is invited, when he was last here."""
        entrance, people = self.entrance, self.entrance.house.people
        entrance.check_owner(request, entrance.identity(request))
        epochs = {login: person.epoch for login in people.logins() if (person := people.person(login)) is not None}
        links = entrance.vault.invitations.open()
        until = {login: end for login, (epoch, end) in links.items() if epochs.get(login) == epoch}
        logins = sorted({*epochs, *entrance.vault.known()} - {OWNER})
        return json_response([_standing(login, entrance.vault, until.get(login)) for login in logins])

    async def end(self, id: str, request: Request) -> Response:
        """End one, at once: its streams and connections end too."""
        identity, entrance = self.entrance.in_person(request), self.entrance
        proof = entrance.vault.proofs.get(id)
        if proof is None or (proof.login != identity.login and not entrance.is_owner(identity.login)):
            raise Refusal("not_found", "There is no such session or key.", "id")
        entrance.vault.proofs.end(id)
        entrance.say("token_ended", identity.login, id, entrance.where(request), of=proof.login, was=proof.kind)
        return json_response({"message": "Ended."})

    async def api_key(self, request: Request) -> Response:
        """Make an API key: one's own, or, for an owner, a service's. It is shown this once."""
        identity, entrance, body = (
            self.entrance.in_person(request),
            self.entrance,
            await body_of(request, bodies.NewKey),
        )
        login = body.login or identity.login
        if login != identity.login:
            entrance.owner(request)
            person = entrance.house.people.person(login)
            if person is None or person.role != "service":
                raise Refusal("denied", "Everybody makes his own keys; an owner makes them for services.", "login")
        proof, secret = entrance.access.make_key(identity, body.name, body.days, login)
        entrance.say("token_made", identity.login, proof.id, entrance.where(request), of=login, name=body.name)
        return json_response({"id": proof.id, "secret": secret})

    async def password(self, request: Request) -> Response:
        """Change one's password. All sessions and programs end but this one, and links that would set another; API keys
        stay until they are ended."""
        identity, entrance = self.entrance.with_password(request), self.entrance
        body = await body_of(request, bodies.ChangePassword)
        check(body.new)
        where = entrance.where(request)
        await entrance.sign_in.again(identity.login, body.old, where)
        await entrance.vault.passwords.set(identity.login, body.new)
        entrance.vault.proofs.end_all(identity.login, ("session", "refresh", "mobile_app"), but=identity.proof)
        entrance.say("password_changed", identity.login, identity.login, where)
        entrance.vault.invitations.end(identity.login)
        return json_response({"message": "Changed. All other sessions have ended."})

    # -- the second factor

    async def begin_factor(self, request: Request) -> Response:
        """Get a secret for an authenticator app. It counts once it was confirmed with a code."""
        identity, entrance = self.entrance.with_password(request), self.entrance
        body = await body_of(request, bodies.WithPassword)
        await entrance.sign_in.again(identity.login, body.password, entrance.where(request))
        secret, uri = entrance.vault.factors.begin(identity.login)
        return json_response({"secret": secret, "uri": uri})

    async def confirm_factor(self, request: Request) -> Response:
        """Turn the second factor on; answers with recovery codes, shown this once."""
        identity, entrance = self.entrance.with_password(request), self.entrance
        body = await body_of(request, bodies.Confirm)
        codes = entrance.vault.factors.confirm(identity.login, body.code)
        entrance.say("second_factor_on", identity.login, identity.login, entrance.where(request))
        return json_response({"recovery_codes": codes})

    async def remove_factor(self, request: Request) -> Response:
        """Turn it off: one's own with the password, or, for an owner, that of somebody who lost his phone."""
        entrance, body = self.entrance, await body_of(request, bodies.RemoveFactor)
        where = entrance.where(request)
        identity = entrance.in_person(request)
        login = body.login or identity.login
        if login != identity.login:
            entrance.owner(request)
        else:
            await entrance.sign_in.again(entrance.with_password(request).login, body.password or "", where)
        if not entrance.vault.factors.remove(login):
            raise Refusal("not_found", "There is no second factor.")
        entrance.say("second_factor_off", identity.login, login, where)
        return json_response({"message": "The second factor is off."})


def _standing(login: str, vault: Vault, invited: float | None) -> dict[str, Any]:
    proofs = vault.proofs.of(login)
    kinds = {"sessions": "session", "programs": "refresh", "keys": "api_key"}
    return {
        "login": login,
        "password": vault.passwords.has(login),
        "second_factor": vault.factors.is_on(login),
        "invited": None if invited is None else datetime.fromtimestamp(invited, UTC),
        **{name: sum(proof.kind == kind for proof in proofs) for name, kind in kinds.items()},
        "used": datetime.fromtimestamp(proofs[0].used, UTC) if proofs else None,
    }


def _info(proof: Proof, current: str) -> dict[str, Any]:
    shown = {name: value for name, value in asdict(proof).items() if name not in ("hash", "epoch", "mark")}
    times = {name: shown[name] and datetime.fromtimestamp(shown[name], UTC) for name in ("created", "used", "expires")}
    return {**shown, **times, "current": proof.id == current}
