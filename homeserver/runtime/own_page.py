"""The page that a worker brings: where its module lies, and how it is given to the bridge. Keeps nothing."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import field
from pathlib import Path

from homeserver.topics.blob import Blob
from homeserver.topics.call import Caller, CallError, Role
from homeserver.topics.page import LARGEST, AskModule, WorkerPage
from homeserver.topics.record import record

Give = Callable[[str, str, Path, str, str, str], Awaitable[Blob]]
"""`Blobs.give`."""


@record
class Page:
    """`module` is a JavaScript module, one file, that exports `show`: docs/how-to/workers.md. For `icon`, `role` and
    `titles` see `WorkerPage`."""

    title: str
    module: Path
    role: Role = "adult"
    icon: str = "code"
    titles: dict[str, str] = field(default_factory=dict)

    def announced(self) -> WorkerPage:
        """As it is told to the bridge; raises OSError or ValueError where there is no such module."""
        content = self.module.read_bytes()
        if len(content) > LARGEST:
            raise ValueError(f"{self.module.name} has {len(content)} bytes: a page's module may have {LARGEST}")
        return WorkerPage(self.title, hashlib.sha256(content).hexdigest(), self.role, self.icon, self.titles)


def giver(worker: str, page: Page, give: Give) -> Callable[[AskModule, Caller], Awaitable[Blob]]:
    """What answers the call for the module."""

    async def answer(_: AskModule, caller: Caller) -> Blob:
        if not caller.login.startswith("process."):
            raise CallError("denied", "modules of pages are given to the bridge, which serves them")
        module = page.module
        return await give(worker, caller.login, module.parent, module.name, "text/javascript", module.name)

    return answer
