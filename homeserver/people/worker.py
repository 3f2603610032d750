"""People: who lives here, what each of them may and when, and where they are.

Needs the live view of the home, against which policies are checked. Keeps `people.db`. Proofs (passwords, sessions,
keys) are not here but with the bridge: docs/decisions/0031.
"""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from homeserver.people import words
from homeserver.people.household import STAY, Household, User
from homeserver.people.policies import Policies
from homeserver.people.reaching import Reaching
from homeserver.people.ruling import Ruling
from homeserver.people.seeing import sight_of
from homeserver.people.telling import Telling
from homeserver.people.whereabouts import Persons
from homeserver.runtime.admission import Admission
from homeserver.runtime.house import House
from homeserver.runtime.logins import Logins
from homeserver.runtime.preparation import PreparationError, write_logins
from homeserver.runtime.store import Ledger
from homeserver.runtime.worker import Heard, answers, every, hears
from homeserver.topics.audit import AUDIT_TAKEN
from homeserver.topics.call import Caller, CallError
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.person import PERSON, REACH, PersonRole, Reach
from homeserver.topics.process import WORKER_CALLS, WorkerCalls
from homeserver.view.view import View

MIGRATIONS: Final = Path(__file__).with_name("migrations")


class People(Ruling):
    """The household and its one table of policies."""

    name = "people"
    says = (PERSON, REACH, ENTITY_CONFIG, ENTITY_STATE, AUDIT_TAKEN)

    def __init__(self, house: House, view: View) -> None:
        super().__init__(house)
        self.view = view
        self.household: Household
        self.policies: Policies
        self.telling: Telling
        self.reaching: Reaching
        self.persons: Persons
        self.admission: Admission | None = None
        self._announced = 0

    async def open(self) -> None:
        ledger = self.house.keep(Ledger.open(self.house.folder / "people.db", MIGRATIONS))
        self.household = Household(ledger)
        self.policies = Policies(ledger, self.house.clock.now().timestamp())
        self.telling = Telling(self.house, self.household, self.policies, self.zone)
        self._admit()
        self.reaching = Reaching(self.house, self.household, self.view, self.roles, self._reached)
        self.persons = Persons(self.house, self.household, self.view)
        said = await self.house.leftovers(PERSON, REACH, ENTITY_CONFIG, ENTITY_STATE)
        self.telling.begin([where[0] for where, _ in said.of(PERSON)])
        self.reaching.begin([where[0] for where, _ in said.of(REACH)])
        self.persons.begin(said)
        self._unwatch = self.house.people.watch(self._learnt)
        for id in self.telling.said:
            self._learnt(f"person.{id}")
        await self.auditor.open()  # last: it is let go by `close` alone

    def known(self) -> set[str]:
        return set(self.household.users)

    async def close(self) -> None:
        await self.auditor.close()
        self.preferences.close()
        self._unwatch()
        self.persons.close()
        self.telling.close()

    def _admit(self) -> None:
        """Where others run the broker there is no keeper: its files lie in a folder that we write."""
        folder, logins = self.house.settings.home.mosquitto_folder, Logins(self.house.folder)
        if folder is not None:

            async def apply() -> None:
                try:
                    await asyncio.to_thread(write_logins, folder, logins)
                except PreparationError as error:
                    self.house.degraded(f"the broker does not learn who may speak: {error}")

            self.admission = Admission(logins, self.house.root, self.house.clock, apply)
            self.house.start(self.admission.run(), "let persons in")

    def _reached(self, id: str, reach: Reach | None) -> None:
        if self.admission is not None:
            self.admission.reach(id, reach)

    def _learnt(self, login: str) -> None:
        """This process, too, knows by now that somebody may other things: his access list follows at once."""
        id = login.removeprefix("person.")
        self.reaching.renew(id)
        if self.admission is not None:
            self.admission.learn(id, self.house.people.person(login))

    @every(seconds=1)
    async def look(self) -> None:
        """The home changes all the time: access lists are made anew at most so often."""
        self.reaching.look(changes=self._announced)

    # -- users

    @answers(words.CREATE_USER)
    async def create_user(self, request: words.CreateUser, caller: Caller) -> words.UserChanged:
        fields = {name: getattr(request, name) for name in type(request).model_fields if name != "id"}
        fields["expires"], note = self._end(request.role, request.expires)
        user = self.household.create(request.id, fields, self.house.clock.now())
        await self.auditor.renew(user.id)
        return self._changed(user, note)

    @answers(words.UPDATE_USER)
    async def update_user(self, request: words.UpdateUser, caller: Caller) -> words.UserChanged:
        user = self.household.find(request.user)
        fields: dict[str, Any] = {name: getattr(request, name) for name in request.model_fields_set - {"user"}}
        for name in ("name", "role", "active"):
            if name in fields and fields[name] is None:
                raise CallError("invalid", f"everybody has a {name}: leave it out, or give another", name)
        if fields.get("trackers", ()) is None:
            fields["trackers"] = ()
        role, note = fields.get("role", user.role), ""
        if "expires" in fields or (role == "guest" and user.expires is None):
            fields["expires"], note = self._end(role, fields.get("expires"))
        return self._changed(self.household.update(user, fields, self.house.clock.now()), note)

    def _end(self, role: PersonRole, expires: datetime | None) -> tuple[datetime | None, str]:
        """Until when somebody may come in, and what to say about it; raises `CallError`."""
        now = self.house.clock.now()
        if expires is None:
            if role != "guest":
                return None, ""
            end = now + STAY
            local = f"{end.astimezone(self.zone):%Y-%m-%d %H:%M}"
            return end, f"a guest leaves one day: this one on {local}, unless you say another `expires`"
        end = self.utc(expires)
        if end <= now:
            raise CallError("invalid", f"{expires} is over: give a moment to come, or null for no end", "expires")
        return end, ""

    def _changed(self, user: User, note: str = "") -> words.UserChanged:
        self.telling.renew(user.id)
        self.reaching.renew(user.id)
        self.persons.renew()
        return words.UserChanged(user=user.info(self.house.clock.now()), note=note)

    @answers(words.REMOVE_USER)
    async def remove_user(self, request: words.NamedUser, caller: Caller) -> words.UserRemoved:
        user = self.household.find(request.user)
        policies = self.leave(user)
        await self.let_go(user)
        return words.UserRemoved(user=user.id, policies=policies)

    def leave(self, user: User) -> int:
        policies = self.household.remove(user)
        self.policies.read()
        self.telling.renew(user.id)
        self.reaching.renew(user.id)
        self.persons.renew()
        return policies

    def about(self, user: User) -> dict[str, Any]:
        entity_id = f"person.{user.object_id}"
        own = [self.info(line) for line in self.policies.lines.values() if line.who == user.id]
        return {
            "user": user.info(self.house.clock.now()).model_dump(mode="json"),
            "policies": [one.model_dump(mode="json") for one in own],
            "entity": {"config": self.view.config(entity_id), "state": self.view.state(entity_id)},
        }

    @answers(words.END_SESSIONS)
    async def end_sessions(self, request: words.NamedUser, caller: Caller) -> words.SessionsEnded:
        user = self.household.end_sessions(self.household.find(request.user))
        self.telling.renew(user.id)
        return words.SessionsEnded(user=user.id, epoch=user.epoch)

    @answers(words.MQTT_LOGIN)
    async def mqtt_login(self, request: words.MqttLogin, caller: Caller) -> words.UserChanged:
        user = self.household.find(request.user)
        if self.admission is not None:
            self.admission.renew()
        return self._changed(self.household.update(user, {"mqtt": request.allowed}, self.house.clock.now()))

    @answers(words.LIST_USERS)
    async def list_users(self, request: words.AskUsers, caller: Caller) -> words.UserList:
        now, everybody = self.house.clock.now(), caller.role == "owner"
        shown = [user for user in self.household.users.values() if everybody or user.login == caller.login]
        return words.UserList(users=[user.info(now) for user in shown], household=self.household.members(now))

    @answers(words.WHOAMI)
    async def whoami(self, request: words.AskMe, caller: Caller) -> words.Me:
        user = self.household.users.get(caller.login.removeprefix("person."))
        person = self.telling.said.get(user.id) if user is not None else None
        if user is None or person is None:
            return words.Me(login=caller.login, role=caller.role or "guest")
        grants = [words.GrantInfo.model_validate(one, from_attributes=True) for one in person.grants]
        info = user.info(self.house.clock.now())
        return words.Me(login=caller.login, role=user.role, user=info, grants=grants, until=person.until)

    @answers(words.SIGHT)
    async def sight(self, request: words.AskSight, caller: Caller) -> words.Sight:
        user = self.household.find(request.user)
        return sight_of(user, self.view, self.house.people)

    # -- hearing

    @hears(WORKER_CALLS)
    def calls(self, calls: WorkerCalls | None, heard: Heard) -> None:
        worker, process = heard.where
        self._announced += 1
        if calls is not None:
            self._calls.setdefault(worker, {})[process] = calls
        elif worker in self._calls:
            self._calls[worker].pop(process, None)


def setup(house: House) -> People:
    return People(house, house.shared(View))
