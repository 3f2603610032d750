"""Home Assistant's way in: the steps, the shapes and the errors that its clients know."""

import io
from typing import Any
from urllib.parse import urlencode

import httpx
import pyotp
import pytest

from homeserver.bridge.auth.clients import is_client, may_redirect
from tests.bridge.auth.conftest import PASSWORD, Household

APP = "https://home-assistant.io/android"
CLIENT = {"client_id": APP, "redirect_uri": "homeassistant://auth-callback"}
HANDLER = ["homeassistant", None]


async def begun(browser: httpx.AsyncClient) -> str:
    answer = await browser.post("/auth/login_flow", json={**CLIENT, "handler": HANDLER, "type": "authorize"})
    assert answer.status_code == 200, answer.text
    form = answer.json()
    assert (form["type"], form["step_id"], form["handler"]) == ("form", "init", HANDLER)
    assert [field["name"] for field in form["data_schema"]] == ["username", "password"]
    return str(form["flow_id"])


async def code_of(browser: httpx.AsyncClient, id: str = "anna") -> str:
    flow = await begun(browser)
    body = {"client_id": APP, "username": id, "password": PASSWORD}
    answer = (await browser.post(f"/auth/login_flow/{flow}", json=body)).json()
    assert answer["type"] == "create_entry"
    return str(answer["result"])


async def tokens_of(browser: httpx.AsyncClient, id: str = "anna") -> dict[str, Any]:
    fields = {"grant_type": "authorization_code", "client_id": APP, "code": await code_of(browser, id)}
    answer = await browser.post("/auth/token", data=fields)
    assert answer.status_code == 200, answer.text
    given: dict[str, Any] = answer.json()
    return given


async def reach(browser: httpx.AsyncClient, token: str) -> int:
    return (await browser.get("/api/", headers={"authorization": f"Bearer {token}"})).status_code


async def test_an_app_comes_in_refreshes_and_leaves(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = household.browser()
    providers = (await browser.get("/auth/providers")).json()
    assert providers["providers"] == [{"name": "Home", "id": None, "type": "homeassistant"}]
    given = await tokens_of(browser)
    assert given | {"access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "refresh_token": "",
        "token_type": "Bearer",
        "expires_in": 1800,
        "ha_auth_provider": "homeassistant",
    }
    assert await reach(browser, given["access_token"]) == 200
    await household.settle(1801)
    assert await reach(browser, given["access_token"]) == 401
    fields = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"], "client_id": APP}
    fresh = (await browser.post("/auth/token", data=fields)).json()
    assert set(fresh) == {"access_token", "token_type", "expires_in"}
    assert await reach(browser, fresh["access_token"]) == 200
    assert (await browser.post("/auth/revoke", data={"token": given["refresh_token"]})).status_code == 200
    assert await reach(browser, fresh["access_token"]) == 401
    assert (await browser.post("/auth/revoke", data={"token": "never was"})).status_code == 200
    assert {"sign_in", "token_made", "token_ended"} <= set(household.kinds())


async def test_forms_come_in_both_encodings(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = household.browser()
    fields = {"grant_type": "authorization_code", "client_id": APP, "code": await code_of(browser)}
    parts = {name: (None, value) for name, value in fields.items()}
    answer = await browser.post("/auth/token", files=parts)
    assert answer.headers["content-type"] == "application/json"
    refresh = answer.json()["refresh_token"]
    body = urlencode({"grant_type": "refresh_token", "refresh_token": refresh})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert (await browser.post("/auth/token", content=body, headers=kind)).status_code == 200
    revoke = {"action": (None, "revoke"), "token": (None, refresh)}
    assert (await browser.post("/auth/token", files=revoke)).status_code == 200
    answer = await browser.post("/auth/token", content=body, headers=kind)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({}, {"error": "unsupported_grant_type"}),
        ({"grant_type": "password"}, {"error": "unsupported_grant_type"}),
        ({"grant_type": "authorization_code"}, {"error": "invalid_request", "error_description": "Invalid client id"}),
        (
            {"grant_type": "authorization_code", "client_id": APP, "code": "x"},
            {"error": "invalid_request", "error_description": "Invalid code"},
        ),
        ({"grant_type": "refresh_token"}, {"error": "invalid_request"}),
        (
            {"grant_type": "refresh_token", "client_id": "no address"},
            {"error": "invalid_request", "error_description": "Invalid client id"},
        ),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, {"error": "invalid_grant"}),
    ],
)
async def test_what_is_wrong_is_said_as_clients_expect(
    household: Household, fields: dict[str, str], body: dict[str, str]
) -> None:
    answer = await household.browser().post("/auth/token", data=fields)
    assert (answer.status_code, answer.json()) == (400, body)


async def test_a_body_that_is_no_form_is_an_error_and_no_bug(household: Household) -> None:
    browser = household.browser()
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "application/json", "text/plain", ""):
        answer = await browser.post("/auth/token", content=b"--x\r\nhalf of", headers={"content-type": kind})
        assert answer.status_code == 400, kind
    file = {"code": ("name", io.BytesIO(b"x"), "text/plain")}
    assert (await browser.post("/auth/token", files=file)).status_code == 400


