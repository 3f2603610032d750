"""Sirens: what they refuse, and templates that make nothing."""

from typing import Any

import pytest

from tests.home.stage import Stage

SIREN: dict[str, Any] = {"name": "Horn", "unique_id": "h", "command_topic": "horn", "available_tones": ["a", "b"]}


@pytest.mark.parametrize(
    ("service", "data", "field"),
    [
        ("turn_on", {"tone": "moo"}, "tone"),
        ("turn_on", {"volume_level": 2}, "volume_level"),
        ("turn_on", {"duration": 0}, "duration"),
        ("turn_off", {"tone": "a"}, "tone"),
    ],
)
async def test_what_is_refused(stage: Stage, service: str, data: dict[str, Any], field: str) -> None:
    await stage.announce("siren", SIREN)
    reply = await stage.command("siren.horn", service, **data)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.field == field
    assert stage.told == []


async def test_a_template_that_makes_nothing_sends_nothing(stage: Stage) -> None:
    await stage.announce("siren", SIREN | {"command_off_template": "{{ '' }}"})
    await stage.command("siren.horn", "turn_on")
    stage.told.clear()
    reply = await stage.command("siren.horn", "turn_off")
    assert reply is not None
    assert reply.ok
    assert stage.told == []
