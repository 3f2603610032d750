"""The pages about people in a real browser: inviting, what somebody may and sees, his way out; and who may not look."""

import asyncio
import json
from typing import Any

import pytest

from tests.bridge.browser import Page
from tests.bridge.dashboard.household import PASSWORD, Household, live_here

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

STATES = "fetch('/api/states').then((answer) => answer.json()).then((all) => all.map((one) => one.entity_id).sort())"


async def invited(page: Page, name: str, role: str) -> str:
    """Invite somebody on the page; what is in the field: his link, or a program's key."""
    await page.run(f"fill('hs-invite', {json.dumps({'name': name, 'role': role})}); submit('hs-invite')")
    await page.until(f"shows('hs-invite .made', {json.dumps(name)})")
    return str(await page.run("document.querySelector('hs-invite .secret input').value"))


async def accepted(visitor: Page) -> None:
    """Set a password on the page that an invitation opens."""
    await visitor.until("document.querySelector('#password')")
    await visitor.run(f"document.querySelector('#password').value = {json.dumps(PASSWORD)}")
    await visitor.run("document.querySelector('#form').requestSubmit()")


async def session(page: Page) -> Any:
    return await page.run("fetch('/api/session').then((answer) => answer.json())")


async def test_somebody_is_invited_comes_and_is_in(household: Household) -> None:
    anna = await household.signed_in("anna", "/people")
    await anna.until("document.querySelector('hs-invite form')")
    link = await invited(anna, "Emil", "child")
    assert link.startswith(f"{household.base}/auth/welcome#invitation=")
    await anna.until("document.querySelector('hs-invite .qr path:last-child').getAttribute('d').length > 1000")
    await anna.until("shows('hs-people .list', 'invited until')")
    emil = await household.visitor(link.removeprefix(household.base))
    await accepted(emil)
    await emil.until("document.querySelector('main .page h1')")
    who = await session(emil)
    assert (who["login"], who["role"]) == ("person.emil", "child")
    again = await household.visitor(link.removeprefix(household.base))
    await again.until("document.querySelector('#note').innerText.includes('Ask for a new one')")
    assert await again.run("document.querySelector('#password') === null"), "nobody chooses one for nothing"
    await anna.run("press('.menu', 'Home')")
    await anna.until("document.querySelector('hs-home')")
    await anna.run("press('.menu', 'People')")
    await anna.until("shows('hs-people .list', 'child · here')")
    assert anna.faults == []


async def test_a_name_that_is_taken_is_told_with_a_remedy(household: Household) -> None:
    anna = await household.signed_in("anna", "/people")
    await anna.until("document.querySelector('hs-invite form')")
    await anna.run("fill('hs-invite', { name: 'Bert' }); submit('hs-invite')")
    await anna.until("shows('hs-invite', 'Somebody is called that already: take another name.')")


async def test_a_program_gets_a_key_in_place_of_a_link(household: Household) -> None:
    anna = await household.signed_in("anna", "/people")
    await anna.until("document.querySelector('hs-invite form')")
    key = await invited(anna, "Weather post", "service")
    assert key.startswith("hsk_")
    asked = f"fetch('/api/states', {{ headers: {{ authorization: 'Bearer {key}' }}, credentials: 'omit' }})"
    assert await anna.run(f"{asked}.then((answer) => answer.json())") == [], "it may nothing yet"


async def test_a_guest_sees_what_a_line_allows_and_nothing_else(household: Household) -> None:
    gina, anna = await household.signed_in("gina"), await household.signed_in("anna", "/people/gina")
    assert await gina.run(STATES) == []
    await anna.until("named('hs-policies', 'Allow or forbid something')")
    await anna.run("press('hs-policies', 'Allow or forbid something')")
    await anna.until("document.querySelector('hs-line form')")
    await anna.run("fill('hs-line', { scope: 'entity' })")
    await anna.until("document.querySelector('hs-line [name=what] option[value=\"light.hall_ceiling\"]')")
    await anna.run("fill('hs-line', { what: 'light.hall_ceiling', verb: 'control' })")
    await anna.until("shows('hs-line .said-line', 'May see and control Hall ceiling')")
    await anna.run("submit('hs-line')")
    await anna.until("shows('hs-policies .list', 'May see and control Hall ceiling')")
    await gina.until("document.querySelectorAll('main hs-tile').length === 1")
    assert await gina.run(STATES) == ["light.hall_ceiling"]
    await anna.run("press('hs-sight', 'Show what this person sees')")
    await anna.until("shows('hs-sight', 'One thing.') && shows('hs-sight', 'controls')")
    await anna.run("press('hs-policies', 'Remove: may see and control Hall ceiling')")
    await anna.run("press('hs-policies .list', 'Sure?')")
    await gina.until("document.querySelectorAll('main hs-tile').length === 0")
    assert await gina.run(STATES) == []
    assert anna.faults == gina.faults == []


async def test_a_line_has_days_and_hours_and_is_changed(household: Household) -> None:
    anna = await household.signed_in("anna", "/people/carl")
    await anna.until("named('hs-policies', 'Allow or forbid something')")
    await anna.run("press('hs-policies', 'Allow or forbid something')")
    await anna.until("document.querySelector('hs-line form')")
    await anna.run("fill('hs-line', { allow: 'no', verb: 'control', begins: '20:00', ends: '07:00' })")
    await anna.run("for (const day of ['mon', 'tue', 'wed']) document.querySelector(`hs-line [value=${day}]`).click()")
    sentence = "May not control everything in Kitchen, Mon–Wed, 20:00–07:00"
    await anna.until(f"shows('hs-line .said-line', {json.dumps(sentence)})")
    await anna.run("submit('hs-line')")
    await anna.until(f"shows('hs-policies .list', {json.dumps(sentence)})")
    (line,) = (await household.ask("list_policies", who="carl"))["policies"]
    assert (line["allow"], line["weekdays"], line["begins"]) == (False, ["mon", "tue", "wed"], "20:00")
    await anna.run(f"press('hs-policies', 'Change: {sentence[0].lower()}{sentence[1:]}')")
    await anna.until("document.querySelector('hs-line form')")
    await anna.run("fill('hs-line', { begins: '21:00' }); submit('hs-line')")
    await anna.until("shows('hs-policies .list', '21:00–07:00')")
    assert len((await household.ask("list_policies", who="carl"))["policies"]) == 1
    assert await anna.run("shows('hs-policies details', 'From the role: child')")
    assert anna.faults == []


