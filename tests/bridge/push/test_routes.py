"""The routes of push: one's own devices, which services are asked, and the one door without a key."""

from typing import Any

import pytest

from homeserver.bridge.push.routes import MOST
from homeserver.bridge.push.sending import is_allowed
from tests.bridge.conftest import Home
from tests.bridge.push.service import ORIGIN, Browser, unb64

PATH = "/api/push/subscriptions"


def changed(**more: Any) -> dict[str, Any]:
    return Browser("phone").subscription() | more


async def test_a_device_comes_and_goes(home: Home) -> None:
    key = (await home.get("/api/push/key")).json()["key"]
    assert len(unb64(key)) == 65
    kept = home.bridge.house.folder / "push-keys.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    phone = Browser("phone").subscription()
    made = (await home.post(PATH, phone)).json()
    assert (made["device"], made["service"]) == ("phone", "updates.push.services.mozilla.com")
    again = (await home.post(PATH, phone | {"device": " My  phone "})).json()
    listed = (await home.get(PATH)).json()
    assert [(one["id"], one["device"]) for one in listed] == [(again["id"], "My phone")], (
        "one browser stands there once"
    )
    gone = await home.during(home.client.request("DELETE", PATH, json={"endpoint": phone["endpoint"]}))
    assert gone.status_code == 200
    assert (await home.get(PATH)).json() == []
    gone = await home.during(home.client.request("DELETE", PATH, json={"id": again["id"]}))
    assert (gone.status_code, gone.json()["field"]) == (404, "id")


async def test_nobody_without_a_key(home: Home) -> None:
    async with home.stranger() as stranger:
        for method, path in (("GET", "/api/push/key"), ("GET", PATH), ("POST", PATH), ("DELETE", PATH)):
            answer = await home.during(stranger.request(method, path, json={} if method != "GET" else None))
            assert answer.status_code == 401
        answer = await home.during(stranger.post("/api/push/acknowledge", json={"id": "a", "token": "b"}))
        assert (answer.status_code, answer.content) == (204, b"")
        answer = await home.during(stranger.post("/api/push/acknowledge", json={"id": 1}))
        assert answer.status_code == 400
        far = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        answer = await home.during(stranger.post("/api/push/acknowledge", json={"id": "a", "token": "b"}, headers=far))
        assert answer.status_code == 403
        answers = [
            (await home.during(stranger.post("/api/push/acknowledge", json={"id": "a", "token": "b"}))).status_code
            for _ in range(100)
        ]
        assert set(answers) == {204, 429}


async def test_devices_of_others_are_not_seen_and_not_removed(home: Home) -> None:
    made = (await home.post(PATH, changed())).json()
    book = home.bridge.push.book
    book.ledger.execute("UPDATE subscription SET login = 'person.anna'")
    assert (await home.get(PATH)).json() == []
    for named in ({"id": made["id"]}, {"endpoint": changed()["endpoint"]}):
        assert (await home.during(home.client.request("DELETE", PATH, json=named))).status_code == 404
    assert len(book.subscriptions("person.anna")) == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "endpoint"),
        (changed(endpoint="https://192.168.1.1/x"), 422, "endpoint"),
        (changed(endpoint="http://fcm.googleapis.com/x"), 422, "endpoint"),
        (changed(endpoint="https://fcm.googleapis.com.evil.example/x"), 422, "endpoint"),
        (changed(keys={"p256dh": "AAAA", "auth": "AAAA"}), 400, "keys"),
        (changed(keys={"p256dh": "AAAA"}), 400, "keys.auth"),
        (changed(device="x" * 101), 400, "device"),
        (changed(more=1), 400, "more"),
    ],
)
async def test_what_is_no_device(home: Home, body: dict[str, Any], status: int, field: str) -> None:
    answer = await home.post(PATH, body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert (await home.get(PATH)).json() == []


async def test_there_is_a_limit(home: Home) -> None:
    for number in range(MOST):
        assert (await home.post(PATH, Browser(f"b{number}").subscription())).status_code == 200
    assert (await home.post(PATH, Browser("one more").subscription())).status_code == 409
    assert (await home.post(PATH, Browser("b3").subscription())).status_code == 200


async def test_a_session_takes_its_device_along(home: Home) -> None:
    async with home.stranger() as page:
        own = {"sec-fetch-site": "same-origin"}
        await home.during(page.post("/api/session", json={"token": home.token}, headers=own))
        assert (await home.during(page.post(PATH, json=changed(), headers=own))).status_code == 200
        push = home.bridge.push
        [one] = push.book.subscriptions("person.owner")
        assert push.may(one)
        await home.during(page.delete("/api/session", headers=own))
        assert not push.may(one)


async def test_a_damaged_key_file_is_named(home: Home) -> None:
    (home.bridge.house.folder / "push-keys.json").write_text('{"vapid": "nothing"}')
    answer = await home.get("/api/push/key")
    assert answer.status_code == 503
    assert "push-keys.json" in answer.json()["message"]


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        (f"{ORIGIN}/abc", True),
        ("https://a.example/x", True),
        ("https://a.example:443/x", True),
        ("https://a.example:8443/x", False),
        ("https://b.a.example/x", False),
        ("https://services.mozilla.com/x", False),
        ("http://127.0.0.1:8090/x", True),
        ("http://127.0.0.1:8091/x", False),
        ("https://user@a.example/x", False),
        ("https://a.example@evil.example/x", False),
        ("https://evil.example/a.example", False),
        ("https://[::1", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_which_services_are_asked(endpoint: str, allowed: bool) -> None:
    services = ("*.services.mozilla.com", "a.example", "http://127.0.0.1:8090")
    assert is_allowed(endpoint, services) is allowed
