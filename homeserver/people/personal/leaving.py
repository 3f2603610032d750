"""What somebody is known by, in one archive; and erasing him, from every place that answers for its own.

Other workers are asked first: where one fails, nothing of our own is erased, and it can be asked again. Audit rows stay
under a pseudonym that leads nowhere: docs/decisions/0033.
"""

import asyncio
import os
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from homeserver.people import personal_words as words
from homeserver.people.audit.keeping import Keeping
from homeserver.people.household import Household, User
from homeserver.people.personal.preferences import Preferences
from homeserver.people.words import AskAudit
from homeserver.runtime.house import House
from homeserver.runtime.logins import LoginError, Logins
from homeserver.runtime.people import PREFIX
from homeserver.runtime.worker import answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.personal import ERASE_PERSON, EXPORT_PERSON
from homeserver.topics.process import WorkerCalls

_PATIENCE: Final = 20.0
"""Seconds that a worker has to tell or to forget."""
_MOST: Final = 1_000_000
"""Rows of the audit in an archive."""


class Leaving(Keeping):
    """The part of `people` that is about one person's own things."""

    household: Household

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.preferences = Preferences(house.folder)
        self._calls: dict[str, dict[str, WorkerCalls]] = {}

    def about(self, user: User) -> dict[str, Any]:
        """What `people` itself knows of somebody, by the name of a file in the archive."""
        raise NotImplementedError

    def leave(self, user: User) -> int:
        """Remove somebody and say so; how many policies went."""
        raise NotImplementedError

    @answers(words.PREFERENCES)
    async def preferences_of(self, request: words.AskPreferences, caller: Caller) -> words.PreferenceList:
        found = self.preferences.get(_own(caller))
        wanted = found if request.keys is None else {key: found[key] for key in request.keys if key in found}
        return words.PreferenceList(values=wanted)

    @answers(words.SET_PREFERENCES)
    async def set_preferences(self, request: words.SetPreferences, caller: Caller) -> words.PreferenceList:
        return words.PreferenceList(values=self.preferences.set(_own(caller), request.values))

    # -- taking out

    @answers(words.EXPORT_USER)
    async def export_user(self, request: words.ExportUser, caller: Caller) -> words.UserExport:
        if caller.role != "owner" and caller.login != f"{PREFIX}{request.user}":
            raise CallError("denied", "everybody takes out his own data, and an owner anybody's", "user")
        user, missing = self.household.find(request.user), []
        files = self.about(user) | {"preferences": self.preferences.get(user.id), "audit": await self._rows(user)}
        for worker in self._keepers(EXPORT_PERSON):
            try:
                files[worker] = (await self._ask(worker, EXPORT_PERSON, user))["data"]
            except CallError:
                missing.append(worker)
        folder = self.preferences.folder(user.id)
        name = f"export-{self.house.clock.now():%Y%m%d-%H%M%S}.zip"
        await asyncio.to_thread(_write, folder / name, files)
        blob = await self.house.blob(caller, folder, name, media_type="application/zip")
        place = (folder / name).relative_to(self.house.folder).as_posix()
        contents = [f"{one}.json" for one in files]
        return words.UserExport(user=user.id, file=place, contents=contents, missing=missing, blob=blob)

    async def _rows(self, user: User) -> list[Any]:
        """The rows of the audit that he made, or that are about him, the latest first."""
        await self.auditor.settled()
        found: dict[int, Any] = {}
        for token in self.auditor.trail.names.tokens(user.login):
            before: int | None = None
            while len(found) < _MOST:
                asked = AskAudit(text=token, before=before, limit=1000)
                page = await self.auditor.find(asked, "", everything=True)
                found |= {row.id: row.model_dump(mode="json") for row in page.rows}
                if (before := page.more) is None:
                    break
        return [found[id] for id in sorted(found, reverse=True)]

    def _keepers(self, verb: str) -> list[str]:
        """The workers that take part."""
        return sorted(name for name, each in self._calls.items() if any(verb in one.calls for one in each.values()))

    async def _ask(self, worker: str, verb: str, user: User) -> Any:
        return await self.house.ask(worker, verb, {"user": user.id}, ttl=_PATIENCE)

    # -- taking away

    @answers(words.ERASE_USER)
    async def erase_user(self, request: words.EraseUser, caller: Caller) -> words.UserErased:
        user = self.household.find(request.user)
        if request.confirm != request.user:
            raise CallError("invalid", "it is not the same id: whoever is erased is gone for good", "confirm")
        self.household.check_owner_left(user, None)
        trail = self.auditor.trail  # without it his name would stay there
        workers = self._keepers(ERASE_PERSON)
        for worker in workers:
            try:
                await self._ask(worker, ERASE_PERSON, user)
            except CallError as error:
                why = f"{worker} did not forget {user.id} ({error}): he is still here; erase him again"
                raise CallError("unavailable", why) from error
        policies = self.leave(user)
        self.household.wipe()
        await self.let_go(user)
        await self.auditor.settled()
        for name in {user.id, user.object_id}:
            await trail.forget(name)
        return words.UserErased(user=user.id, policies=policies, workers=workers)

    async def let_go(self, user: User) -> None:
        """What whoever gets his id another day must not come into: preferences, archives, the login at the broker."""
        self.preferences.forget(user.id)
        await self._end_login(user)

    async def _end_login(self, user: User) -> None:
        """His login at the broker goes, if he had one; who runs the broker hears of it."""
        logins, elsewhere = Logins(self.house.folder), self.house.settings.home.mosquitto_folder is not None
        if elsewhere or user.login not in logins.all():
            return  # where others run the broker there is no keeper: what is said of his reach takes the login along
        try:
            logins.remove(user.login)
            await self.house.ask("keeper", "apply_logins", {}, ttl=_PATIENCE)
        except (LoginError, CallError) as error:
            self.house.log.warning("a login of somebody who was erased: %s", error)


def _own(caller: Caller) -> str:
    """Whose preferences are meant: nobody names another."""
    if not caller.login.startswith(PREFIX):
        raise CallError("denied", f"{caller.login} is nobody who prefers anything: ask as a person")
    return caller.login.removeprefix(PREFIX)


def _write(path: Path, files: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.json", orjson.dumps(content, option=orjson.OPT_INDENT_2, default=_plain))


def _plain(value: object) -> Any:
    return asdict(value) if hasattr(value, "__dataclass_fields__") else str(value)  # type: ignore[call-overload]
