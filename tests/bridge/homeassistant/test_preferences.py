"""What a page keeps for whoever looks at it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeserver.people.worker import setup as set_up_people
from homeserver.runtime.rehearsal import Rehearsal
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk


@pytest.fixture
async def peopled(home: Home, tmp_path: Path) -> AsyncIterator[Home]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    async with Rehearsal(set_up_people, broker=home.core.broker, clock=home.clock, folder=folder, process="people"):
        await home.settle()
        yield home


async def test_it_is_kept_and_told_to_every_page(peopled: Home) -> None:
    talk, other = await Talk(peopled).let_in(), await Talk(peopled).let_in()
    assert await talk.result("frontend/get_user_data", key="core") == {"value": None}
    assert await talk.result("frontend/get_user_data") == {"value": {}}
    for more in ({"key": "core"}, {}, {"key": "sidebar"}):
        assert await other.result("frontend/subscribe_user_data", **more) is None
    assert [other.events(id) for id in (1, 2, 3)] == [[{"value": None}], [{"value": {}}], [{"value": None}]]
    core = {"showAdvanced": True}
    assert await talk.result("frontend/set_user_data", key="core", value=core) is None
    await peopled.settle()
    assert [other.events(id)[1:] for id in (1, 2, 3)] == [[{"value": core}], [{"value": {"core": core}}], []]
    assert await talk.result("frontend/get_user_data", key="core") == {"value": core}
    await other.result("unsubscribe_events", subscription=1)
    await talk.result("frontend/set_user_data", key="core", value=None)
    await peopled.settle()
    assert len(other.events(1)) == 2
    assert other.events(2)[2:] == [{"value": {}}]
    assert await talk.result("frontend/get_user_data") == {"value": {}}
    await talk.leave()
    await other.leave()
    assert not peopled.bridge.homeassistant.desk.followers._told


async def test_it_stands_among_the_persons_preferences(peopled: Home) -> None:
    talk = await Talk(peopled).let_in()
    await talk.result("frontend/set_user_data", key="language", value={"language": "de"})
    answer = await peopled.post("/api/calls/people/preferences", {})
    assert answer.json()["values"] == {"homeassistant.language": {"language": "de"}}
    await peopled.post("/api/calls/people/set_preferences", {"values": {"theme": "dark"}})
    assert await talk.result("frontend/get_user_data") == {"value": {"language": {"language": "de"}}}
    assert await talk.error("frontend/set_user_data", key="no key", value=1) == "invalid_format"
    await talk.leave()
