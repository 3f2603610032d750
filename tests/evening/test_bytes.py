"""Streams and blobs of a worker in a process of its own, in a whole home: with its data folder and with another."""

import asyncio
import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.evening.whole_home import BrokerKind, WholeHome, whole_home

ROOT = Path(__file__).parents[2]
CONTENT = bytes(range(251)) * 20_000
GIGABYTE = 1 << 30
PLACES = [("mosquitto", "here"), ("amqtt", "here"), ("mosquitto", "elsewhere"), ("amqtt", "elsewhere")]


class Evening:
    """A home, its films, and somebody who watches."""

    def __init__(self, home: WholeHome, films: Path, client: httpx.AsyncClient) -> None:
        self.home = home
        self.films = films
        self.client = client

    async def call(self, verb: str, body: dict[str, Any]) -> Any:
        answer = await self.client.post(f"/api/calls/cinema/{verb}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rss(self) -> int:
        return sum(psutil.Process(child.pid).memory_info().rss for child in self.home.descendants())


def site(folder: Path) -> dict[str, str]:
    """The environment in which the worker's package is installed."""
    info = folder / "site" / "cinema-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cinema\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[homeserver.workers]\ncinema = tests.evening.cinema:setup\n")
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder / 'site'}"}


@contextlib.contextmanager
def elsewhere(home: WholeHome, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """`homeserver run` as on another machine: with a login file and a data folder of its own."""
    login, data, command = folder / "cinema.login", str(home.data), [sys.executable, "-m", "homeserver"]
    address = f"mqtt://127.0.0.1:{home.mqtt_port}"
    made = ["worker-login", "add", "annex", "cinema", "--file", str(login), "--data", data, "--address", address]
    subprocess.run([*command, *made], check=True, env=environment, capture_output=True)
    run = ["run", "cinema", "--login", str(login), "--data", str(folder / "annex")]
    with (folder / "annex.txt").open("wb") as output:
        process = subprocess.Popen([*command, *run], env=environment, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(params=PLACES, ids="-".join)
async def evening(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Evening]:
    broker: BrokerKind = request.param[0]
    environment, far = site(tmp_path), request.param[1] == "elsewhere"
    films = tmp_path / ("annex" if far else "data") / "films"
    films.mkdir(parents=True)
    (films / "a.mp4").write_bytes(CONTENT)
    (films / "b.mp4").write_bytes(b"b")
    if not far:
        monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])
    with whole_home(tmp_path, broker) as home, contextlib.ExitStack() as stack:
        home.start()
        await home.until_up()
        if far:
            stack.enter_context(elsewhere(home, tmp_path, environment))
        key = {"authorization": f"Bearer {(home.data / 'http-token').read_text().strip()}"}
        page = f"http://127.0.0.1:{home.http_port}"
        async with httpx.AsyncClient(base_url=page, headers=key, timeout=60) as client:
            async with asyncio.timeout(20):
                while not await announced(client):  # noqa: ASYNC110 - it is announced in another process
                    await asyncio.sleep(0.1)
            yield Evening(home, films, client)


async def announced(client: httpx.AsyncClient) -> bool:
    return any(call["worker"] == "cinema" for call in (await client.get("/api/calls")).json())


async def test_an_evening_with_films(evening: Evening) -> None:
    """In one go: starting a home takes longer than all that is looked at."""
    await a_film_is_seen_in_parts(evening)
    await a_list_comes_in_parts_and_ends_with_its_reader(evening)
    await the_command_line_prints_parts(evening)
    await a_file_is_handed_in(evening)
    await a_gigabyte_passes(evening)


async def a_film_is_seen_in_parts(evening: Evening) -> None:
    blob = await evening.call("show", {"path": "a.mp4"})
    whole = await evening.client.get(blob["url"])
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, CONTENT, "video/mp4")
    part = await evening.client.get(blob["url"], headers={"range": "bytes=1000000-1000099"})
    assert (part.status_code, part.content) == (206, CONTENT[1_000_000:1_000_100])
    for path in ("../people.db", "../../data/http-token", "nothing"):
        answer = await evening.client.post("/api/calls/cinema/show", json={"path": path})
        assert answer.status_code == 404


async def a_list_comes_in_parts_and_ends_with_its_reader(evening: Evening) -> None:
    lines = {"accept": "application/x-ndjson"}
    answer = await evening.client.post("/api/calls/cinema/browse", json={}, headers=lines)
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["result"]["path"] for line in told[:-1]] == ["a.mp4", "b.mp4"]
    assert told[-1] == {"last": True}
    for _ in range(5):
        async with evening.client.stream("POST", "/api/calls/cinema/browse", json={"live": True}) as live:
            async for line in live.aiter_lines():
                if line.startswith("data:"):
                    break

    async def browsing() -> int:
        answer = await evening.client.post("/api/calls/cinema/browse", json={}, headers=lines)
        count: int = json.loads(answer.text.splitlines()[0])["result"]["browsing"]
        return count

    async with asyncio.timeout(5):
        while await browsing() > 1:  # noqa: ASYNC110 - it ends in another process
            await asyncio.sleep(0.05)


async def the_command_line_prints_parts(evening: Evening) -> None:
    argv = [sys.executable, "-m", "homeserver", "call", "cinema.browse", "--data", str(evening.home.data)]
    done = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True, check=True)
    assert [json.loads(line)["path"] for line in done.stdout.splitlines()] == ["a.mp4", "b.mp4"]


async def a_file_is_handed_in(evening: Evening) -> None:
    answer = await evening.client.post("/api/uploads?filename=c.bin", content=CONTENT)
    blob = answer.json()
    weight = await evening.call("weigh", {"file": blob})
    assert weight["sha256"] == blob["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    forged = {**blob, "id": blob["id"][:-4] + "AAAA"}
    refused = await evening.client.post("/api/calls/cinema/weigh", json={"file": forged})
    assert refused.status_code == 404


async def a_gigabyte_passes(evening: Evening) -> None:
    with (evening.films / "large.bin").open("wb") as file:
        file.truncate(GIGABYTE)
    blob = await evening.call("show", {"path": "large.bin"})
    before, most, got = evening.rss(), 0, 0
    async with evening.client.stream("GET", blob["url"]) as answer:
        async for chunk in answer.aiter_raw():
            got += len(chunk)
            if got % (128 << 20) < len(chunk):
                most = max(most, evening.rss())
    assert got == GIGABYTE
    assert most - before < 64 << 20, f"{(most - before) >> 20} MiB more"
