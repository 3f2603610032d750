"""Nobody comes in without a key, nobody from elsewhere changes anything, nobody brings too much."""

import re
from typing import Any

import httpx
import pytest

from homeserver.bridge import door
from homeserver.bridge.auth.addresses import FILES, FLOW, SESSION
from homeserver.bridge.dashboard import ADDRESSES, serve
from homeserver.bridge.door import ACKNOWLEDGE, LARGEST, OPEN, WEBHOOK
from tests.bridge.homeassistant.talking import Talk

NOTHING = ("/api/nothing", "/http-token", "/../http-token", "/dashboard/__init__.py")
_PARAMETER = re.compile(r"\{[^}]*\}")


def routes_of(home: Any) -> list[tuple[str, str]]:
    """Every method and path of the application, taken from its own router; parameters filled in with what exists."""
    values = {"{entity_id}": "light.hall", "{domain}": "light", "{service}": "turn_on", "{worker}": "library"}
    found = []
    for route in home.bridge.door._app.routes:
        path = _PARAMETER.sub(lambda match: values.get(match[0], "lookup"), route.path)
        found += [(method, path) for method in sorted(route.methods)]
    return found


async def test_the_walk_sees_the_routes(home: Any) -> None:
    routes = routes_of(home)
    assert {("GET", "/api/states"), ("POST", "/api/services/light/turn_on"), ("POST", "/api/calls/library/lookup")} <= {
        *routes
    }
    assert len(routes) >= 12


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer "},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic d3Jvbmc6d3Jvbmc="},
        {"cookie": "homeserver_8321=wrong"},
    ],
)
async def test_every_route_needs_a_key(home: Any, headers: dict[str, str]) -> None:
    for number, (method, path) in enumerate(routes_of(home)):
        if (method, path) in OPEN or path.startswith((WEBHOOK, FLOW)) or serve(path):
            continue
        async with home.stranger(f"10.0.0.{number}") as stranger:
            answer = await stranger.request(method, path, headers=headers, json={})
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"
    assert home.owner.commands == []


async def test_only_the_page_the_ways_in_and_the_answer_to_a_push_are_open(home: Any) -> None:
    assert {*OPEN} == {(method, path) for path in FILES for method in ("GET", "HEAD")} | {
        ("POST", SESSION),
        ("GET", "/api/health"),
        ("POST", "/api/auth/welcome"),
        ("POST", "/api/auth/invitations/look"),
        ("POST", "/api/auth/invitations/accept"),
        ("GET", "/auth/providers"),
        ("POST", "/auth/login_flow"),
        ("POST", "/auth/token"),
        ("POST", "/auth/revoke"),
        ("POST", ACKNOWLEDGE),
    }
    pages = [path for path in ADDRESSES if "{" not in path and serve(path)]
    async with home.stranger() as stranger:
        for path in ("/", "/room/hall", "/calls", *pages, *FILES):
            answer = await stranger.get(path)
            assert answer.status_code in (200, 503), "503 says that the dashboard was not built"
            assert home.token not in answer.text
            assert (await stranger.post(path)).status_code == 401
        for path in (*NOTHING, "/docs", "/openapi.json", "/assets/nothing.js", "/made.json", "/rooms"):
            assert (await stranger.get(path)).status_code == 401


async def test_every_answer_is_dressed(home: Any) -> None:
    async with home.stranger() as stranger:
        for answer in (await home.get("/"), await home.get("/api/states"), await stranger.get("/api/states")):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["x-request-id"]
    assert (await home.get("/api/states")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8321", 200),
        ("localhost:8321", 200),
        ("LOCALHOST", 200),
        ("[::1]:8321", 200),
        ("evil.example", 421),
        ("localhost.evil.example:8321", 421),
        ("192.168.0.7:8321", 421),
        ("", 421),
        ("127.0.0.1@evil.example", 421),
    ],
)
async def test_a_name_that_is_not_ours_is_refused(home: Any, host: str, status: int) -> None:
    assert (await home.get("/api/", headers={"host": host})).status_code == status


async def signed_in(home: Any, **headers: str) -> httpx.AsyncClient:
    browser: httpx.AsyncClient = home.stranger()
    answer = await browser.post(SESSION, json={"token": home.token}, headers=headers)
    assert answer.status_code == 200
    line = answer.headers["set-cookie"]
    assert "HttpOnly" in line
    assert "SameSite=Strict" in line
    assert home.token not in line
    return browser