async def test_a_role_is_changed_and_a_guest_gets_an_end(household: Household) -> None:
    await live_here(household.stage, "hugo", "adult")
    anna = await household.signed_in("anna", "/people/hugo")
    await anna.until("document.querySelector('hs-person form')")
    await anna.run("fill('hs-person', { role: 'guest', expires: '2020-01-01T00:00' }); submit('hs-person')")
    await anna.until("shows('hs-person', 'That moment is over')")
    await anna.run("fill('hs-person', { role: 'guest', expires: '2099-01-01T10:00' }); submit('hs-person')")
    await anna.until("shows('hs-person', 'Saved.')")
    (hugo,) = [one for one in (await household.ask("list_users"))["users"] if one["id"] == "hugo"]
    assert (hugo["role"], hugo["expires"][:4]) == ("guest", "2099")


async def test_a_new_password_comes_by_a_link_and_ends_what_was_before(household: Household) -> None:
    await live_here(household.stage, "nora")
    nora, anna = await household.signed_in("nora"), await household.signed_in("anna", "/people/nora")
    await anna.until("named('hs-person', 'New password by a link')")
    await anna.run("press('hs-person', 'New password by a link')")
    await anna.until("document.querySelector('hs-person .made input')")
    link = await anna.run("document.querySelector('hs-person .made input').value")
    again = await household.visitor(link.removeprefix(household.base))
    await accepted(again)
    await again.until("document.querySelector('main .page h1')")
    await nora.until("document.querySelector('hs-door form')")
    assert await nora.run("shows('hs-door', 'Your session has ended')")


async def test_all_that_somebody_has_open_is_ended(household: Household) -> None:
    await live_here(household.stage, "omar")
    omar, anna = await household.signed_in("omar"), await household.signed_in("anna", "/people/omar")
    await anna.until("document.querySelector('hs-person hs-proofs li')")
    await anna.run("press('hs-person', 'Sign out everywhere')")
    await anna.run("press('hs-person', 'Sure?')")
    await omar.until("document.querySelector('hs-door form')")
    await anna.until("shows('hs-person', 'Not signed in anywhere.')")


async def test_the_last_owner_is_told_why_nothing_of_that_goes(household: Household) -> None:
    anna = await household.signed_in("anna", "/people/anna")
    await anna.until("document.querySelector('hs-leaving .card')")
    assert await anna.run("document.querySelector('hs-person [name=role]').disabled")
    assert await anna.run("shows('hs-leaving', 'Anna is the only owner who stays. A home needs one')")
    assert not await anna.run("named('hs-leaving', 'Erase for good …')")


async def test_who_is_erased_is_typed_first(household: Household) -> None:
    await live_here(household.stage, "emma")
    anna = await household.signed_in("anna", "/people/emma")
    await anna.until("named('hs-leaving', 'Erase for good …')")
    await anna.run("press('hs-leaving', 'Erase for good …')")
    await anna.until("document.querySelector('hs-leaving .danger')")
    assert await anna.run("document.querySelector('hs-leaving .danger').disabled")
    await anna.run("fill('hs-leaving', { confirm: 'emma' })")
    await anna.until("!document.querySelector('hs-leaving .danger').disabled")
    await anna.run("submit('hs-leaving')")
    await anna.until("location.pathname === '/people' && document.querySelector('hs-invite')")
    await anna.until("!shows('hs-people .list', 'Emma')")
    assert "emma" not in [one["id"] for one in (await household.ask("list_users"))["users"]]


async def test_who_is_kept_out_comes_back(household: Household) -> None:
    await live_here(household.stage, "paul")
    paul, anna = await household.signed_in("paul"), await household.signed_in("anna", "/people/paul")
    await anna.until("named('hs-leaving', 'Keep out for now')")
    await anna.run("press('hs-leaving', 'Keep out for now')")
    await paul.until("document.querySelector('hs-door form')")
    await anna.until("named('hs-leaving', 'Let in again')")
    await anna.run("press('hs-leaving', 'Let in again')")
    await anna.until("named('hs-leaving', 'Keep out for now')")
    await household.signed_in("paul")


async def test_others_are_told_that_the_page_is_for_owners(household: Household) -> None:
    bert = await household.signed_in("bert", "/people")
    await bert.until("shows('hs-people', 'Only owners see this page')")
    assert not await bert.run("shows('hs-people', 'Gina')")


async def test_where_somebody_is_stands_in_the_list(household: Household) -> None:
    await live_here(household.stage, "rita", trackers=["device_tracker.hall_phone"])
    household.stage.furniture.become("device_tracker.hall_phone", "home")
    anna = await household.signed_in("anna", "/people")
    await anna.until("shows('hs-people .list', 'At home')")
    household.stage.furniture.become("device_tracker.hall_phone", "not_home")
    await anna.until("shows('hs-people .list', 'Away')")
    await asyncio.sleep(0)
    assert anna.faults == []
