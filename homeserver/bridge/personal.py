"""What the bridge keeps of somebody: who he is proved to be, what he was notified of and where, files that he uploaded.

How he proves who he is, is told to him by `/api/auth/proofs` and over no topic, so that an archive has the rest only.
All of it goes when he is erased. Answers two calls.
"""

import asyncio
from typing import Final

from homeserver.bridge.proofs.vault import Vault
from homeserver.bridge.push.pushing import Push
from homeserver.bridge.resuming import Resuming
from homeserver.bridge.staging import Staging
from homeserver.runtime.people import PREFIX
from homeserver.runtime.personal import scrub
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller
from homeserver.topics.personal import OfPerson, PersonData, PersonErased, person_calls

EXPORT, ERASE = person_calls("bridge")
_MOST: Final = 10_000
"""Notifications in an archive."""


class Personal(Worker):
    """The part of the bridge that is about one person's own things."""

    vault: Vault
    push: Push
    staging: Staging
    resuming: Resuming

    @answers(EXPORT)
    async def export_person(self, request: OfPerson, caller: Caller) -> PersonData:
        login, book = f"{PREFIX}{request.user}", self.push.book
        devices = [
            {"device": one.device, "created": one.created, "used": one.used} for one in book.subscriptions(login)
        ]
        told = [
            {"at": one.created, "state": one.state, "action": one.action, **one.content.model_dump(mode="json")}
            for one in book.notifications(login, _MOST)
        ]
        files = await asyncio.to_thread(self.staging.files)
        uploads = [one.model_dump(mode="json") for one in files if one.login == login]
        return PersonData(data={"devices": devices, "notifications": told, "uploads": uploads})

    @answers(ERASE)
    async def erase_person(self, request: OfPerson, caller: Caller) -> PersonErased:
        return PersonErased(erased=await self.forget(f"{PREFIX}{request.user}"))

    async def forget(self, login: str) -> int:
        """Forget all of somebody; how many files and notifications that were."""
        files = [one for one in await asyncio.to_thread(self.staging.files) if one.login == login]
        for one in files:
            await asyncio.to_thread(self.staging.remove, one.id, login)
        begun = await asyncio.to_thread(self.resuming.uploads.forget, login)
        told = len(self.push.book.notifications(login, _MOST))
        self.push.book.erase(login)
        self.vault.erase(login)
        for ledger in (self.vault.ledger, self.push.book.ledger):
            scrub(ledger)
        return len(files) + begun + told