async def test_the_token_opens_a_session(home: Any) -> None:
    browser = await signed_in(home)
    assert (await browser.get("/api/states")).status_code == 200
    assert (await browser.get(SESSION)).json() == {
        "login": "person.owner",
        "name": "Owner",
        "role": "owner",
        "kind": "session",
        "password": False,
        "second_factor": False,
        "recovery_codes": 0,
    }


async def test_sessions_of_two_homes_on_one_machine_do_not_meet(home: Any) -> None:
    browser = await signed_in(home)
    port = home.client.base_url.port
    assert [cookie.name for cookie in browser.cookies.jar] == [f"homeserver_{port}"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://127.0.0.1:{port}"}, 200),
        ({}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"origin": "https://127.0.0.1:{port}"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:{port}"}, 403),
    ],
)
async def test_with_a_session_only_our_own_page_changes_something(
    home: Any, headers: dict[str, str], status: int
) -> None:
    browser = await signed_in(home)
    headers = {name: value.format(port=home.client.base_url.port) for name, value in headers.items()}
    body = {"entity_id": "light.hall"}
    answer = await home.during(browser.post("/api/services/light/turn_on", json=body, headers=headers))
    assert answer.status_code == status
    assert len(home.owner.commands) == (status == 200)


async def test_a_strangers_page_cannot_sign_in(home: Any) -> None:
    async with home.stranger() as browser:
        answer = await browser.post(SESSION, json={"token": home.token}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


async def test_signing_out_ends_the_session_and_its_sockets(home: Any) -> None:
    browser = await signed_in(home)
    session = next(iter(browser.cookies.values()))
    origin = f"http://127.0.0.1:{home.client.base_url.port}"
    cookie = f"{home.bridge.access.cookie}={session}"
    talk = await Talk(home, headers={"cookie": cookie, "origin": origin}).let_in("session")
    answer = await browser.delete(SESSION, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 200
    await home.settle()
    assert talk.ended() == 1008
    await talk.task
    browser.cookies.set(f"homeserver_{home.client.base_url.port}", session)
    assert (await browser.get("/api/states")).status_code == 401


async def test_sessions_outlive_the_bridge_and_end_with_the_token(home: Any) -> None:
    browser = await signed_in(home)
    await home.bridge_process.process.stop("bridge")
    await home.bridge_process.process.start("bridge")
    await home.settle()
    again = home.stranger()
    again.cookies = browser.cookies
    assert (await again.get("/api/states")).status_code == 200
    (home.core.folder / "http-token").unlink()
    await home.bridge_process.process.stop("bridge")
    await home.bridge_process.process.start("bridge")
    await home.settle()
    last = home.stranger()
    last.cookies = browser.cookies
    assert (await last.get("/api/states")).status_code == 401


async def test_too_many_wrong_tokens_are_turned_away_until_time_has_passed(home: Any) -> None:
    async with home.stranger("10.1.1.1") as stranger, home.stranger("10.1.1.2") as neighbour:
        answers = [await stranger.post(SESSION, json={"token": f"guess {n}"}) for n in range(30)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 20
        wait = int(answers[-1].headers["retry-after"])
        assert (await neighbour.post(SESSION, json={"token": "guess"})).status_code == 401
        assert (await stranger.get("/api/", headers={"authorization": "Bearer guess"})).status_code == 429
        assert (await stranger.get("/api/", headers={"authorization": f"Bearer {home.token}"})).status_code == 200
        await home.clock.advance(wait)
        assert (await stranger.post(SESSION, json={"token": "guess"})).status_code == 401


async def test_a_body_over_the_limit_is_refused_announced_or_not(home: Any) -> None:
    async def drops() -> Any:
        for _ in range(LARGEST // 65536 + 1):
            yield b"x" * 65536

    announced = await home.during(home.client.post("/api/calls/library/lookup", content=b"x" * (LARGEST + 1)))
    dripping = await home.during(home.client.post("/api/calls/library/lookup", content=drops()))
    assert [announced.status_code, dripping.status_code] == [413, 413]


async def test_a_body_that_does_not_come_is_not_waited_for(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PATIENCE", 0.01)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await home.clock.sleep(1000)
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {home.token}".encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/calls/library/lookup",
        "headers": headers,
        "scheme": "http",
    }
    await home.bridge.app(scope, receive, send)
    assert sent[0]["status"] == 408


async def test_the_token_is_never_logged_or_answered(home: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with home.stranger() as stranger:
        answer = await stranger.post(SESSION, json={"token": home.token + "x"})
    assert home.token not in answer.text
    assert home.token not in caplog.text
