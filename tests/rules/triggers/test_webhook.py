"""Webhooks, from the door of the bridge to the rule: https://www.home-assistant.io/docs/automation/trigger/#webhook-trigger"""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.webhooks import WebhookIds
from homeserver.topics.event import WEBHOOK, WEBHOOKS, WebhookHeard, Webhooks, webhook_mark
from tests.rules.triggers.telling import problems_of, telling


@pytest.mark.parametrize(
    ("trigger", "request_", "fires"),
    [
        # "allowed_methods: POST and PUT are the default"
        ("", ("POST", True), True),
        ("", ("PUT", True), True),
        ("", ("GET", True), False),
        ("", ("HEAD", True), False),
        ("allowed_methods: [get, HEAD]", ("GET", True), True),
        ("allowed_methods: [get, HEAD]", ("POST", True), False),
        ("allowed_methods: GET", ("GET", True), True),
        # "local_only: true is the default"
        ("", ("POST", False), False),
        ("local_only: true", ("POST", False), False),
        ("local_only: false", ("POST", False), True),
    ],
)
async def test_what_fires(tmp_path: Path, trigger: str, request_: tuple[str, bool], fires: bool) -> None:
    async with telling(tmp_path, f"trigger: webhook\nwebhook_id: a-long-secret-word\n{trigger}") as home:
        assert bool(await home.say(WEBHOOK, WebhookHeard("a-long-secret-word", *request_))) is fires
        assert await home.say(WEBHOOK, WebhookHeard("a-long-secret-wor", "POST", True)) == []


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        (WebhookHeard("hook", "POST", True, {"q": "1"}, {"a": [5]}), "5 - 1"),
        (WebhookHeard("hook", "POST", True, {"q": "2"}, None, {"a": "form"}), "- form 2"),
    ],
)
async def test_what_the_trigger_holds(tmp_path: Path, heard: WebhookHeard, shown: str) -> None:
    """trigger.json for a JSON body, trigger.data for a form, trigger.query in any case; only one of the first two."""
    template = (
        "[trigger.json.a[0] if trigger.json is defined else '-', trigger.data.a if trigger.data is defined else '-',"
        " trigger.query.q] | join(' ')"
    )
    async with telling(tmp_path, "trigger: webhook\nwebhook_id: hook", template) as home:
        assert await home.say(WEBHOOK, heard) == [shown]


async def test_the_bridge_is_told_of_marks_and_never_of_ids(tmp_path: Path) -> None:
    async with telling(tmp_path, "trigger: webhook\nwebhook_id: hook") as home:
        said = home.stage.home.listen(WEBHOOKS)
        assert said == [Webhooks((webhook_mark("hook"),))]
        assert "hook" not in repr(said).replace("Webhooks", "")
        home.stage.rules.rules["test"].disable()
        assert said[-1] == Webhooks(())


def test_an_id_that_two_rules_wait_for_stays_until_both_are_gone() -> None:
    told: list[Any] = []
    ids = WebhookIds(told.append)
    ids.add("a")
    ids.add("a")
    ids.remove("a")
    assert told == [(webhook_mark("a"),)]
    ids.remove("a")
    assert told[-1] == ()


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: webhook", "webhook_id is missing"),
        ("trigger: webhook\nwebhook_id: a/b", "without /"),
        ("trigger: webhook\nwebhook_id: a\nallowed_methods: [POSTT]", "did you mean POST?"),
        ("trigger: webhook\nwebhook_id: a\nallowed_methods: DELETE", "may hold POST, PUT, GET, HEAD"),
        ("trigger: webhook\nwebhook_id: a\nlocal_only: maybe", "must be true or false"),
        ("trigger: webhook\nwebhook_id: bell\nlocal_only: false", "anybody who reaches this home can guess 'bell'"),
        ("trigger: webhook\nwebhook_idd: bell", "webhook_id is missing"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text
