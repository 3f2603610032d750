"""Coming in with a name and a password, and what ends it."""

from datetime import timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.bcrypt import BcryptHasher

from tests.bridge.auth.conftest import OURS, PASSWORD, Household


async def test_health_is_open_and_says_nothing_more(household: Household) -> None:
    answer = await household.browser().get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_name_and_a_password_open_a_session(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = await household.signed_in("anna")
    who = (await browser.get("/api/session")).json()
    assert who == {
        "login": "person.anna",
        "name": "Anna",
        "role": "owner",
        "kind": "session",
        "password": True,
        "second_factor": False,
        "recovery_codes": 0,
    }
    assert [(event.who, event.where) for event in household.said if event.kind == "sign_in"] == [
        ("person.anna", "10.0.0.1")
    ]
    assert PASSWORD not in repr(household.said)


@pytest.mark.parametrize(
    "body",
    [
        {"username": "anna", "password": "wrong password"},
        {"username": "nobody", "password": PASSWORD},
        {"username": "owner", "password": PASSWORD},
        {"username": "person.anna", "password": PASSWORD},
        {"username": "bert", "password": PASSWORD},
        {"username": "", "password": ""},
    ],
)
async def test_what_is_wrong_is_all_the_same(household: Household, body: dict[str, str]) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    await household.ask("update_user", user="bert", active=False)
    answer = await household.browser().post("/api/session", json=body)
    assert answer.status_code == 401
    assert answer.json()["message"] == "The name or the password is wrong."
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "field"),
    [({"username": "anna"}, "password"), ({"username": 1, "password": "x"}, "username"), ({"name": "x"}, "name")],
)
async def test_a_body_that_is_none_names_the_field(household: Household, body: dict[str, object], field: str) -> None:
    await household.live_here("anna", "owner")
    answer = await household.browser().post("/api/session", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_nobody_signs_in_where_nobody_lives(household: Household) -> None:
    answer = await household.browser().post("/api/session", json={"username": "anna", "password": PASSWORD})
    assert answer.status_code == 403
    assert "homeserver up" in answer.json()["message"]


async def test_bcrypt_is_accepted_and_replaced(household: Household) -> None:
    login = await household.live_here("anna", "owner")
    long = "a sentence of more than seventy-two bytes, as people are told to choose for themselves"
    old = PasswordHash((BcryptHasher(rounds=4),)).hash(long.encode()[:72])
    household.bridge.vault.passwords.put(login, old)
    answer = await household.browser().post("/api/session", json={"username": "anna", "password": long})
    assert answer.status_code == 200
    row = household.bridge.vault.ledger.fetch_one("SELECT hash FROM password")
    assert row is not None
    assert row["hash"].startswith("$argon2id$")
    wrong = await household.browser().post("/api/session", json={"username": "anna", "password": long[:72]})
    assert wrong.status_code == 401


async def test_signing_out_ends_this_session_alone(household: Household) -> None:
    await household.live_here("anna", "owner")
    one, other = await household.signed_in("anna"), await household.signed_in("anna")
    cookies = dict(one.cookies)
    assert (await one.delete("/api/session")).status_code == 200
    again = household.browser()
    again.cookies.update(cookies)
    assert (await again.get("/api/session")).status_code == 401
    assert (await other.get("/api/session")).status_code == 200
    assert household.kinds()[-2:] == ["token_ended", "proof_refused"]


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        ("update_user", {"user": "bert", "active": False}),
        ("end_sessions", {"user": "bert"}),
        ("remove_user", {"user": "bert"}),
    ],
)
async def test_who_may_come_in_no_longer_is_out_within_a_second(
    household: Household, verb: str, args: dict[str, object]
) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    browser = await household.signed_in("bert")
    told: list[str] = []
    household.bridge.access.watch(told.append)
    access = household.bridge.access
    cookie = f"{access.cookie}={next(iter(browser.cookies.values()))}"
    identity = access.identify({"cookie": cookie}, "127.0.0.1")
    assert access.alive(identity)
    await household.core.process.calls.ask("people", verb, args)
    await household.settle(1)
    assert "person.bert" in told
    assert not access.alive(identity), "by which sockets end"
    assert (await browser.get("/api/session")).status_code == 401


async def test_a_guests_time_ends_by_the_clock_even_when_people_is_gone(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("gus", "guest", expires=household.clock.now() + timedelta(seconds=60))
    browser = await household.signed_in("gus")
    await household.core.process.stop("people")
    told: list[str] = []
    household.bridge.access.watch(told.append)
    await household.settle(62)
    assert told == ["person.gus"]
    assert (await browser.get("/api/session")).status_code == 401


async def test_a_session_slides_and_ends_unused(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = await household.signed_in("anna")
    for days, status in ((80, 200), (80, 200), (91, 401)):
        household.clock.set(household.clock.now() + timedelta(days=days))
        assert (await browser.get("/api/session")).status_code == status


async def test_a_strangers_page_signs_nobody_in(household: Household) -> None:
    await household.live_here("anna", "owner")
    body = {"username": "anna", "password": PASSWORD}
    answer = await household.browser().post("/api/session", json=body, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    browser = await household.signed_in("anna")
    browser.headers.update({**OURS, "sec-fetch-site": "cross-site"})
    assert (await browser.post("/api/auth/api_keys", json={"name": "x"})).status_code == 403
