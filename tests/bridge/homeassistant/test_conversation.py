"""What somebody says to the home: heard by the rules, else said to be understood by nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeserver.rules.worker import setup as set_up_rules
from homeserver.runtime.rehearsal import Rehearsal
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk

RULES = """
- alias: greet
  triggers: {trigger: conversation, command: "good morning"}
  actions: {set_conversation_response: "Good morning to you."}
"""


@pytest.fixture
async def ruled(home: Home, tmp_path: Path) -> AsyncIterator[Home]:
    folder = tmp_path / "elsewhere"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "all.yaml").write_text(RULES)
    async with Rehearsal(set_up_rules, broker=home.core.broker, clock=home.clock, folder=folder, process="rules"):
        await home.settle()
        yield home


async def test_a_rule_answers(ruled: Home) -> None:
    talk = await Talk(ruled).let_in()
    told = await talk.result("conversation/process", text="Good morning", conversation_id="c1")
    assert told["response"]["speech"]["plain"]["speech"] == "Good morning to you."
    assert (told["response"]["response_type"], told["conversation_id"]) == ("action_done", "c1")
    answer = await ruled.post("/api/conversation/process", {"text": "good morning", "language": "de"})
    assert (answer.status_code, answer.json()["response"]["language"]) == (200, "de")
    await talk.leave()


async def test_nobody_understands(ruled: Home) -> None:
    talk = await Talk(ruled).let_in()
    told = (await talk.result("conversation/process", text="make me a sandwich"))["response"]
    assert (told["response_type"], told["data"]) == ("error", {"code": "no_intent_match"})
    assert "no assistant" in told["speech"]["plain"]["speech"]
    assert (await ruled.post("/api/conversation/process", {"txt": "hello"})).status_code == 400
    body = {"domain": "conversation", "service": "process", "return_response": True}
    told = await talk.result("call_service", **body, service_data={"text": "make me a sandwich"})
    assert told["response"]["response"]["data"] == {"code": "no_intent_match"}
    assert await talk.error("call_service", **body, service_data={"txt": "x"}) == "service_validation_error"
    await talk.leave()


async def test_nobody_hears(home: Home) -> None:
    talk = await Talk(home).let_in()
    assert await talk.error("conversation/process", text="hello") == "not_supported"
    assert (await home.post("/api/conversation/process", {"text": "hello"})).status_code == 503
    assert await talk.result("conversation/agent/list") == {"agents": []}
    assert await talk.result("assist_pipeline/pipeline/list") == {"pipelines": [], "preferred_pipeline": None}
    assert await talk.error("assist_pipeline/run", start_stage="intent", end_stage="intent") == "pipeline-not-found"
    await talk.leave()
