"""The service worker's part in a real Chromium: a pushed message is shown, and only then acknowledged.

Chromium asks no push service of a test: the message is handed to the service worker where it would arrive from one.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from homeserver.bridge import dashboard
from tests.bridge.browser import chromium
from tests.ports import free_port

SCRIPT = Path(dashboard.__file__).parent / "source" / "push-worker.js"
REGISTER = (
    "navigator.serviceWorker.register('/service-worker.js').then(() => navigator.serviceWorker.ready).then(() => 1)"
)
SHOWN = (
    "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => JSON.stringify("
    "all.map(({ title, body, tag, actions }) => [title, body, tag, actions.map(({ action }) => action)])))"
)


class Home:
    """What the page and its service worker ask; `fails`: how often it is not there yet."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.came = asyncio.Event()
        self.fails = 1

    async def page(self, request: Request) -> Response:
        return HTMLResponse("<!doctype html><title>Home</title>")

    async def worker(self, request: Request) -> Response:
        return Response(SCRIPT.read_text(), media_type="text/javascript")

    async def acknowledge(self, request: Request) -> Response:
        if self.fails:
            self.fails -= 1
            return Response(status_code=503)
        assert "cookie" not in request.headers
        self.told.append(json.loads(await request.body()))
        self.came.set()
        return Response(status_code=204)


@pytest.fixture
async def served() -> AsyncIterator[tuple[Home, str]]:
    home, port = Home(), free_port()
    routes = [
        Route("/", home.page),
        Route("/service-worker.js", home.worker),
        Route("/api/push/acknowledge", home.acknowledge, methods=["POST"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), "127.0.0.1", port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield home, f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


@pytest.mark.browser
async def test_shown_then_acknowledged(served: tuple[Home, str], tmp_path: Path) -> None:
    home, origin = served
    async with chromium(tmp_path / "profile") as browser:
        page = await browser.page()
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        inner = page.heard

        def heard(method: str, parameters: Any) -> None:
            if method == "ServiceWorker.workerRegistrationUpdated" and parameters["registrations"] and not found.done():
                found.set_result(parameters["registrations"][0]["registrationId"])
            inner(method, parameters)

        page.heard = heard  # type: ignore[method-assign]
        context = (await page.send("Target.getTargetInfo"))["targetInfo"]["browserContextId"]
        allowed = {"origin": origin, "permissions": ["notifications"], "browserContextId": context}
        await browser.send("Browser.grantPermissions", **allowed)
        await page.send("Page.navigate", url=f"{origin}/")
        await page.send("ServiceWorker.enable")

        async def run(text: str) -> Any:
            answer = await page.send("Runtime.evaluate", expression=text, awaitPromise=True)
            assert "exceptionDetails" not in answer, answer
            return answer["result"].get("value")

        assert await run(REGISTER) == 1
        told: dict[str, Any] = {"id": "d1", "token": "t1", "title": "Garage", "message": "Open", "tag": "garage"}
        told["actions"] = [{"action": "close", "title": "Close it"}]
        async with asyncio.timeout(20):
            id = await found
            await page.send("ServiceWorker.deliverPushMessage", origin=origin, registrationId=id, data=json.dumps(told))
            await home.came.wait()
        assert home.told == [{"id": "d1", "token": "t1", "action": ""}], "shown, and told in spite of a first failure"
        assert json.loads(await run(SHOWN)) == [["Garage", "Open", "garage", ["close"]]]
