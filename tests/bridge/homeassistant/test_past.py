"""The past, where a worker keeps it: what clients ask of it goes there in their name, and comes back as it is."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Call, Caller
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk

ROWS = [{"s": "off", "a": {"friendly_name": "Lamp"}, "lu": 1_000.0}, {"s": "on", "lu": 2_000.5, "lc": 2_000.0}]


class Ask(BaseModel):
    model_config = ConfigDict(extra="allow")


class Rows(BaseModel):
    model_config = ConfigDict(extra="allow")


class Part(BaseModel):
    number: int


DURING = Call("history", "history_during_period", Ask, Rows, role="guest", doc="How entities were.")
STREAM = Call("history", "stream", Ask, Part, role="guest", doc="How entities were, and are.", stream=True)


class Past(Worker):
    name = "history"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.left = False

    @answers(DURING)
    async def during(self, request: Ask, caller: Caller) -> Rows:
        self.asked.append((caller.login, dict(request.model_extra or {})))
        return Rows.model_validate({"light.hall": ROWS})

    @answers(STREAM)
    async def stream(self, request: Ask, caller: Caller) -> AsyncGenerator[Part, None]:
        try:
            for number in range(1_000):
                yield Part(number=number)
                await self.house.clock.sleep(1)
        finally:
            self.left = True


def set_up_past(house: House) -> Past:
    return Past(house)


@pytest.fixture
async def past(home: Home) -> AsyncIterator[Past]:
    parts: dict[str, Any] = {"broker": home.core.broker, "clock": home.clock, "folder": home.core.folder}
    async with Rehearsal(set_up_past, process="past", **parts) as process:
        await home.settle()
        worker = process.process.hosted["history"].worker
        assert isinstance(worker, Past)
        yield worker


async def test_history_over_both_doors(home: Home, past: Past) -> None:
    talk = await Talk(home).let_in()
    asked = {"start_time": "2026-01-04T00:00:00+00:00", "entity_ids": ["light.hall"]}
    assert await talk.result("history/history_during_period", **asked) == {"light.hall": ROWS}
    assert past.asked == [("person.owner", asked)]
    assert await talk.error("history/history_during_period", entity_ids=["light.gone"]) == "not_found"
    rows = (await home.get("/api/history/period/2026-01-04T00:00:00Z?filter_entity_id=light.hall")).json()
    assert [[one["state"] for one in entity] for entity in rows] == [["off", "on"]]
    assert rows[0][1]["attributes"] == {"friendly_name": "Lamp"}
    assert rows[0][1]["last_changed"] == "1970-01-01T00:33:20.000000+00:00"
    assert past.asked[1][1]["end_time"] == "2026-01-05T00:00:00.000000+00:00"
    await talk.leave()


async def test_a_subscription_to_the_past_goes_on_until_the_client_ends_it(home: Home, past: Past) -> None:
    talk = await Talk(home).let_in()
    await talk.result("history/stream", entity_ids=["light.hall"])
    await home.clock.advance(2.5)
    told = [one["number"] for one in talk.events()]
    assert told == list(range(len(told)))
    assert len(told) >= 3
    await talk.result("unsubscribe_events", subscription=1)
    await home.settle()
    assert past.left
    count = len(talk.events(1))
    await home.clock.advance(3)
    assert len(talk.events(1)) == count
    await talk.leave()
