"""Words that tests of the bus say and hear."""

from dataclasses import dataclass
from typing import Any

from homeserver.runtime.bus import Bus
from homeserver.runtime.heard import Heard
from homeserver.topics.cause import Cause
from homeserver.topics.topic import Retained, Topic


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    cause: Cause | None = None


STATE = Retained("entity/{domain}/{object_id}/state", Word, qos=0)
EVENT = Topic[Word]("event/spoke/{login}", Word)


class Ear:
    """Collects what was heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, Heard]] = []

    def __call__(self, message: Any, heard: Heard) -> None:
        self.heard.append((message, heard))

    @property
    def texts(self) -> list[str | None]:
        return [message.text if message else None for message, _ in self.heard]


def says_states(bus: Bus) -> None:
    bus.announce({STATE.template})


def listen(bus: Bus, topic: Topic[Any], **fixed: str) -> Ear:
    ear = Ear()
    bus.replay(bus.hear(topic, ear, "test.ear", **fixed))
    return ear


def say(bus: Bus, text: str | None, object_id: str = "hall") -> None:
    bus.say(STATE, Word(text) if text is not None else None, ("light", object_id))
