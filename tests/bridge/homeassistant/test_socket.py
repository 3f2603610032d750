"""The WebSocket as Home Assistant's clients know it: letting in, commands, what goes wrong."""

from typing import Any

import pytest

from homeserver.bridge.homeassistant import socket
from homeserver.bridge.homeassistant.desk import VERSION
from homeserver.bridge.homeassistant.socket import AT_ONCE, PATIENCE
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk


async def test_a_client_is_asked_who_it_is_and_let_in(home: Home) -> None:
    talk = Talk(home)
    await home.settle()
    assert talk.said == [{"type": "auth_required", "ha_version": VERSION}]
    await talk.let_in()
    assert talk.said[-1] == {"type": "auth_ok", "ha_version": VERSION}
    assert tuple(map(int, VERSION.split("."))) >= (2022, 9, 0)
    await talk.leave()


@pytest.mark.parametrize(
    "first",
    [
        {"type": "auth", "access_token": "wrong"},
        {"type": "auth", "access_token": None},
        {"type": "auth", "access_token": "session"},
        {"id": 1, "type": "get_states"},
        ["auth"],
        7,
    ],
)
async def test_whoever_does_not_show_who_he_is_hears_no_more(home: Home, first: Any) -> None:
    talk = Talk(home)
    await talk.say(first)
    await home.settle()
    assert talk.said[-1]["type"] == "auth_invalid"
    assert talk.closed is not None
    assert talk.closed["code"] == 1008
    await talk.task


async def test_silence_ends_the_connection(home: Home) -> None:
    talk = Talk(home)
    await home.clock.advance(PATIENCE - 1)
    assert not talk.ended()
    await home.clock.advance(1)
    assert talk.ended() == 1008
    await talk.task


async def test_those_who_do_not_say_who_they_are_keep_nobody_out(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "STRANGERS", 3)
    silent = [Talk(home) for _ in range(3)]
    await home.settle()
    known = await Talk(home).let_in()
    assert [talk.ended() for talk in silent] == [1013, 0, 0]
    more = [Talk(home) for _ in range(3)]
    await home.settle()
    assert [talk.ended() for talk in (*silent, known, *more)] == [1013, 1013, 1013, 0, 0, 0, 0]
    for talk in (known, *more):
        await talk.leave()


async def test_one_person_has_half_of_the_connections(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "MOST", 4)
    mine = [await Talk(home).let_in() for _ in range(2)]
    third = Talk(home)
    await third.say({"type": "auth", "access_token": home.token})
    assert third.said[-1]["type"] == "auth_required"  # his token is good: he is to try again later
    assert third.ended() == 1013
    await mine[0].leave()
    again = await Talk(home).let_in()
    for talk in (mine[1], again):
        await talk.leave()


async def test_another_name_or_path_is_turned_away(home: Home) -> None:
    for talk in (Talk(home, headers={"host": "evil.example"}), Talk(home, path="/api/other")):
        await home.settle()
        assert talk.closed is not None
        assert not talk.accepted
        await talk.task


