"""Sentences that people say: https://www.home-assistant.io/docs/automation/trigger/#sentence-trigger"""

import asyncio
from pathlib import Path

import pytest

from homeserver.rules.words import HEAR_SENTENCE, HearSentence, SentenceHeard
from homeserver.runtime.clock import settle
from homeserver.topics.cause import Cause
from homeserver.topics.event import SENTENCE, Sentence
from tests.rules.stage import Stage
from tests.rules.triggers.telling import problems_of, telling


async def test_what_is_said_is_held_against_all_sentences(tmp_path: Path) -> None:
    trigger = "trigger: conversation\ncommand:\n  - '[it is] party time'\n  - happy (new year|birthday)"
    async with telling(tmp_path, trigger) as home:
        said = ("It is party time!", "party time", "Happy new year", "happy day")
        found = [number for number, text in enumerate(said) if await home.say(SENTENCE, Sentence(text))]
    assert found == [0, 1, 2]


async def test_what_the_trigger_holds(tmp_path: Path) -> None:
    """trigger.sentence, trigger.slots, trigger.details, trigger.device_id and trigger.user_input."""
    shown = (
        "[trigger.platform, trigger.sentence, trigger.slots.what, trigger.details.what.text, trigger.details.what.name,"
        " trigger.device_id, trigger.user_input.language, trigger.user_input.conversation_id,"
        " trigger.user_input.context.user_id] | join(',')"
    )
    async with telling(tmp_path, "trigger: conversation\ncommand: open the {what}", shown) as home:
        cause = Cause("1", "person.anna")
        said = await home.say(SENTENCE, Sentence("Open the Garage Door.", "en", "speaker", "c1", cause))
        assert said == [
            "conversation,Open the Garage Door.,Garage Door,Garage Door,what,speaker,en,c1,person.anna",
        ]


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: conversation", "command is missing"),
        ("trigger: conversation\ncommand: []", "holds no sentence"),
        ("trigger: conversation\ncommand: [open, 'open [the']", "the sentence 'open [the' lacks a ]"),
        ("trigger: conversation\ncommand: {a: b}", "command must be text"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text


def answering(pattern: str, answer: str, before: str = "") -> str:
    return f"""
- id: {answer}
  mode: queued
  triggers: [{{trigger: conversation, command: "{pattern}"}}]
  conditions: "{{{{ trigger.slots.what != 'nothing' }}}}"
  actions:
    - wait_template: "{{{{ is_state('light.a', 'on') }}}}"
      timeout: {before or 0}
    - set_conversation_response: "{{{{ trigger.slots.what }}}} {answer}"
"""


async def ask(stage: Stage, text: str, seconds: float = 0.0) -> SentenceHeard:
    house = stage.props.house
    asking = asyncio.ensure_future(house.call(HEAR_SENTENCE, HearSentence(text=text), ttl=60))
    await settle()
    await stage.wait(seconds)
    return await asking


async def test_who_says_a_sentence_is_answered_by_the_rules(tmp_path: Path) -> None:
    """ "set_conversation_response": what the home answers; the rule is waited for, as in Home Assistant."""
    text = answering("open the {what}", "opened") + answering("open {what}", "seen", "5")
    async with Stage(tmp_path, text, {"light.a": "off"}) as stage:
        assert await ask(stage, "close it") == SentenceHeard(rules=[])
        heard = await ask(stage, "Open the door!", 5)
        assert heard == SentenceHeard(rules=["opened", "seen"], response="door opened")
        assert await ask(stage, "open nothing") == SentenceHeard(rules=[])


async def test_an_answer_does_not_take_for_ever(tmp_path: Path) -> None:
    async with Stage(tmp_path, answering("open {what}", "opened", "600"), {"light.a": "off"}) as stage:
        assert await ask(stage, "open it", 20) == SentenceHeard(rules=[])
