"""The cases of `cases/*.yaml`: rules, what happens, and the commands that Home Assistant's documentation promises."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import pytest
import yaml

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.topics.event import (
    CALENDAR,
    DEVICE_EVENT,
    EVENT,
    NOTIFICATION,
    SENTENCE,
    WEBHOOK,
    CalendarAhead,
    CalendarEntry,
    DeviceEvent,
    Event,
    NotificationTold,
    Sentence,
    WebhookHeard,
)
from tests.rules.case import Case, Told, all_cases, differ, states_of
from tests.rules.stage import Props, Stage

Props.says = (*Props.says, EVENT, DEVICE_EVENT, SENTENCE, NOTIFICATION, WEBHOOK, CALENDAR)
CASES = all_cases()
OF_RULES = ("script.", "automation.")
"""Entities of the rules themselves, which do as they are told without a word to a device."""
PENDING: dict[str, str] = {}
"""Cases of what is not built yet, with what that is."""


def test_there_is_a_case_for_every_kind_and_no_name_twice() -> None:
    assert len(CASES) >= 40
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []
    told = json.dumps([case.rules for case in CASES])
    kinds = ("state", "numeric_state", "time", "time_pattern", "sun", "event", "homeassistant", "mqtt", "template")
    for kind in (*kinds, "webhook", "tag", "zone", "calendar", "conversation", "device", "persistent_notification"):
        assert f'"trigger": "{kind}"' in told, f"no case of trigger {kind}"


def marked(case: Case) -> Any:
    marks = [pytest.mark.xfail(reason=PENDING[case.name], strict=True)] if case.name in PENDING else []
    return pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
async def test_case(case: Case, tmp_path: Path) -> None:
    zone = ZoneInfo(case.zone)
    clock = VirtualClock(datetime.fromisoformat(case.at).replace(tzinfo=zone).astimezone(UTC))
    states = {entity_id: (state, attributes) for entity_id, state, attributes in case.states()}
    rules = yaml.safe_dump({"automation": case.rules, "script": case.scripts}, sort_keys=False)
    async with Played(tmp_path, rules, states, clock=clock, zone=case.zone) as stage:
        assert [str(one) for one in stage.rules.book.problems if one.severity == "error"] == []
        for step in case.when:
            await take(step, stage)
        assert not differ(stage.noted, case.wanted), f"{case.holds}\ncame: {stage.noted}\nwanted: {case.wanted}"


class Noting(list[Any]):
    """Commands as they come, with the seconds since the begin."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock
        self.timed: list[Told] = []

    def append(self, command: Any) -> None:
        super().append(command)
        if command[0].startswith(OF_RULES):
            return
        self.timed.append((round(self._clock.monotonic(), 1), *command))


class Played(Stage):
    """A stage whose commands are noted with their times, from the first on, and whose entities have attributes."""

    def __init__(self, folder: Path, rules: str, states: dict[str, Any], *, clock: VirtualClock, zone: str) -> None:
        super().__init__(folder, rules, clock=clock, zone=zone)
        self._states = states

    @property
    def noted(self) -> list[Told]:
        commands = self.props.commands
        assert isinstance(commands, Noting)
        return commands.timed

    async def __aenter__(self) -> Self:
        begin, states, clock = Props.open, self._states, self.clock

        async def opened(props: Props) -> None:
            props.commands = Noting(clock)
            for entity_id, (state, attributes) in states.items():
                props.set(entity_id, state, **attributes)

        Props.open = opened  # type: ignore[method-assign, assignment]
        try:
            return await super().__aenter__()
        finally:
            Props.open = begin  # type: ignore[method-assign]


async def take(step: dict[str, Any], stage: Played) -> None:
    """Let one step happen."""
    now = stage.clock.now()
    say = stage.props.house.say
    match step:
        case {"set": row}:
            for entity_id, state, attributes in states_of(row):
                await stage.set(entity_id, state, **attributes)
        case {"wait": seconds}:
            await stage.wait(seconds)
        case {"event": kind}:
            say(EVENT, Event(kind, step.get("data", {}), now))
        case {"publish": topic}:
            await stage.home.publish(topic, str(step.get("payload", "")))
        case {"tag": tag}:
            say(DEVICE_EVENT, DeviceEvent("tag_scanned", None, None, now, {"tag_id": tag}))
        case {"button": device}:
            data = {"type": step["type"], "subtype": step["subtype"], "payload": "x"}
            say(DEVICE_EVENT, DeviceEvent("device_trigger", device, None, now, data))
        case {"webhook": id}:
            say(WEBHOOK, WebhookHeard(id, step["method"], step.get("local", True), json=step.get("json")))
        case {"sentence": text}:
            say(SENTENCE, Sentence(text))
        case {"notification": id}:
            say(NOTIFICATION, NotificationTold(step.get("type", "added"), id, message=step["message"]))
        case {"calendar": entity_id}:
            begin, end = (now + timedelta(seconds=step[name]) for name in ("begins", "ends"))
            ahead = CalendarAhead(now + timedelta(days=2), (CalendarEntry(begin, end, step["summary"]),))
            say(CALENDAR, ahead, entity_id.partition(".")[2])
        case _:
            raise ValueError(f"no step is known by {step}")
    await settle()
