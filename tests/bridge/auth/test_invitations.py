"""The first owner, and those who are invited after him."""

import asyncio
from datetime import timedelta

import pytest
from pyotp import TOTP

from homeserver.bridge.auth.bodies import Standing
from homeserver.bridge.proofs.invitations import new_welcome
from tests.bridge.auth.conftest import OURS, PASSWORD, Household


async def welcomed(household: Household, secret: str, **more: str) -> tuple[int, str]:
    body = {"welcome": secret, "name": "Anna", "password": PASSWORD, **more}
    answer = await household.browser().post("/api/auth/welcome", json=body)
    return answer.status_code, answer.text


async def test_the_link_makes_the_owner_and_lets_him_in(household: Household) -> None:
    secret = new_welcome(household.core.folder)
    browser = household.browser()
    body = {"welcome": secret, "name": "Anna", "password": PASSWORD}
    request = asyncio.create_task(browser.post("/api/auth/welcome", json=body))
    while not request.done():
        await household.clock.advance(0.02)
        await asyncio.sleep(0.001)
    answer = request.result()
    assert answer.status_code == 200, answer.text
    assert (answer.json()["login"], answer.json()["role"]) == ("person.anna", "owner")
    assert (await browser.get("/api/session")).status_code == 200
    await household.signed_in("anna")
    assert (await welcomed(household, secret))[0] == 401, "once"
    assert new_welcome(household.core.folder) == "", "and there is no other"
    assert not (household.core.folder / "http-welcome").exists()


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 43])
async def test_without_the_link_nobody_becomes_anything(household: Household, secret: str) -> None:
    new_welcome(household.core.folder)
    assert (await welcomed(household, secret))[0] == 401
    assert not household.core.process.hosted["people"].worker.household.users  # type: ignore[union-attr]


async def test_a_fresh_link_makes_an_earlier_one_worthless(household: Household) -> None:
    first = new_welcome(household.core.folder)
    new_welcome(household.core.folder)
    assert (await welcomed(household, first))[0] == 401


async def test_a_link_that_was_left_over_makes_no_second_owner(household: Household) -> None:
    await household.live_here("bert", "owner")
    (household.core.folder / "http-owner").unlink()
    secret = new_welcome(household.core.folder)
    status, text = await welcomed(household, secret)
    assert (status, "already" in text) == (409, True)


async def test_a_password_too_short_makes_nobody(household: Household) -> None:
    secret = new_welcome(household.core.folder)
    assert (await welcomed(household, secret, password="short"))[0] == 400
    assert not household.core.process.hosted["people"].worker.household.users  # type: ignore[union-attr]


