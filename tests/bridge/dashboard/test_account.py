"""One's own account in a real browser: password, second factor, sessions, keys, preferences, notifications, data."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from tests.bridge.dashboard.household import PASSWORD, Household, live_here
from tests.bridge.dashboard.visit import until
from tests.bridge.push.service import Browser, PushService

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NEW = "another long sentence"


async def curl(address: str, key: str) -> int:
    """The status that the program curl gets with a key."""
    command = ("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Authorization: Bearer {key}", address)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    return int(told)


async def test_a_second_factor_is_set_up_and_asked_for(household: Household) -> None:
    await live_here(household.stage, "fred")
    page = await household.signed_in("fred", "/account/security")
    await page.until("named('hs-factor', 'Set up')")
    await page.run("press('hs-factor', 'Set up')")
    await page.until("document.querySelector('hs-factor [name=password]')")
    await page.run("fill('hs-factor', { password: 'wrong one' }); submit('hs-factor')")
    await page.until("shows('hs-factor', 'That is not your password. Nothing was changed.')")
    await page.run(f"fill('hs-factor', {{ password: {json.dumps(PASSWORD)} }}); submit('hs-factor')")
    await page.until("document.querySelector('hs-factor .qr')")
    secret = (await page.text("hs-factor .to-type")).replace(" ", "")
    uri = await page.run("document.querySelector('hs-factor ol a').href")
    assert pyotp.parse_uri(uri).secret == secret
    totp = pyotp.TOTP(secret)
    await page.run("fill('hs-factor', { code: '000000' }); submit('hs-factor')")
    await page.until("shows('hs-factor', 'That code does not fit. Take the next one')")
    page.faults.clear()  # refusals are told in the browser's console too
    await page.run(f"fill('hs-factor', {{ code: '{totp.now()}' }}); submit('hs-factor')")
    await page.until("document.querySelectorAll('hs-factor .codes li').length === 10")
    code = await page.text("hs-factor .codes li")
    await page.run("press('hs-factor', 'I have kept them')")
    await page.until("shows('hs-factor', '10 recovery codes are left')")
    assert code not in await page.run("document.body.innerHTML")
    assert page.faults == []

    other = await household.visitor()
    await other.until("document.querySelector('hs-door form')")
    await other.run(f"fill('hs-door', {json.dumps({'username': 'fred', 'password': PASSWORD})}); submit('hs-door')")
    await other.until("document.querySelector('hs-door [name=code]')")
    following = totp.at(datetime.now(UTC) + timedelta(seconds=30))  # each counts once
    await other.run(f"fill('hs-door', {{ code: '{following}' }}); submit('hs-door')")
    await other.until("document.querySelector('main .page h1')")

    await page.run("press('hs-factor', 'Switch off')")
    await page.until("document.querySelector('hs-factor [name=password]')")
    await page.run(f"fill('hs-factor', {{ password: {json.dumps(PASSWORD)} }}); submit('hs-factor')")
    await page.until("shows('hs-factor', 'Switched off') && named('hs-factor', 'Set up')")


async def test_an_owner_takes_the_second_factor_of_a_lost_phone_away(household: Household) -> None:
    await live_here(household.stage, "greta")
    factors = household.stage.bridge.vault.factors
    secret, _ = factors.begin("person.greta")
    factors.confirm("person.greta", pyotp.TOTP(secret).now())
    anna = await household.signed_in("anna", "/people/greta")
    await anna.until("named('hs-person', 'Take the second factor away')")
    await anna.run("press('hs-person', 'Take the second factor away')")
    await anna.run("press('hs-person', 'Sure?')")
    await anna.until("shows('hs-person', 'the password alone lets Greta in now')")
    await household.signed_in("greta")


async def test_another_password_ends_all_other_sessions(household: Household) -> None:
    await live_here(household.stage, "ida")
    here, there = await household.signed_in("ida", "/account/security"), await household.signed_in("ida")
    await here.until("document.querySelector('hs-password form')")
    await here.run(f"fill('hs-password', {{ old: 'wrong one', new: '{NEW}' }}); submit('hs-password')")
    await here.until("shows('hs-password', 'The present password is not right. Nothing was changed.')")
    await here.run(f"fill('hs-password', {{ old: '{PASSWORD}', new: '{NEW}' }}); submit('hs-password')")
    await here.until("shows('hs-password', 'Changed. You stay signed in here')")
    await there.until("document.querySelector('hs-door form')")
    await there.run(f"fill('hs-door', {{ username: 'ida', password: '{NEW}' }}); submit('hs-door')")
    await there.until("document.querySelector('main .page h1')")


async def test_a_key_opens_the_home_for_curl_until_it_is_ended(household: Household) -> None:
    page = await household.signed_in("bert", "/account/keys")
    await page.until("document.querySelector('hs-keys form')")
    await page.run("fill('hs-keys', { name: 'Weather station', days: '30' }); submit('hs-keys')")
    await page.until("document.querySelector('hs-keys .secret input')")
    key = await page.run("document.querySelector('hs-keys .secret input').value")
    address = f"{household.base}/api/states"
    assert await curl(address, key) == 200
    await page.run("press('hs-keys', 'I have kept it')")
    await page.until("shows('hs-keys .list', 'Weather station') && !document.querySelector('hs-keys .secret')")
    assert key not in await page.run("document.body.innerHTML")
    await page.run("press('hs-keys', 'End Weather station')")
    await page.run("press('hs-keys .list', 'Sure?')")
    await page.until("shows('hs-keys', 'No keys yet.')")
    assert await curl(address, key) == 401
    assert page.faults == []


async def test_a_session_elsewhere_is_ended_from_here(household: Household) -> None:
    await live_here(household.stage, "jana")
    here, there = await household.signed_in("jana", "/account/sessions"), await household.signed_in("jana")
    await here.run("press('.menu', 'Home')")
    await here.run("press('.menu-foot, .foot', 'My account')")
    await here.until("named('.chips', 'Sessions')")
    await here.run("press('.chips', 'Sessions')")
    await here.until("document.querySelectorAll('hs-proofs li').length === 2")
    assert await here.run("shows('hs-proofs', 'this one here')")
    assert await here.run("shows('hs-proofs', 'Chrome on Linux')")
    await here.run("press('hs-proofs', 'End Chrome on Linux')")
    await here.run("press('hs-proofs .list', 'Sure?')")
    await here.until("document.querySelectorAll('hs-proofs li').length === 1")
    await there.until("document.querySelector('hs-door form')")


async def test_a_program_that_was_let_in_is_listed_and_ended(household: Household) -> None:
    await live_here(household.stage, "kurt")
    app = "https://home-assistant.io/android"
    proof, _ = household.stage.bridge.vault.proofs.make("person.kurt", "refresh", name=app, client=app)
    page = await household.signed_in("kurt", "/account/sessions")
    await page.until("shows('[aria-labelledby=programs]', 'Home Assistant')")
    await page.run("press('[aria-labelledby=programs]', 'End Home Assistant')")
    await page.run("press('[aria-labelledby=programs]', 'Sure?')")
    await page.until("shows('[aria-labelledby=programs]', 'No app has been let in')")
    assert household.stage.bridge.vault.proofs.get(proof.id) is None


async def test_what_somebody_prefers_goes_with_him_to_other_devices(household: Household) -> None:
    await live_here(household.stage, "lena")
    page = await household.signed_in("lena", "/account", dark=False)
    await page.until("document.querySelector('hs-manner select:enabled')")
    await page.run("fill('hs-manner', { theme: 'dark' })")
    await page.until("document.documentElement.dataset.theme === 'dark' && shows('hs-manner', 'Saved.')")
    await page.run("fill('hs-manner', { start: '/room' })")
    await page.until("localStorage.getItem('homeserver.start') === '/room'")
    await page.run("fill('hs-manner', { language: 'de' })")
    await page.until("document.documentElement.lang === 'de' && shows('h1', 'Mein Konto')")
    other = await household.signed_in("lena", dark=False)
    await other.until("document.documentElement.lang === 'de' && document.documentElement.dataset.theme === 'dark'")
    await other.goto(household.base)
    await other.until("location.pathname === '/room' && document.querySelector('hs-room .tile')")
    assert [fault for fault in other.faults if "_proxy/" not in fault] == []  # cameras have no picture here
    await other.run("document.querySelector('.menu a[href=\"/\"]').click()")
    await other.until("location.pathname === '/' && document.querySelector('hs-home')")


async def test_ones_data_are_taken_out_as_an_archive(household: Household) -> None:
    page = await household.signed_in("carl", "/account/data")
    await page.until("named('hs-archive', 'Put it together')")
    await page.run("press('hs-archive', 'Put it together')")
    await page.until("document.querySelector('hs-archive a.download')")
    script = """fetch(document.querySelector('hs-archive a.download').href).then(async (answer) =>
        [answer.headers.get('content-disposition'), new TextDecoder('latin1').decode(await answer.arrayBuffer())])"""
    disposition, content = await page.run(script)
    assert disposition.startswith("attachment")
    assert content.startswith("PK")
    assert "preferences.json" in content


@pytest.fixture
def service(household: Household) -> PushService:
    """What the home takes for the push service of a browser."""
    push, made = household.stage.bridge.push, PushService()
    push.sender._client = httpx.AsyncClient(transport=made.transport())
    push.keys.make()
    made.key = push.keys.public
    return made


async def test_devices_with_notifications_are_tried_and_removed(household: Household, service: PushService) -> None:
    phone, page = Browser("phone"), await household.signed_in("gina", "/account/notifications")
    headers = "{ 'content-type': 'application/json' }"
    script = f"""fetch('/api/push/subscriptions', {{ method: 'POST', headers: {headers},
        body: {json.dumps(json.dumps(phone.subscription()))} }}).then((answer) => answer.status)"""
    assert await page.run(script) == 200
    await page.run("press('.chips', 'Keys')")
    await page.until("document.querySelector('hs-keys')")
    await page.run("press('.chips', 'Notifications')")
    await page.until("shows('hs-notices', 'phone')")
    await page.run("press('hs-notices', 'Send a message to try it')")
    await page.until("shows('hs-notices', 'It should show within seconds')")
    await until(lambda: service.read(phone))
    assert service.read(phone)[0]["message"] == "This is how the home will tell you something."
    await page.run("press('hs-notices', 'Remove phone')")
    await page.run("press('hs-notices .list', 'Sure?')")
    await page.until("!shows('hs-notices .list', 'phone')")
    assert household.stage.bridge.push.book.subscriptions("person.gina") == []
    assert await page.run("named('hs-notices', 'Send a message to try it') === undefined")
    assert page.faults == []


async def test_who_has_no_device_is_told_so(household: Household) -> None:
    page = await household.signed_in("carl")
    script = """fetch('/api/calls/bridge/try_notification', { method: 'POST', body: '{"message": "x"}',
        headers: { 'content-type': 'application/json' } }).then((answer) => answer.json())"""
    assert "switch them on in the page first" in (await page.run(script))["message"]


@pytest.mark.parametrize(
    ("setting", "says"),
    [("denied", "This browser was told to show none of this page."), ("default", "Off on this device.")],
)
async def test_the_switch_says_what_the_browser_lets_it(household: Household, setting: str, says: str) -> None:
    page = await household.visitor()
    await page.until("document.querySelector('hs-door form')")
    await page.run(f"Object.defineProperty(Notification, 'permission', {{ get: () => '{setting}' }})")
    await page.until("navigator.serviceWorker.getRegistration().then(Boolean)")
    await page.run(f"fill('hs-door', {json.dumps({'username': 'carl', 'password': PASSWORD})}); submit('hs-door')")
    await page.until("document.querySelector('main .page h1')")
    await page.run("press('.menu-foot, .foot', 'My account')")
    await page.until("document.querySelector('.chips')")
    await page.run("press('.chips', 'Notifications')")
    await page.until(f"shows('hs-notices', {json.dumps(says)})")
    named = await page.run("document.querySelector('hs-notices [name=device]')?.value ?? ''")
    assert named == ("Chrome on Linux" if setting == "default" else "")


async def test_the_key_of_the_data_folder_is_told_what_it_is(household: Household) -> None:
    page = await household.by_key("/account/security")
    await page.until("shows('hs-account', 'it has no password and no second factor')")
    await page.run("press('hs-account', 'Invite yourself as an owner, and sign in as yourself')")
    await page.until("location.pathname === '/people'")
