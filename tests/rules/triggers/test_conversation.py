"""Sentences that people say: https://www.home-assistant.io/docs/automation/trigger/#sentence-trigger"""

from pathlib import Path

import pytest

from homeserver.topics.cause import Cause
from homeserver.topics.event import SENTENCE, Sentence
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
