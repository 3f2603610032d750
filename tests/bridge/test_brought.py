"""Pages that workers bring: shown where the household named the worker, to who may open them, and only as announced."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Page
from homeserver.topics.page import LARGEST
from tests.bridge.garden import ALLOWED, MODULE, Garden, set_up_garden
from tests.bridge.isolation.house import STRANGERS, USERS, House, furnished

HASH = hashlib.sha256(MODULE.read_bytes()).hexdigest()
ADDRESS = f"/api/pages/garden/{HASH}.js"
MAY = {"olga": True, "adam": True, "carl": False, "gina": False, "serv": False, "ruth": False}
"""Who may open a page for adults. By hand."""


@asynccontextmanager
async def planted(folder: Path, settings: str = ALLOWED) -> AsyncIterator[House]:
    (folder / "homeserver.toml").write_text(settings)
    async with furnished(folder) as house:
        garden = Rehearsal(set_up_garden, broker=house.core.broker, clock=house.clock, folder=folder, process="garden")
        async with garden:
            await house.settle()
            yield house


async def fetched(house: House, request: Awaitable[httpx.Response]) -> httpx.Response:
    """Wait while time goes by slowly: a module is read in a thread, which needs its own time."""
    task = asyncio.ensure_future(request)
    while not task.done():
        await house.clock.advance(0.001)
    return task.result()


async def test_who_may_open_a_page_finds_it_and_nobody_else(tmp_path: Path) -> None:
    async with planted(tmp_path) as house:
        for who in (*USERS, *STRANGERS):
            async with house.rest(who) as client:
                listed = await house.during(client.get("/api/pages"))
                module = await fetched(house, client.get(ADDRESS))
                if who in STRANGERS:
                    assert (listed.status_code, module.status_code) == (401, 401)
                elif MAY[who]:
                    (page,) = listed.json()
                    assert (page["worker"], page["titles"], page["module"]) == ("garden", {"de": "Garten"}, ADDRESS)
                    assert module.content == MODULE.read_bytes()
                    assert module.headers["content-type"] == "text/javascript; charset=utf-8"
                    assert "immutable" in module.headers["cache-control"]
                    assert "private" in module.headers["cache-control"]
                else:
                    assert listed.json() == []
                    nothing = await house.during(client.get(f"/api/pages/nobody/{HASH}.js"))
                    assert module.status_code == nothing.status_code == 404
                    assert module.json()["message"] == nothing.json()["message"], "hidden is as absent"


async def test_a_policy_may_keep_somebody_from_a_page(tmp_path: Path) -> None:
    async with planted(tmp_path) as house:
        await house.asked(
            "people", "set_policy", who="adam", scope="call", what="garden.*", verb="control", allow=False
        )
        await house.settle()
        async with house.rest("adam") as client:
            assert (await house.during(client.get("/api/pages"))).json() == []
            assert (await fetched(house, client.get(ADDRESS))).status_code == 404


@pytest.mark.parametrize("settings", ["", '[bridge]\npages = ["meadow"]\n'])
async def test_a_page_that_the_household_did_not_name_is_not_there(tmp_path: Path, settings: str) -> None:
    async with planted(tmp_path, settings) as house, house.rest("olga") as client:
        assert (await house.during(client.get("/api/pages"))).json() == []
        assert (await fetched(house, client.get(ADDRESS))).status_code == 404


@pytest.mark.parametrize("name", ["x.js", f"{HASH}.html", f"{'0' * 64}.js", "..%2fsecret", f"{HASH}.js%00"])
async def test_only_the_module_that_was_announced_is_served(tmp_path: Path, name: str) -> None:
    async with planted(tmp_path) as house, house.rest("olga") as client:
        assert (await house.during(client.get(f"/api/pages/garden/{name}"))).status_code == 404


async def test_a_module_that_changed_after_it_was_announced_is_not_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "module.js"
    module.write_text("export const show = () => {};")
    monkeypatch.setattr(Garden, "page", Page("Garden", module))
    async with planted(tmp_path) as house, house.rest("olga") as client:
        (page,) = (await house.during(client.get("/api/pages"))).json()
        module.write_text("export const show = () => fetch('//evil');")
        answer = await fetched(house, client.get(page["module"]))
        assert (answer.status_code, "evil" in answer.text) == (503, False)


@pytest.mark.parametrize("size", [None, LARGEST + 1])
async def test_a_module_that_cannot_be_had_costs_the_page_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int | None
) -> None:
    module = tmp_path / "module.js"
    if size is not None:
        module.write_bytes(b" " * size)
    monkeypatch.setattr(Garden, "page", Page("Garden", module))
    async with planted(tmp_path) as house, house.rest("olga") as client:
        assert (await house.during(client.get("/api/pages"))).json() == []
        done = await house.during(client.post("/api/calls/garden/water", json={"minutes": 3}))
        assert done.json() == {"by": "person.olga"}


async def test_a_page_goes_with_its_worker(tmp_path: Path) -> None:
    (tmp_path / "homeserver.toml").write_text(ALLOWED)
    async with furnished(tmp_path) as house, house.rest("olga") as client:
        garden = Rehearsal(
            set_up_garden, broker=house.core.broker, clock=house.clock, folder=tmp_path, process="garden"
        )
        async with garden:
            await house.settle()
            assert len((await house.during(client.get("/api/pages"))).json()) == 1
            await fetched(house, client.get(ADDRESS))
        await house.settle()
        assert (await house.during(client.get("/api/pages"))).json() == []
        assert (await fetched(house, client.get(ADDRESS))).status_code == 404


async def test_the_module_is_given_to_processes_only(tmp_path: Path) -> None:
    async with planted(tmp_path) as house, house.rest("olga") as client:
        answer = await house.during(client.post("/api/calls/garden/page_module", json={}))
        assert answer.status_code == 404
