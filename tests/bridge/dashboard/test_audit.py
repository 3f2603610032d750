"""The audit in a real browser: what was done is found, told in words, and verified; others see what they did alone."""

import pytest

from tests.bridge.dashboard.household import Household, live_here

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ROWS = "document.querySelectorAll('.rows-of-audit li').length"


async def test_what_was_done_is_found_with_cause_and_address(household: Household) -> None:
    bert = await household.signed_in("bert", "/room")
    await bert.until("document.querySelector('hs-room .tile')")
    await bert.run("tile('Corner lamp').querySelector('.tile-main').click()")
    await bert.until("tile('Corner lamp').textContent.includes('On')")
    anna = await household.signed_in("anna", "/audit")
    await anna.until("shows('hs-audit', 'Bert signed in')")
    await anna.run("fill('hs-audit', { who: 'person.bert', kind: 'command' })")
    await anna.until(f"{ROWS} === 1 && shows('.rows-of-audit', 'Bert commanded Corner lamp (turn on)')")
    await anna.run("document.querySelector('.rows-of-audit summary').click()")
    facts = await anna.text(".rows-of-audit dl")
    assert "127.0.0.1" in facts
    assert "Cause" in facts
    await anna.run("fill('hs-audit', { who: '', kind: 'sign_in_failed' })")
    await anna.until("shows('hs-audit', 'Nothing was done that fits.')")
    assert anna.faults == []


async def test_the_chain_is_verified_in_words(household: Household) -> None:
    anna = await household.signed_in("anna", "/audit")
    await anna.until("named('hs-audit', 'Verify')")
    await anna.run("press('hs-audit', 'Verify')")
    await anna.until("shows('hs-audit .verdict', 'rows are as they were written.')")
    assert "Whole: all" in await anna.text("#said")


async def test_a_refusal_is_told_and_searched_for(household: Household) -> None:
    carl = await household.signed_in("carl")
    script = """fetch('/api/calls/people/create_user', { method: 'POST', body: '{"name": "X"}',
        headers: { 'content-type': 'application/json' } }).then((answer) => answer.status)"""
    assert await carl.run(script) == 403
    anna = await household.signed_in("anna", "/audit")
    await anna.until(f"{ROWS} > 0")
    await anna.run("fill('hs-audit', { outcome: 'refused', text: 'create_user' })")
    await anna.until(f"{ROWS} === 1 && shows('.rows-of-audit', 'refused')")
    assert await anna.run("shows('.rows-of-audit', 'Carl asked for people.create_user')")


async def test_long_lists_come_page_by_page(household: Household) -> None:
    for _ in range(70):
        await household.visits("bert")
    anna = await household.signed_in("anna", "/audit", phone=False, width=1100, height=500)
    await anna.until(f"{ROWS} >= 60")
    await anna.run("fill('hs-audit', { who: 'person.bert', kind: 'sign_in' })")
    await anna.until(f"{ROWS} === 60")
    await anna.run("document.querySelector('#earlier').scrollIntoView()")
    await anna.until(f"{ROWS} > 70 && !document.querySelector('#earlier')")


async def test_others_see_what_they_did_and_no_more(household: Household) -> None:
    await live_here(household.stage, "mona", "guest")
    mona = await household.signed_in("mona", "/account/data")
    await mona.until("named('hs-account', 'What I did')")
    await mona.run("press('hs-account', 'What I did')")
    await mona.until("shows('hs-audit', 'Mona signed in')")
    assert await mona.run("shows('h1', 'What I did')")
    assert not await mona.run("shows('.rows-of-audit', 'Anna') || shows('.rows-of-audit', 'Bert')")
    assert not await mona.run("named('hs-audit', 'Verify') || document.querySelector('hs-audit [name=who]')")
    assert mona.faults == []
