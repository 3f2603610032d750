"""Streamed calls over HTTP: events or lines, refusals before the first part, and an end when the client leaves."""

import asyncio
from typing import Any

import orjson
import pytest

from tests.bridge.conftest import Home
from tests.runtime.ground import until

COUNT = "/api/calls/library/count"


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(lines[0].removeprefix("event: "), orjson.loads(lines[-1].removeprefix("data: "))) for lines in blocks]


async def test_parts_are_events_and_the_last_one_says_so(home: Home) -> None:
    answer = await home.post(COUNT, {"to": 3})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    told = events(answer.text)
    assert [kind for kind, _ in told] == ["part", "part", "part", "last"]
    assert [content["row"] for _, content in told[:3]] == [0, 1, 2]


async def test_parts_are_lines_for_who_wants_lines(home: Home) -> None:
    answer = await home.post(COUNT, {"to": 2}, headers={"accept": "application/x-ndjson"})
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert [line.get("part") for line in lines] == [0, 1, None]
    assert lines[1]["result"]["row"] == 1
    assert lines[2] == {"last": True}


@pytest.mark.parametrize("accept", ["text/event-stream", "application/x-ndjson"])
async def test_what_goes_wrong_on_the_way_is_the_last_word(home: Home, accept: str) -> None:
    answer = await home.post(COUNT, {"to": 1, "then": "torn"}, headers={"accept": accept})
    assert answer.status_code == 200
    last = orjson.loads(answer.content.splitlines()[-1])["error"] if "json" in accept else events(answer.text)[-1][1]
    assert (last["code"], last["field"]) == ("torn_page", "to")
    assert last["request"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "status", "code"), [({"to": "many"}, 400, "invalid"), ({"to": 0, "then": "torn"}, 422, "torn_page")]
)
async def test_what_goes_wrong_before_the_first_part_is_a_refusal(
    home: Home, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await home.post(COUNT, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_list_of_calls_tells_which_are_streamed(home: Home) -> None:
    told = {
        call["verb"]: call["stream"] for call in (await home.get("/api/calls")).json() if call["worker"] == "library"
    }
    assert told == {"lookup": False, "burn": False, "reset": False, "count": True}


@pytest.mark.parametrize("body", ['{"to": 1, "then": "wait"}', "{}"])
async def test_a_client_that_leaves_ends_the_call(home: Home, body: str) -> None:
    """Also one that has taken nothing of an endless answer, which meanwhile holds its worker up."""
    port = home.client.base_url.port or 0
    await home.bridge.listener.up.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {COUNT} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {home.token}\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    await until(lambda: home.library.counting == 1)
    await asyncio.sleep(0.2)
    writer.close()
    await until(lambda: home.library.counting == 0)


@pytest.mark.parametrize("body", [{}, {"to": 1, "then": "wait"}])
async def test_a_session_that_ends_ends_its_streams(home: Home, body: dict[str, Any]) -> None:
    signed_in = await home.post("/api/session", {"token": home.token})
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    origin = {"cookie": cookie, "origin": str(home.client.base_url).rstrip("/")}
    stranger = home.stranger()
    streaming = asyncio.create_task(stranger.post(COUNT, json=body, headers=origin))
    await until(lambda: home.library.counting == 1)
    await stranger.delete("/api/session", headers=origin)
    answer = await streaming
    assert events(answer.text)[-1][1]["code"] == "unauthorized"
    await stranger.aclose()
