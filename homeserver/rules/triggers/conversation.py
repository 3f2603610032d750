"""Trigger `conversation`: https://www.home-assistant.io/docs/automation/trigger/#sentence-trigger

`trigger` holds sentence, slots (by name), details (name, text and value of each slot), device_id and user_input.
"""

import asyncio
from typing import Any

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine, Happening, Key
from homeserver.rules.fired import Done, Fired
from homeserver.rules.reading.fields import Fields
from homeserver.rules.run import Run
from homeserver.rules.triggers.happening import HappeningTrigger, context_of
from homeserver.rules.triggers.sentences import Sentence, SentenceError, slots_of
from homeserver.rules.triggers.trigger import Trigger
from homeserver.topics.event import Sentence as Said


class Answers:
    """What the rules that a sentence sets off have to say to it; `over` is set when all of them are through."""

    def __init__(self) -> None:
        self.rules: list[str] = []
        self.response: str | None = None
        self.over = asyncio.Event()
        self.over.set()
        self._open = 0

    def begin(self) -> Done:
        """One more rule is about to run."""
        self._open += 1
        self.over.clear()
        return self._ended

    def _ended(self, run: Run, outcome: str) -> None:
        self._open -= 1
        if outcome != "refused":
            self.rules.append(run.rule.id)
            self.response = self.response or run.conversation
        if not self._open:
            self.over.set()


class ConversationTrigger(HappeningTrigger):
    """Somebody said a sentence."""

    kind = "conversation"

    def __init__(self, id: str, number: int, alias: str, patterns: tuple[Sentence, ...]) -> None:
        super().__init__(id, number, alias)
        self._patterns = patterns

    def keys(self, engine: Engine) -> tuple[Key, ...]:
        return (("sentence", "*"),)

    def noticed(self, happening: Happening) -> None:
        data = self.told(happening)
        if data is None:
            return
        fired, answers = Fired(self, data=data, cause=happening.cause), happening.data.get("answers")
        if answers is not None and self.rule is not None:
            fired.done = answers.begin()
        self.fire(fired)

    def told(self, happening: Happening) -> dict[str, Any] | None:
        said: Said = happening.data["said"]
        slots = slots_of(self._patterns, said.text)
        if slots is None:
            return None
        return {
            "sentence": said.text,
            "slots": slots,
            "details": {name: {"name": name, "text": words, "value": words} for name, words in slots.items()},
            "device_id": said.device_id,
            "user_input": {
                "text": said.text,
                "context": context_of(happening.cause),
                "conversation_id": said.conversation_id,
                "device_id": said.device_id,
                "language": said.language,
                "agent_id": "conversation.home_assistant",
            },
        }


def compile_conversation(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    fields.need("command", "write a sentence, such as [please] open the {what}")
    patterns = []
    for text in fields.words("command") or ():
        try:
            patterns.append(Sentence(text))
        except SentenceError as error:
            raise fields.wrong(f"the sentence {text!r} {error}", "command") from error
    if not patterns:
        raise fields.wrong("command holds no sentence", "command")
    return ConversationTrigger(id, number, alias, tuple(patterns))
