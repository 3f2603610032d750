"""Who knows the id of a webhook is heard without a key, and nobody learns which ids there are."""

from typing import Any

import pytest

from homeserver.bridge.webhooks import BURST, PER_SECOND, is_private
from homeserver.topics.event import WEBHOOK, WebhookHeard, Webhooks, webhook_mark

KNOWN = "a-very-long-and-secret-id"


@pytest.fixture
async def heard(home: Any) -> list[WebhookHeard]:
    home.bridge.hooks.learn("rules", Webhooks((webhook_mark(KNOWN),)))
    told: list[WebhookHeard] = home.core.listen(WEBHOOK)
    await home.settle()
    return told


async def ask(home: Any, method: str = "POST", id: str = KNOWN, address: str = "192.168.1.5", **more: Any) -> Any:
    async with home.stranger(address) as stranger:
        answer = await home.during(stranger.request(method, f"/api/webhook/{id}", **more))
    await home.settle()
    return answer


async def test_a_request_is_passed_on_with_what_it_holds(home: Any, heard: list[WebhookHeard]) -> None:
    await ask(home, json={"who": "bell", "n": [1, 2]}, params={"a": "1"})
    assert (heard[0].id, heard[0].method, heard[0].local) == (KNOWN, "POST", True)
    assert (heard[0].json, heard[0].form, heard[0].query) == ({"who": "bell", "n": [1, 2]}, None, {"a": "1"})
    await ask(home, "PUT", data={"who": "bell", "empty": ""})
    assert (heard[1].method, heard[1].json, heard[1].form) == ("PUT", None, {"who": "bell", "empty": ""})
    files = {"who": (None, "bell"), "picture": ("p.png", b"png", "image/png")}
    await ask(home, files=files)
    assert heard[2].form == {"who": "bell"}
    await ask(home, "GET", params=[("a", "1"), ("a", "2")])
    assert (heard[3].method, heard[3].form, heard[3].query) == ("GET", {}, {"a": "1"})
    await ask(home, "HEAD")
    assert heard[4].method == "HEAD"
    assert heard[0].cause is not None
    assert not heard[0].cause.by.startswith("person.")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
async def test_an_unknown_id_is_answered_alike_and_not_passed_on(
    home: Any, heard: list[WebhookHeard], method: str
) -> None:
    known, unknown = await ask(home, method), await ask(home, method, "some-other-id")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (200, b"")
    assert {*known.headers} == {*unknown.headers}
    assert len(heard) == 1


async def test_ids_are_not_known_once_nobody_waits_for_them(home: Any, heard: list[WebhookHeard]) -> None:
    home.bridge.hooks.learn("rules", None)
    assert (await ask(home)).status_code == 200
    assert heard == []


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"a":' + b"[" * 150 + b"]" * 150 + b"}", b"\xff\xfe"],
)
async def test_a_body_that_is_no_json_is_answered_alike_and_not_passed_on(
    home: Any, heard: list[WebhookHeard], body: bytes
) -> None:
    answer = await ask(home, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, heard) == (200, [])


async def test_what_is_too_large_is_refused_for_every_id(home: Any, heard: list[WebhookHeard]) -> None:
    for id in (KNOWN, "some-other-id"):
        assert (await ask(home, id=id, content=b"x" * 65_537)).status_code == 413
    assert heard == []


async def test_other_methods_need_a_key_as_everything_does(home: Any, heard: list[WebhookHeard]) -> None:
    for id in (KNOWN, "some-other-id"):
        assert (await ask(home, "DELETE", id)).status_code == 401
    assert (await ask(home, "POST", f"{KNOWN}/more")).status_code == 404
    assert heard == []


async def test_an_address_that_asks_too_often_waits_and_others_do_not(home: Any, heard: list[WebhookHeard]) -> None:
    async with home.stranger("10.1.1.1") as stranger:
        for _ in range(int(BURST)):
            assert (await stranger.post("/api/webhook/other")).status_code == 200
        assert (await stranger.post(f"/api/webhook/{KNOWN}")).status_code == 429
        assert (await stranger.post("/api/webhook/other")).status_code == 429
    assert (await ask(home, address="10.1.1.2")).status_code == 200
    await home.clock.advance(3 / PER_SECOND)
    assert (await ask(home, address="10.1.1.1")).status_code == 200
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        ("127.0.0.1", {}, True),
        ("192.168.7.7", {}, True),
        ("8.8.8.8", {}, False),
        ("127.0.0.1", {"x-forwarded-for": "8.8.8.8"}, False),
        ("192.168.7.7", {"forwarded": "for=8.8.8.8"}, False),
    ],
)
async def test_local_is_what_comes_from_the_own_network_itself(
    home: Any, heard: list[WebhookHeard], address: str, headers: dict[str, str], local: bool
) -> None:
    await ask(home, address=address, headers=headers)
    assert [one.local for one in heard] == [local]


def test_networks_of_ones_own() -> None:
    assert all(map(is_private, ("127.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "10.0.0.1", "172.16.0.1")))
    assert not any(map(is_private, ("8.8.8.8", "2001:4860:4860::8888", "nonsense", "")))
