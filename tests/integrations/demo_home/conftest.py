"""What the tests of the demo house share: a house at a date, and an ear that knows only MQTT discovery.

Needs Jinja for the devices' templates. The ear is what keeps these tests honest: it learns of the house from messages
alone.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2.sandbox import SandboxedEnvironment

from homeserver.home.discovery import Announcement, Discovered, discover
from integrations.demo_home.house import House
from integrations.demo_home.unit import DISCOVERY, TELLERS, Message

BERLIN = ZoneInfo("Europe/Berlin")
WINTER = datetime(2026, 1, 14, tzinfo=BERLIN)  # a Wednesday: Anna works at home
SUMMER = datetime(2026, 7, 15, tzinfo=BERLIN)
SATURDAY = datetime(2026, 1, 17, tzinfo=BERLIN)
environment = SandboxedEnvironment()


compiled = cache(environment.from_string)


@cache
def announced(topic: str, payload: str) -> Discovered:
    """Read once for all tests; nobody writes to it."""
    return discover(topic, payload.encode(), DISCOVERY)


class Ear:
    """Hears messages, and says states of entities as their announcements tell to read them; `tellers` only tell what
    happens."""

    def __init__(self, announcements: Iterable[Message]) -> None:
        self.entities: dict[str, Announcement] = {}
        self.tellers: list[Announcement] = []
        self.last: dict[str, str] = {}
        self.refused: list[tuple[str, str]] = []
        for message in announcements:
            found = announced(message.topic, message.payload)
            self.refused += found.refusals
            for one in found.announcements:
                if one.component in TELLERS:
                    self.tellers.append(one)
                    continue
                given = one.fields.get("default_entity_id") or f"{one.component}.{one.fields['object_id']}"
                assert given not in self.entities, f"two entities want to be {given}"
                self.entities[given] = one

    def hear(self, messages: Iterable[Message]) -> list[str]:
        """Take in messages; return their topics."""
        topics = []
        for message in messages:
            self.last[message.topic] = message.payload
            topics.append(message.topic)
        return topics

    def fields(self, entity: str) -> dict[str, Any]:
        return self.entities[entity].fields

    def state(self, entity: str, topic: str = "state_topic", template: str = "value_template") -> str:
        fields = self.fields(entity)
        return render(fields.get(template), self.last[fields[topic]])

    def number(self, entity: str) -> float:
        return float(self.state(entity))

    def is_on(self, entity: str) -> bool:
        """Of binary sensors, switches, and lights of any schema."""
        fields = self.fields(entity)
        if fields.get("schema") == "json":
            return bool(json.loads(self.last[fields["state_topic"]])["state"] == "ON")
        template = {"template": "state_template"}.get(fields.get("schema", ""), "value_template")
        template = "state_value_template" if "state_value_template" in fields else template
        on = fields.get("state_on", fields.get("payload_on", "on" if fields.get("schema") == "template" else "ON"))
        return self.state(entity, template=template) == str(on)

    def online(self, entity: str) -> bool:
        places = self.fields(entity)["availability"]
        return all(
            render(place.get("value_template"), self.last[place["topic"]]) == place.get("payload_available", "online")
            for place in places
        )


def render(template: str | None, payload: str) -> str:
    if template is None:
        return payload
    try:
        value_json = json.loads(payload)
    except ValueError:
        value_json = None
    return compiled(template).render(value=payload, value_json=value_json)


class Stage:
    """A house and an ear that hears it from the beginning."""

    def __init__(self, start: datetime, seed: int = 7) -> None:
        self.house = House(seed, start)
        self.ear = Ear(self.house.announcements())
        self.ear.hear(self.house.reports())

    def step(self, seconds: float) -> list[str]:
        return self.ear.hear(self.house.step(seconds))

    def tell(self, topic: str, payload: str | bytes, wait: float = 3.0) -> list[str]:
        """Command, then wait until it has had its effect."""
        raw = payload.encode() if isinstance(payload, str) else payload
        self.ear.hear(self.house.command(topic, raw))
        return self.step(wait)

    def command(self, entity: str, payload: str, key: str = "command_topic", wait: float = 3.0) -> list[str]:
        return self.tell(self.ear.fields(entity)[key], payload, wait)


@pytest.fixture
def stage() -> Callable[..., Stage]:
    return Stage


@pytest.fixture
def quiet(stage: Callable[..., Stage]) -> Stage:
    """The middle of a winter night: everybody sleeps, nothing happens by itself."""
    return stage(datetime(2026, 1, 14, 2, 0, tzinfo=BERLIN))