async def test_a_code_counts_once_for_its_program_and_not_for_long(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = household.browser()

    async def taken(code: str, client: str = APP) -> int:
        fields = {"grant_type": "authorization_code", "client_id": client, "code": code}
        return (await browser.post("/auth/token", data=fields)).status_code

    code = await code_of(browser)
    assert [await taken(code), await taken(code)] == [200, 400]
    assert await taken(await code_of(browser), "https://evil.example/") == 400
    code = await code_of(browser)
    await household.settle(601)
    assert await taken(code) == 400


async def test_a_code_ends_with_the_sessions_and_with_the_password(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = household.browser()
    anna = await household.signed_in("anna")

    async def taken(code: str) -> int:
        fields = {"grant_type": "authorization_code", "client_id": APP, "code": code}
        return (await browser.post("/auth/token", data=fields)).status_code

    code = await code_of(browser)
    await household.settle()
    new = {"old": PASSWORD, "new": f"{PASSWORD}!"}
    assert (await anna.post("/api/auth/password", json=new)).status_code == 200
    assert await taken(code) == 400
    assert (await anna.post("/api/auth/password", json={"old": new["new"], "new": PASSWORD})).status_code == 200
    code = await code_of(browser)
    await household.ask("end_sessions", user="anna")
    assert await taken(code) == 400
    assert await taken(await code_of(browser)) == 200


async def test_who_is_out_gets_no_token(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    browser = household.browser()
    given, code = await tokens_of(browser, "bert"), await code_of(browser, "bert")
    await household.ask("update_user", user="bert", active=False)
    fields = {"grant_type": "authorization_code", "client_id": APP, "code": code}
    answer = await browser.post("/auth/token", data=fields)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")
    fields = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await browser.post("/auth/token", data=fields)).status_code == 400
    assert await reach(browser, given["access_token"]) == 401


async def test_wrong_answers_ask_again_and_the_second_factor_is_a_step(household: Household) -> None:
    login = await household.live_here("anna", "owner")
    factors = household.bridge.vault.factors
    secret, _ = factors.begin(login)
    totp = pyotp.TOTP(secret)
    factors.confirm(login, totp.at(household.clock.now()))
    browser = household.browser()
    flow = await begun(browser)

    async def step(**values: str) -> dict[str, Any]:
        answer: dict[str, Any] = (
            await browser.post(f"/auth/login_flow/{flow}", json={"client_id": APP, **values})
        ).json()
        return answer

    assert (await step(username="anna", password="no"))["errors"] == {"base": "invalid_auth"}
    asked = await step(username="anna", password=PASSWORD)
    assert (asked["step_id"], asked["errors"], asked["data_schema"][0]["name"]) == ("mfa", {}, "code")
    assert (await step(code="000000"))["errors"] == {"base": "invalid_code"}
    await household.settle(31)
    assert (await step(code=totp.at(household.clock.now())))["type"] == "create_entry"
    assert (await browser.post(f"/auth/login_flow/{flow}", json={"client_id": APP})).status_code == 404


async def test_a_flow_is_of_one_program_and_can_be_given_up(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = household.browser()
    flow = await begun(browser)
    body = {"client_id": "https://evil.example/", "username": "anna", "password": PASSWORD}
    assert (await browser.post(f"/auth/login_flow/{flow}", json=body)).status_code == 400
    assert (await browser.delete(f"/auth/login_flow/{flow}")).status_code == 200
    assert (await browser.delete(f"/auth/login_flow/{flow}")).status_code == 404
    assert (await browser.get(f"/auth/login_flow/{flow}")).status_code == 401


async def test_nothing_begins_where_nobody_lives(household: Household) -> None:
    browser = household.browser()
    assert (await browser.get("/auth/providers")).status_code == 403
    assert (await browser.post("/auth/login_flow", json=CLIENT)).status_code == 403


async def test_a_configured_page_of_others_may_ask(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = household.browser()
    asks = {"origin": "https://my.example", "access-control-request-method": "POST"}
    answer = await browser.options("/auth/token", headers=asks)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "https://my.example")
    fields = {"grant_type": "authorization_code", "client_id": APP, "code": await code_of(browser)}
    answer = await browser.post("/auth/token", data=fields, headers={"origin": "https://my.example"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "https://my.example")
    evil = {**asks, "origin": "https://evil.example"}
    refused = await browser.options("/auth/token", headers=evil)
    assert refused.status_code == 401
    assert "access-control-allow-origin" not in refused.headers
    assert (await browser.post("/auth/token", data=fields, headers=evil)).status_code == 403


@pytest.mark.parametrize(
    ("client", "target", "allowed"),
    [
        (APP, "homeassistant://auth-callback", True),
        ("https://home-assistant.io/iOS", "homeassistant://auth-callback", True),
        (APP, "homeassistant://auth-callback.evil", False),
        (APP, "https://wear.googleapis.com/3p_auth/io.homeassistant", True),
        ("https://home-assistant.io/iOS", "https://wear.googleapis.com/3p_auth/x", False),
        ("https://my.example/", "https://my.example/back?auth_callback=1", True),
        ("https://my.example", "https://MY.example/", True),
        ("https://my.example/", "http://my.example/", False),
        ("https://my.example/", "https://my.example:8443/", False),
        ("https://my.example/", "https://my.example@evil.example/", False),
        ("https://my.example/", "https://evil.example/", False),
        ("https://my.example/", "javascript:alert(1)", False),
        ("https://my.example/", "//my.example/", False),
        ("https://my.example/", "https://my.example\\@evil.example/", False),
        ("homeassistant://x", "homeassistant://x", False),
        ("http://192.168.0.5:8123/", "http://192.168.0.5:8123/?x", True),
        ("http://8.8.8.8/", "http://8.8.8.8/", False),
        ("https://my.example/../x", "https://my.example/", False),
        ("https://my.example/#x", "https://my.example/", False),
        ("https://u:p@my.example/", "https://my.example/", False),
        ("https://[::1/", "https://[::1/", False),
        ("", "", False),
    ],
)
def test_what_a_program_gets_goes_to_the_program(client: str, target: str, allowed: bool) -> None:
    assert may_redirect(client, target) is allowed
    if allowed:
        assert is_client(client)
