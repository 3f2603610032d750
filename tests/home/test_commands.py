"""Commands: what is refused and why, what is made of them, and that each id is carried out once."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from homeserver.home import outbox
from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.fresh_lines import FreshLines
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from homeserver.topics.entity import COMMAND, Command
from tests.home.stage import LOGIN, Stage, memory_stage

LAMP: dict[str, Any] = {
    "name": "Lamp",
    "unique_id": "lamp",
    "schema": "json",
    "brightness": True,
    "supported_color_modes": ["brightness"],
    "command_topic": "lamp/set",
    "state_topic": "lamp",
}
BUTTON: dict[str, Any] = {"name": "Bell", "unique_id": "bell", "command_topic": "bell/set"}


@pytest.mark.parametrize(
    ("service", "data", "code", "field"),
    [
        ("explode", {}, "invalid", "service"),
        ("turn_on", {"brightness": 300}, "invalid", "brightness"),
        ("turn_on", {"brigthness": 30}, "invalid", "brigthness"),
        ("turn_on", {"color_name": "ultraviolet"}, "invalid", "color_name"),
        ("set_value", {"value": 5}, "invalid", "service"),
    ],
)
async def test_what_makes_no_sense_is_answered_with_its_field(
    stage: Stage, service: str, data: dict[str, Any], code: str, field: str
) -> None:
    await stage.announce("light", LAMP)
    reply = await stage.command("light.lamp", service, **data)
    assert reply is not None
    assert reply.error is not None
    assert (reply.ok, reply.error.code, reply.error.field) == (False, code, field)
    assert stage.told == []
    assert stage.home.refusals.entries[f"entity/light/lamp/command/{LOGIN}"].reason == reply.error.message


@pytest.mark.parametrize(
    ("component", "config", "service", "data", "field"),
    [
        ("number", {"command_topic": "n/set", "max": 10}, "set_value", {"value": 11}, "value"),
        ("number", {"command_topic": "n/set"}, "set_value", {}, "value"),
        ("number", {"command_topic": "n/set"}, "set_value", {"value": "warm"}, "value"),
        ("select", {"command_topic": "n/set", "options": ["a"]}, "select_option", {"option": "b"}, "option"),
        ("select", {"command_topic": "n/set", "options": []}, "select_next", {}, "option"),
    ],
)
async def test_values_outside_what_the_device_takes(
    stage: Stage, component: str, config: dict[str, Any], service: str, data: dict[str, Any], field: str
) -> None:
    await stage.announce(component, {"name": "X", **config})
    reply = await stage.command(f"{component}.x", service, **data)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.field == field
    assert stage.told == []


async def test_a_command_template_that_fails_is_the_senders_to_know(stage: Stage) -> None:
    await stage.announce("switch", {"name": "X", "command_topic": "x/set", "command_template": "{{ 1 / 0 }}"})
    reply = await stage.command("switch.x", "turn_on")
    assert reply is not None
    assert reply.error is not None
    assert reply.error.code == "failed"
    assert "nought" in reply.error.message


async def test_toggle_is_made_absolute(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    await stage.report("lamp", '{"state": "ON"}')
    await stage.command("light.lamp", "toggle", transition=2)
    await stage.report("lamp", '{"state": "OFF"}')
    await stage.command("light.lamp", "toggle", brightness=10)
    assert stage.told_on("lamp/set") == ['{"state":"OFF","transition":2.0}', '{"state":"ON","brightness":10}']


async def test_steps_start_from_what_is_reported_and_leave_once(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    await stage.report("lamp", '{"state": "ON", "brightness": 100}')
    await stage.command("light.lamp", "turn_on", brightness_step=-30)
    await stage.virtual.advance(40)
    assert stage.told_on("lamp/set") == ['{"state":"ON","brightness":70}']
    await stage.command("light.lamp", "turn_on", brightness_step_pct=50)
    await stage.command("light.lamp", "turn_on", brightness_step=-255)
    await stage.virtual.advance(40)
    assert stage.told_on("lamp/set")[1:] == ['{"state":"ON","brightness":228}', '{"state":"OFF"}']
    assert [one.outcome for one in stage.failed] == ["expired", "expired"], "the lamp never told of the first and last"


async def test_each_id_is_carried_out_once_over_restarts_for_an_hour(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("button", BUTTON)
        assert [(await stage.command("button.bell", "press", id="a")) is not None for _ in range(3)] == [True] * 3
        assert stage.told_on("bell/set") == ["PRESS"]
        clock = stage.virtual
    async with memory_stage(tmp_path, broker, clock) as stage:
        reply = await stage.command("button.bell", "press", id="a")
        assert reply is not None
        assert reply.ok
        assert stage.told_on("bell/set") == []
        await stage.command("button.bell", "press", id="b")
        assert stage.told_on("bell/set") == ["PRESS"]
        await clock.advance(outbox.KEPT + 600)
        assert stage.home.turn.ledger.fetch("SELECT * FROM outbox") == []


async def test_one_mans_id_is_not_anothers(stage: Stage) -> None:
    await stage.announce("button", BUTTON)
    for login in (LOGIN, "person.anna"):
        stage.bus.say(COMMAND, Command("same", "press"), ("button", "bell", login))
        await stage.quiet()
    assert stage.told_on("bell/set") == ["PRESS", "PRESS"]


async def test_answers_go_to_the_speakers_own_address_only(stage: Stage) -> None:
    await stage.announce("button", BUTTON)
    for address in (
        "homeserver/reply/person.anna/phone",
        f"homeserver/reply/{LOGIN}/",
        f"homeserver/reply/{LOGIN}/a/b",
        f"homeserver/reply/{LOGIN}/#",
        "homeserver/entity/light/x/state",
        "elsewhere",
    ):
        command = Command(f"id {address}", "press", {}, 30.0, None, address)
        stage.bus.say(COMMAND, command, ("button", "bell", LOGIN))
        await stage.quiet()
    assert stage.replies == []
    assert stage.told_on("bell/set") == ["PRESS"] * 6


async def test_a_command_that_came_too_late_dies(stage: Stage) -> None:
    await stage.announce("button", BUTTON)
    reply = await stage.command("button.bell", "press", ttl=0)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.code == "expired"
    assert stage.told == []


async def test_absurd_ids_and_times(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    reply = await stage.command("light.lamp", "turn_on", id="x" * 300)
    assert reply is not None
    assert reply.error is not None
    assert reply.error.field == "id"
    reply = await stage.command("light.lamp", "turn_on", ttl=1e300)
    assert reply is not None
    assert reply.ok
    reply = await stage.command("light.lamp", "turn_on", ttl=-1e300)
    assert reply is not None
    assert not reply.ok


@pytest.mark.parametrize("also", [False, True], ids=["alone", "with something else in the turn"])
async def test_accepted_means_that_a_crash_leaves_it(stage: Stage, tmp_path: Path, also: bool) -> None:
    await stage.announce("light", LAMP)
    left_at_publish: list[list[str]] = []
    home, publish = stage.home, stage.home.house.publish

    def watched(*args: Any) -> bool:
        assert not home.turn.ledger._connection.in_transaction
        left_at_publish.append(after_a_crash(home.house.folder, tmp_path / f"crash{len(left_at_publish)}"))
        return publish(*args)

    home.house.publish = watched  # type: ignore[method-assign,assignment]
    for number in range(3):
        if also:
            home.turn.write("DELETE FROM outbox WHERE id = 'nobody'")
        stage.bus.say(COMMAND, Command(f"c{number}", "turn_on"), ("light", "lamp", LOGIN))
    await stage.quiet()
    said = ["c0", "c1", "c2"]
    assert left_at_publish == ([said] * 3 if also else [said[:1], said[:2], said])
    assert stage.told_on("lamp/set") == ['{"state":"ON"}'] * 3


def after_a_crash(folder: Path, copy: Path) -> list[str]:
    """The ids of the commands that the files of a home would give to its next run, were this one to end now."""
    shutil.copytree(folder, copy)
    with Ledger.open(copy / "home.db", MIGRATIONS) as ledger, closing(FreshLines(copy / "home.db-outbox")) as lines:
        return [row.id.partition(" ")[2] for row in outbox.Outbox(Turn(ledger), lines).unfinished()]


async def test_a_disk_that_is_full_is_said_and_survived(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FreshLines, "largest", 10_000)
    await stage.announce("light", LAMP)
    ledger = stage.home.turn.ledger
    pages = ledger.fetch("PRAGMA page_count")[0][0]
    ledger.execute(f"PRAGMA max_page_count = {pages}")
    replies = [
        await stage.command("light.lamp", "turn_on", id=f"{number}{'x' * 150}", brightness=number)
        for number in range(200)
    ]
    refused = [reply for reply in replies if reply is not None and reply.error is not None]
    assert refused
    assert refused[0].error is not None
    assert refused[0].error.code == "failed"
    assert "full" in refused[0].error.message
    assert len(stage.told_on("lamp/set")) == 200 - len(refused)
    ledger.execute("PRAGMA max_page_count = 100000")
    reply = await stage.command("light.lamp", "turn_off")
    assert reply is not None
    assert reply.ok