async def test_who_is_invited_sets_a_password_once(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.ask("create_user", id="bert", name="Bert", role="adult")
    anna = await household.signed_in("anna")
    made = (await anna.post("/api/auth/invitations", json={"login": "person.bert"})).json()
    body = {"invitation": made["secret"], "password": "short"}
    bert = household.browser()
    for _ in range(2):  # to look uses nothing up
        asked = await bert.post("/api/auth/invitations/look", json={"invitation": made["secret"]})
        assert asked.json() == {"login": "person.bert", "name": "Bert"}
    assert (await bert.post("/api/auth/invitations/accept", json=body)).status_code == 400
    body["password"] = PASSWORD
    assert (await bert.post("/api/auth/invitations/accept", json=body)).status_code == 200
    assert (await bert.get("/api/session")).json()["login"] == "person.bert"
    assert (await bert.post("/api/auth/invitations/accept", json=body)).status_code == 401
    spent = await bert.post("/api/auth/invitations/look", json={"invitation": made["secret"]})
    assert spent.status_code == 401
    await household.signed_in("bert")
    assert {"invitation_made", "invitation_used"} <= set(household.kinds())


async def test_codes_cannot_be_guessed_by_an_invitation(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    secret, _ = household.bridge.vault.factors.begin("person.bert")
    household.bridge.vault.factors.confirm("person.bert", TOTP(secret).at(household.clock.now()))
    anna = await household.signed_in("anna")
    link = (await anna.post("/api/auth/invitations", json={"login": "person.bert"})).json()["secret"]
    body = {"invitation": link, "password": PASSWORD, "code": "000000"}

    async def accepted(address: str, **more: str) -> int:
        async with household.browser(address) as bert:
            return (await bert.post("/api/auth/invitations/accept", json=body | more)).status_code

    assert [await accepted(f"203.0.113.{n}") for n in range(30)] == [401] * 10 + [429] * 20
    right = {"code": TOTP(secret).at(household.clock.now() + timedelta(seconds=30))}
    assert await accepted("203.0.113.77", **right) == 429, "a guess that is right is no better"
    await household.clock.advance(90)
    right = {"code": TOTP(secret).at(household.clock.now())}
    assert await accepted("203.0.113.77", **right) == 200


async def test_an_invitation_ends_with_time_with_another_and_with_the_person(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    anna = await household.signed_in("anna")

    async def invited() -> str:
        return str((await anna.post("/api/auth/invitations", json={"login": "person.bert"})).json()["secret"])

    async def accepted(secret: str) -> int:
        body = {"invitation": secret, "password": PASSWORD}
        return (await household.browser().post("/api/auth/invitations/accept", json=body)).status_code

    first = await invited()
    await invited()
    assert await accepted(first) == 401
    late = await invited()
    await household.settle(3 * 86400 + 1)
    assert await accepted(late) == 401
    before = await invited()
    bert, new = await household.signed_in("bert"), {"old": PASSWORD, "new": f"{PASSWORD}!"}
    assert (await bert.post("/api/auth/password", json=new)).status_code == 200
    assert await accepted(before) == 401, "he has a password of his own again"
    ended = await invited()
    await household.ask("end_sessions", user="bert")
    assert await accepted(ended) == 401


@pytest.mark.parametrize("login", ["person.nobody", "person.owner", "person.robot", ""])
async def test_only_people_are_invited(household: Household, login: str) -> None:
    await household.ask("create_user", id="robot", name="Robot", role="service")
    answer = await household.browser().post("/api/auth/invitations", json={"login": login}, headers=household.key)
    assert answer.status_code == 404


async def test_only_an_owner_invites(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    bert = await household.signed_in("bert")
    body = {"login": "person.bert"}
    assert (await bert.post("/api/auth/invitations", json=body, headers=OURS)).status_code == 403
    told = household.said[-1]
    assert (told.who, told.what, told.outcome) == ("person.bert", "/api/auth/invitations", "refused")


async def test_somebody_is_invited_in_the_moment_in_which_he_was_made(household: Household) -> None:
    await household.live_here("anna", "owner")
    anna = await household.signed_in("anna")
    await household.core.process.calls.ask("people", "create_user", {"name": "Bert"})
    request = asyncio.create_task(anna.post("/api/auth/invitations", json={"login": "person.bert"}))
    while not request.done():
        await household.clock.advance(0.02)
        await asyncio.sleep(0.001)
    assert request.result().status_code == 200, request.result().text


async def test_an_owner_sees_how_each_signs_in(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.ask("create_user", id="bert", name="Bert")
    anna = await household.signed_in("anna")

    async def rows() -> dict[str, dict[str, object]]:
        found = (await anna.get("/api/auth/people")).json()
        assert {one.login for one in map(Standing.model_validate, found)} == {"person.anna", "person.bert"}
        return {row.pop("login"): row for row in found}

    assert (await anna.post("/api/auth/invitations", json={"login": "person.bert"})).status_code == 200
    found = await rows()
    assert (found["person.anna"]["password"], found["person.anna"]["sessions"]) == (True, 1)
    assert found["person.anna"]["invited"] is None
    assert found["person.bert"]["password"] is False
    assert str(found["person.bert"]["invited"]).startswith("2026-01-08")
    await household.ask("end_sessions", user="bert")
    assert (await rows())["person.bert"]["invited"] is None, "the link ended with all else"
    await household.live_here("carl", "adult")
    carl = await household.signed_in("carl")
    assert (await carl.get("/api/auth/people")).status_code == 403
    assert (await household.browser().get("/api/auth/people")).status_code == 401
