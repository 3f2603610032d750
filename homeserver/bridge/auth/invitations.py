"""The first owner, and everybody after him: links that let one set a password, once."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.auth import bodies
from homeserver.bridge.auth.bodies import body_of
from homeserver.bridge.auth.entrance import Entrance
from homeserver.bridge.proofs.invitations import is_welcome, owner_exists
from homeserver.bridge.proofs.sign_in import Where
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.people.words import CREATE_USER, LIST_USERS, AskUsers
from homeserver.runtime.people import OWNER, PREFIX
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.person import Person

_PATIENCE: Final = 5.0
"""Seconds in which the bridge must have heard of somebody who was just made."""


class Arrivals:
    """The routes. One owner is made at a time."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._turn = asyncio.Lock()

    async def invite(self, request: Request) -> Response:
        """Make a link for somebody who exists, by which he sets his password, once, within three days. Earlier links of
        his end. Its address is `/auth/welcome#invitation=SECRET`."""
        identity, entrance = self._entrance.owner(request), self._entrance
        body = await body_of(request, bodies.Invite)
        if entrance.house.people.person(body.login) is None and await self._is_new(body.login):
            await self._hear_of(body.login)
        person = entrance.house.people.person(body.login)
        if person is None or body.login == OWNER or person.role == "service":
            raise Refusal("not_found", "There is nobody of that login who may come in and sign in.", "login")
        secret = entrance.vault.invitations.make(body.login, person.epoch, identity.login)
        entrance.say("invitation_made", identity.login, body.login, entrance.where(request))
        return json_response({"id": body.login, "secret": secret})

    async def look(self, request: Request) -> Response:
        """Whom an invitation is for, so that he sees that it is his before he chooses a password."""
        body = await body_of(request, bodies.Look)
        login, person = self._invited(body.invitation, self._entrance.where(request))
        return json_response({"login": login, "name": person.name})

    async def accept(self, request: Request) -> Response:
        """Set a password by an invitation, and come in. Whatever was signed in before has ended."""
        entrance, body = self._entrance, await body_of(request, bodies.Accept)
        where, vault = entrance.where(request), entrance.vault
        login, _ = self._invited(body.invitation, where)
        stretched = await vault.passwords.stretch(body.password)
        entrance.sign_in.with_code(login, body.code, where)
        if not vault.invitations.take(body.invitation):
            raise Refusal("unauthorized", "This invitation was used just now.")
        vault.passwords.put(login, stretched)
        vault.proofs.end_all(login, ("session", "refresh", "mobile_app"))
        entrance.say("invitation_used", login, login, where)
        return entrance.enter(request, login, "invitation")

    def _invited(self, secret: str, where: Where) -> tuple[str, Person]:
        """Whom this invites; refuses, as every guess, what invites nobody."""
        found = self._entrance.vault.invitations.find(secret)
        person = self._entrance.house.people.person(found[0]) if found else None
        right = found is not None and person is not None and person.epoch == found[1]
        self._entrance.access.check_secret(where.address, bool(secret), right)
        assert found is not None
        assert person is not None
        return found[0], person

    async def welcome(self, request: Request) -> Response:
        """Become the first owner, by the link that `homeserver up` prints; answers with a session."""
        entrance, body = self._entrance, await body_of(request, bodies.Begin)
        where, folder = entrance.where(request), entrance.house.folder
        entrance.access.check_secret(where.address, bool(body.welcome), is_welcome(folder, body.welcome))
        async with self._turn:
            if not is_welcome(folder, body.welcome):
                raise Refusal("conflict", "This home has an owner already: he can invite you.")
            stretched = await entrance.vault.passwords.stretch(body.password)
            login = await self._create(body.name, Cause(request.state.request, OWNER))
            owner_exists(folder, True)
            entrance.vault.passwords.put(login, stretched)
        entrance.say("invitation_used", login, login, where, first="yes")
        await self._hear_of(login)
        if entrance.house.people.person(login) is None:
            raise Refusal("timeout", "You are an owner now; sign in with your name and password.")
        return entrance.enter(request, login, "welcome")

    async def _create(self, name: str, cause: Cause) -> str:
        """The login of the new owner; raises `Refusal`, where there is one already too."""
        house = self._entrance.house
        try:
            found = await house.call(LIST_USERS, AskUsers())
            if any(user.role == "owner" for user in found.users):
                owner_exists(house.folder, True)
                raise Refusal("conflict", "This home has an owner already: he can invite you.")
            fields = {"name": name, "role": "owner"}
            made = await house.ask(CREATE_USER.worker, CREATE_USER.verb, fields, cause=cause, login=OWNER)
        except CallError as error:
            raise Refusal.of(error) from error
        return f"{PREFIX}{made['user']['id']}"

    async def _is_new(self, login: str) -> bool:
        """Whether `people` knows somebody of whom the bridge has not heard yet: he was made just now."""
        try:
            found = await self._entrance.house.call(LIST_USERS, AskUsers())
        except CallError as error:
            raise Refusal.of(error) from error
        return any(f"{PREFIX}{user.id}" == login and user.let_in for user in found.users)

    async def _hear_of(self, login: str) -> None:
        """Return once the bridge knows that somebody may come in, or does not hear of him in time."""
        house, known = self._entrance.house, asyncio.Event()
        stop = house.people.watch(lambda changed: known.set() if changed == login else None)
        late = house.clock.call_later(_PATIENCE, known.set)
        try:
            if house.people.person(login) is None:
                await known.wait()
        finally:
            stop()
            late.cancel()
