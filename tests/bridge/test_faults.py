"""What goes wrong inside stays inside: 500 provoked failures, and no path, query, name or trace in any answer."""

import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from homeserver.bridge.picture import Picture
from homeserver.topics.call import Caller
from tests.bridge.conftest import Burn, Count, Found, Home, Shelf

WORDS = ("/var/lib/home/people.db", "SELECT secret FROM users", "hunter2", "Traceback", "books.py", "sqlite3", "0x7f3a")
KINDS: tuple[Callable[[str], Exception], ...] = (
    RuntimeError,
    KeyError,
    ValueError,
    OSError,
    ZeroDivisionError,
    UnicodeError,
    RecursionError,
    AssertionError,
    sqlite3.OperationalError,
    lambda text: FileNotFoundError(2, text, text),
)
ADDRESSES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/api/calls/library/burn", {}),
    ("POST", "/api/calls/library/count", {"to": 1}),
    ("POST", "/api/calls/library/count", {"to": 3}),
    ("GET", "/api/states", None),
    ("GET", "/api/states/light.hall", None),
    ("POST", "/api/services/light/turn_on", {"entity_id": "light.hall"}),
)


class Arson:
    """What the next handler or route raises, with words in it that nobody outside may read."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.words = ""

    def next(self) -> Exception:
        self.words = " ".join(self._chance.sample(WORDS, 3))
        return self._chance.choice(KINDS)(self.words)

    async def burn(self, request: Burn, caller: Caller) -> Found:
        raise self.next()

    async def count(self, request: Count, caller: Caller) -> AsyncIterator[Shelf]:
        for row in range(request.to - 1):
            yield Shelf(row=row)
        raise self.next()

    def state(self, entity_id: str) -> dict[str, Any]:
        raise self.next()


@pytest.mark.proof
async def test_no_answer_tells_what_went_wrong_inside(
    home: Home, monkeypatch: pytest.MonkeyPatch, portion: Callable[[int], int], tmp_path: Path
) -> None:
    chance = random.Random(5)
    arson = Arson(chance)
    calls = home.core.process.calls
    for verb, handler in (("burn", arson.burn), ("count", arson.count)):
        calls._answers["library", verb] = (calls._answers["library", verb][0], handler)
    monkeypatch.setattr(Picture, "state", lambda self, entity_id: arson.state(entity_id))
    told = 0
    for _ in range(portion(500)):
        method, path, body = chance.choice(ADDRESSES)
        answer = await home.during(home.client.request(method, path, json=body))
        streamed = path.endswith("count") and body["to"] > 1
        assert answer.status_code == (200 if streamed else 500), (path, answer.text)
        assert answer.headers["x-request-id"] in answer.text
        whole = f"{answer.text} {answer.headers}"
        for word in (*WORDS, *arson.words.split(), str(tmp_path), "Error(", "line "):
            assert word not in whole, (path, answer.text)
        told += 1
    assert told == portion(500)
