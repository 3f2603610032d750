"""Which calls of a whole home are for whom, over HTTP and over MQTT, against a table written by hand."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
import pytest

from homeserver.bridge.proofs.invitations import new_welcome
from homeserver.topics.call import ROLES
from tests.cli.conftest import Run
from tests.cli.homes import Home
from tests.runtime.raw_client import RawClient

PASSWORD: Final = "staple-horse-9-battery"
LEAST: Final = {
    "owner": """
        backup: fetch list make verify
        bridge: erase_person export_person
        clients: erase_person export_person
        home: erase_person export_person forget import import_plan import_rows
        keeper: apply_listeners apply_logins doctor load logs restart settings start stop
        people: choices create_user end_sessions erase_user list_policies mqtt_login remove_policy remove_user
        people: set_policy sight update_user verify_audit
        rules: erase_person execute export_person remove restore write
    """,
    "adult": """
        bridge: notify
        clients: forget_state tell_state
        home: clear_orphans deeds edit_area edit_device edit_entities edit_entity edit_floor edit_label edit_zone
        home: explain hold orphans refusals release remove replace_device undo
        keeper: status
        rules: diff disable dismiss enable file_diff file_log files hear hold log perform read release reload revert
        rules: trigger
    """,
    "child": """
        clients: forget_phone phone register_phone register_sensor scan_tag tell_location tell_sensors update_phone
    """,
    "guest": """
        bridge: notifications try_notification
        home: devices disabled holds image
        people: audit export_user list_users preferences set_preferences whoami
        rules: check holds list test_condition traces watch_trigger why_not
    """,
}  # fmt: skip
"""The least role of each call: who runs the home, who lives in it, who grows up in it, who visits."""
PEOPLE: Final = {"guest": "gina", "child": "carl", "adult": "adam"}


def calls_of(role: str) -> set[str]:
    lines = (line.strip().split(": ") for line in LEAST[role].splitlines() if line.strip())
    return {f"{worker}/{verb}" for worker, verbs in lines for verb in verbs.split()}


def allowed(role: str) -> set[str]:
    return set().union(*(calls_of(least) for least in ROLES[: ROLES.index(role) + 1]))


@pytest.fixture(scope="module", autouse=True)
def people(home: Home) -> None:
    """Who lives there; each proves who he is by a password."""
    home.post("/api/auth/welcome", {"welcome": new_welcome(home.data), "name": "Olga", "password": PASSWORD})
    for role, name in PEOPLE.items():
        home.post("/api/calls/people/create_user", {"name": name.title(), "id": name, "role": role})
        invitation = home.post("/api/auth/invitations", {"login": f"person.{name}"})["secret"]
        home.post("/api/auth/invitations/accept", {"invitation": invitation, "password": PASSWORD})


@asynccontextmanager
async def browser_of(home: Home, **entrance: str) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who came in by a password or a key."""
    base = f"http://127.0.0.1:{home.http_port}"
    async with httpx.AsyncClient(base_url=base, headers={"sec-fetch-site": "same-origin"}) as browser:
        answer = await browser.post("/api/session", json=entrance)
        assert answer.status_code == 200, answer.text
        yield browser


async def test_every_call_that_there_is_stands_in_the_table(home: Home) -> None:
    async with browser_of(home, token=(home.data / "http-token").read_text().strip()) as owner:
        announced = (await owner.get("/api/calls")).json()
    told = {role: {f"{row['worker']}/{row['verb']}" for row in announced if row["role"] == role} for role in ROLES}
    assert told == {role: calls_of(role) for role in ROLES}


@pytest.mark.parametrize("role", PEOPLE)
async def test_a_call_for_others_is_refused(home: Home, role: str) -> None:
    """Before anybody looks at its arguments: these fit none."""
    async with browser_of(home, username=PEOPLE[role], password=PASSWORD) as browser:
        for call in sorted(allowed("owner") - allowed(role)):
            answer = await browser.post(f"/api/calls/{call}", json={"nothing_of_the_kind": 1})
            assert (answer.status_code, answer.json()["code"]) == (403, "denied"), (call, answer.text)
            assert "nothing_of_the_kind" not in answer.text, call


@pytest.mark.parametrize("role", PEOPLE)
def test_and_over_mqtt_it_is_not_even_heard(home: Home, at: Run, role: str) -> None:
    made = at("person-login", "add", PEOPLE[role], "--json").json
    login, asked = made["username"], sorted(allowed("owner") - allowed(role))
    deadline = time.monotonic() + 20
    while not at("person-login", "list", "--json").json[login]["read"]:
        assert time.monotonic() < deadline, "nothing was granted"
    time.sleep(0.3)  # a signal to the broker
    with RawClient(home.mqtt_port) as client:
        assert client.connect(login, login, made["password"])[1] == 0
        client.subscribe("#")
        for call in [*asked, "people/whoami"]:
            request = {"id": call, "reply_to": f"homeserver/reply/{login}/raw", "args": {}}
            client.publish(f"homeserver/call/{call}/{login}", json.dumps(request).encode())
        answered: set[str] = set()
        while "people/whoami" not in answered and time.monotonic() < deadline:
            answered |= {json.loads(one.data)["id"] for one in client.messages() if "/reply/" in one.topic}
    assert answered == {"people/whoami"}
