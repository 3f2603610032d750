"""Guessing is slow, for one address and for many; and nobody is locked out of his own home by it."""

from typing import Any

from homeserver.topics.audit import AuditEvent
from tests.bridge.auth.conftest import PASSWORD, Household

WRONG = {"username": "anna", "password": "a wrong password"}
RIGHT = {"username": "anna", "password": PASSWORD}


async def tried(household: Household, address: str, body: dict[str, str] = WRONG, **more: Any) -> int:
    async with household.browser(address) as browser:
        answer = await browser.post("/api/session", json=body, **more)
    if answer.status_code == 429:
        assert int(answer.headers["retry-after"]) > 0
    return answer.status_code


async def test_a_thousand_guesses_from_one_address_are_limited(household: Household) -> None:
    await household.live_here("anna", "owner")
    answers = [await tried(household, "203.0.113.5") for _ in range(1000)]
    assert (answers.count(401), answers.count(429)) == (10, 990)
    assert await tried(household, "203.0.113.5", RIGHT) == 429, "a guess that is right is no better"


async def test_a_thousand_guesses_from_a_thousand_addresses_are_limited(household: Household) -> None:
    await household.live_here("anna", "owner")
    answers = [await tried(household, f"203.0.{n // 250}.{n % 250}") for n in range(1000)]
    assert (answers.count(401), answers.count(429)) == (10, 990)
    await household.clock.advance(600)
    assert [await tried(household, f"198.51.100.{n}") for n in range(20)].count(401) == 10, "one a minute"
    events: list[AuditEvent] = [event for event in household.said if event.kind == "locked_out"]
    assert events
    assert {(event.what, event.outcome) for event in events} == {("person.anna", "refused")}


async def test_that_somebody_has_to_wait_is_told_now_and_then_and_not_each_time(household: Household) -> None:
    await household.live_here("anna", "owner")
    for _ in range(100):
        await tried(household, "203.0.113.5")
    assert household.kinds().count("locked_out") == 1
    await household.clock.advance(60)
    for _ in range(100):
        await tried(household, "203.0.113.5")
    assert household.kinds().count("locked_out") == 2


async def test_wrong_keys_and_links_are_told_now_and_then(household: Household) -> None:
    await household.live_here("anna", "owner")
    async with household.browser("203.0.113.5") as browser:
        for _ in range(5):
            assert (await browser.get("/api/", headers={"authorization": "Bearer hsk_wrong"})).status_code == 401
        body = {"invitation": "wrong", "password": PASSWORD}
        assert (await browser.post("/api/auth/invitations/accept", json=body)).status_code == 401
        assert (await browser.get("/api/")).status_code == 401, "who shows nothing has shown nothing wrong"
    told = [event for event in household.said if event.kind == "proof_refused"]
    assert [(event.outcome, event.where, event.details) for event in told] == [("refused", "203.0.113.5", {})]


async def test_who_is_unknown_is_limited_in_the_same_way(household: Household) -> None:
    await household.live_here("anna", "owner")
    body = {"username": "nobody", "password": "x"}
    answers = [await tried(household, f"203.0.113.{n}", body) for n in range(30)]
    assert answers == [401] * 10 + [429] * 20


async def test_an_attack_from_elsewhere_keeps_nobody_out_of_his_home(household: Household) -> None:
    await household.live_here("anna", "owner")
    phone = await household.signed_in("anna", "10.0.0.1")
    for n in range(300):
        await tried(household, f"203.0.113.{n % 250}")
    assert await tried(household, "198.51.100.77", RIGHT) == 429, "from anywhere else she has to wait"
    assert await tried(household, "10.0.0.1", RIGHT) == 200, "from where she signed in before she has not"
    elsewhere = household.browser("198.51.100.78")
    elsewhere.cookies.update(phone.cookies)
    assert (await elsewhere.post("/api/session", json=RIGHT)).status_code == 200, "nor with a device of hers"


async def test_an_attack_from_next_door_keeps_a_known_device_in(household: Household) -> None:
    await household.live_here("anna", "owner")
    phone = await household.signed_in("anna", "127.0.0.1")
    for _ in range(50):
        await tried(household, "127.0.0.1")
    assert await tried(household, "127.0.0.1", RIGHT) == 429
    assert (await phone.post("/api/session", json=RIGHT)).status_code == 200


async def test_the_device_of_one_helps_nobody_to_guess_another(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    thief = await household.signed_in("bert", "203.0.113.9")
    answers = [(await thief.post("/api/session", json=WRONG)).status_code for _ in range(30)]
    assert answers.count(401) == 10
    own = [(await thief.post("/api/session", json={**WRONG, "username": "bert"})).status_code for _ in range(30)]
    assert own.count(401) == 10, "a device has its own count"


async def test_those_who_are_right_are_never_counted(household: Household) -> None:
    await household.live_here("anna", "owner")
    assert {await tried(household, "10.0.0.1", RIGHT) for _ in range(40)} == {200}