async def test_a_page_comes_in_by_its_cookie_and_only_our_own(home: Home) -> None:
    answer = await home.post("/api/session", {"token": home.token}, headers={"authorization": ""})
    cookie = answer.headers["set-cookie"].partition(";")[0]
    own = f"http://127.0.0.1:{home.client.base_url.port}"
    for site in ({}, {"sec-fetch-site": "same-origin"}):
        talk = Talk(home, headers={"cookie": cookie, "origin": own, **site})
        await talk.let_in("session")
        await talk.leave()
    strangers: tuple[dict[str, str], ...] = (
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": own.replace("http", "https")},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {"origin": own, "sec-fetch-site": "cross-site"},
        {"origin": own, "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "same-origin"},
    )
    for headers in strangers:
        foreign = Talk(home, headers={"cookie": cookie, **headers})
        await foreign.say({"type": "auth", "access_token": "session"})
        assert foreign.said[-1]["type"] == "auth_invalid", headers
        await foreign.task


async def test_a_session_that_ended_ends_its_connections(home: Home) -> None:
    answer = await home.post("/api/session", {"token": home.token}, headers={"authorization": ""})
    cookie = answer.headers["set-cookie"].partition(";")[0]
    own = f"http://127.0.0.1:{home.client.base_url.port}"
    headers = {"cookie": cookie, "sec-fetch-site": "same-origin", "origin": own}
    talk = await Talk(home, headers=headers).let_in("session")
    async with home.stranger() as page:
        await home.during(page.delete("/api/session", headers=headers))
    await home.clock.advance(20)
    assert talk.closed is not None
    assert "no longer" in talk.closed["reason"]
    await talk.task


async def test_ping_and_unknown_commands(home: Home) -> None:
    talk = await Talk(home).let_in()
    assert await talk.ask("ping") == {"id": 1, "type": "pong"}
    assert await talk.error("make_coffee") == "unknown_command"
    assert await talk.error("get_states", more=1) == "invalid_format"
    await talk.leave()


async def test_ids_have_to_rise(home: Home) -> None:
    talk = await Talk(home).let_in()
    await talk.say({"id": 5, "type": "ping"})
    await talk.say({"id": 5, "type": "ping"})
    assert talk.said[-1]["error"]["code"] == "id_reuse"
    await talk.say({"id": 4, "type": "ping"})
    assert talk.said[-1]["error"]["code"] == "id_reuse"
    await talk.say({"id": 6, "type": "ping"})
    assert talk.said[-1] == {"id": 6, "type": "pong"}
    await talk.leave()


@pytest.mark.parametrize("text", ["{", "[1", '"x"', "7", '{"id": true, "type": "ping"}', '{"type": "ping"}', "[[]]"])
async def test_nonsense_is_answered_and_ends_the_connection(home: Home, text: str) -> None:
    talk = await Talk(home).let_in()
    await talk.say(text)
    await home.settle()
    assert talk.closed is not None
    await talk.task
    other = await Talk(home).let_in()
    assert await other.ask("ping")
    await other.leave()


async def test_several_commands_and_answers_in_one_message(home: Home) -> None:
    talk = await Talk(home).let_in()
    await talk.say({"id": 1, "type": "supported_features", "features": {"coalesce_messages": 1}})
    before = len(talk.frames)
    await talk.say([{"id": 2, "type": "ping"}, {"id": 3, "type": "ping"}])
    assert [one["id"] for one in talk.said[-2:]] == [2, 3]
    assert len(talk.frames) == before + 1
    await talk.leave()


async def test_too_many_commands_at_once(home: Home) -> None:
    talk = await Talk(home).let_in()
    home.owner.mood = "silent"
    target = {"entity_id": "light.hall"}
    more = {"type": "call_service", "domain": "light", "service": "turn_on", "target": target}
    await talk.say([{"id": id, **more} for id in range(1, AT_ONCE + 2)])
    assert talk.said[-1]["id"] == AT_ONCE + 1
    assert "under way" in talk.said[-1]["error"]["message"]
    await talk.leave()


async def test_a_bug_is_answered_and_the_connection_lives(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await Talk(home).let_in()
    monkeypatch.setattr(type(home.bridge.homeassistant.desk), "config", lambda *_: 1 / 0)
    answer = await talk.ask("get_config")
    assert answer["error"]["code"] == "unknown_error"
    assert "division" not in answer["error"]["message"]
    assert await talk.ask("ping")
    await talk.leave()


async def test_who_reads_nothing_is_let_go_with_a_reason(home: Home) -> None:
    talk = await Talk(home).let_in()
    quick = await Talk(home).let_in()
    talk.slow = 10**9
    for first in range(1, 4_000, 50):
        await talk.say([{"id": id, "type": "get_services"} for id in range(first, first + 50)])
        if talk.closed is not None:
            break
    assert talk.closed is not None
    assert "slow" in talk.closed["reason"]
    assert await quick.ask("ping")
    await quick.leave()
    await talk.task
