"""Pages that workers bring: who brings which, and their modules, read once and served to whom they are for.

Only pages of workers that the household named are shown, and a module only where it is what was announced: it runs with
the rights of whoever opens it (docs/decisions/0040). What somebody may not open is not there for him. Keeps the modules
in memory, and forgets those that are no longer announced.
"""

import hashlib
from collections.abc import Collection
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.openapi import error_responses
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.runtime.house import House
from homeserver.topics.blob import Blob
from homeserver.topics.call import CallError, may
from homeserver.topics.page import LARGEST, MODULE, WorkerPage
from homeserver.topics.process import ProcessStatus

_ABSENT: Final = "There is no such page."
_SCRIPT: Final = "text/javascript; charset=utf-8"
_MODULE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The module", "content": {"text/javascript": {"schema": {"type": "string"}}}}
}


class BroughtPage(BaseModel):
    """A page of a worker. `module` is the address of its script, which changes with its content."""

    worker: str
    title: str
    titles: dict[str, str]
    icon: str
    role: str
    module: str


class Brought:
    """What is announced, and what of it is allowed."""

    def __init__(self, house: House, allowed: Collection[str]) -> None:
        self._house = house
        self._allowed = allowed
        self._said: dict[tuple[str, str], WorkerPage] = {}
        self._online: dict[str, bool] = {}
        self._modules: dict[str, bytes] = {}
        """By the hash that they have."""

    def learn(self, worker: str, process: str, page: WorkerPage | None) -> None:
        """A worker brings a page, another one, or none any more."""
        if page is None:
            self._said.pop((worker, process), None)
        elif worker in self._allowed:
            self._said[worker, process] = page
        else:
            self._house.log.info("%s brings a page; to show it, name it in bridge.pages", worker)
        wanted = {said.sha256 for said in self._said.values()}
        self._modules = {hash: module for hash, module in self._modules.items() if hash in wanted}

    def process(self, process: str, status: ProcessStatus | None) -> None:
        """A process came or went."""
        self._online[process] = status is not None and status.state == "online"

    def _seen(self, login: str) -> dict[str, WorkerPage]:
        """By worker, what somebody may open now."""
        role = self._house.people.role
        return {
            worker: page
            for (worker, process), page in sorted(self._said.items())
            if self._online.get(process, False) and may(role(login, worker, "page"), page.role)
        }

    # -- routes

    def add_to(self, app: FastAPI) -> None:
        """The list, and the modules."""
        errors = error_responses()
        rows = self.pages, self.module
        app.add_api_route("/api/pages", rows[0], methods=["GET"], response_model=list[BroughtPage], responses=errors)
        path = "/api/pages/{worker}/{name}"
        app.add_api_route(path, rows[1], methods=["GET"], response_class=Response, responses=errors | _MODULE)

    async def pages(self, request: Request) -> Response:
        """The pages that workers bring, as far as who asks may open them."""
        rows = [
            BroughtPage(
                worker=worker,
                title=page.title,
                titles=page.titles,
                icon=page.icon,
                role=page.role,
                module=f"/api/pages/{worker}/{page.sha256}.js",
            )
            for worker, page in self._seen(request.state.login).items()
        ]
        return json_response([row.model_dump(mode="json") for row in rows])

    async def module(self, worker: str, name: str, request: Request) -> Response:
        """The script of such a page."""
        page = self._seen(request.state.login).get(worker)
        if page is None or name != f"{page.sha256}.js":
            raise Refusal("not_found", _ABSENT)
        content = self._modules.get(page.sha256)
        if content is None:
            content = self._modules[page.sha256] = await self._fetch(worker, page)
        headers = {"cache-control": "private, max-age=31536000, immutable", "etag": f'"{page.sha256[:20]}"'}
        return Response(content, headers=headers, media_type=_SCRIPT)

    async def _fetch(self, worker: str, page: WorkerPage) -> bytes:
        try:
            blob = Blob.model_validate(await self._house.ask(worker, MODULE, {}))
            async with await self._house.open_blob(blob, self._house.login) as reader:
                if reader.facts.length > LARGEST:
                    raise Refusal("unavailable", "The page of this worker is too large.")
                content = b"".join([chunk async for chunk in reader.read(0, reader.facts.length)])
        except CallError as error:
            raise Refusal("unavailable", "The page of this worker cannot be had at the moment.") from error
        if hashlib.sha256(content).hexdigest() != page.sha256:
            self._house.log.warning("the page of %s is not what it announced: start it anew", worker)
            raise Refusal("unavailable", "The page of this worker is not the one it announced.")
        return content
