"""What the platform does itself for a rule: messages on topics, log lines, notifications that stay."""

import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeserver.rules.notes import MOST
from homeserver.rules.reading.rule_file import read_text
from homeserver.rules.words import DISMISS_NOTE, NOTE, DismissNote
from homeserver.topics.call import CallError
from homeserver.topics.event import EVENT, NOTIFICATION
from homeserver.view.templates import Templates
from tests.rules.stage import Stage

START = {"binary_sensor.go": "off", "select.log": "", "sensor.t": "20"}
TRIGGER = {"trigger": "state", "entity_id": "binary_sensor.go", "to": "on"}


def rule(*actions: Any) -> str:
    return yaml.safe_dump([{"id": "test", "triggers": TRIGGER, "actions": list(actions)}], sort_keys=False)


def log(text: str) -> dict[str, Any]:
    return {"action": "select.select_option", "entity_id": "select.log", "data": {"option": text}}


def publish(**data: Any) -> dict[str, Any]:
    return {"action": "mqtt.publish", "data": data}


# -- mqtt.publish


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"topic": "tv/set", "payload": "on"}, ("tv/set", b"on", False)),
        ({"topic": "tv/set", "payload": "x", "qos": 1, "retain": True}, ("tv/set", b"x", True)),
        ({"topic": "tv/set", "qos": "2", "payload": 5}, ("tv/set", b"5", False)),
        ({"topic": "tv/set"}, ("tv/set", b"", False)),
        ({"topic": "tv/{{ 1 + 1 }}", "payload": "{{ states('sensor.t') }}"}, ("tv/2", b"20", False)),
        ({"topic_template": "tv/{{ 1 }}", "payload_template": "{{ 2 }}"}, ("tv/1", b"2", False)),
        # a template's text is said as it stands, however much it looks like a value
        ({"topic": "tv", "payload": '{"a": {{ 1 + 1 }}, "b": true}'}, ("tv", b'{"a": 2, "b": true}', False)),
        ({"topic": "tv", "payload": "{{ 'on' }}"}, ("tv", b"on", False)),
        ({"topic": "tv", "payload": {"a": [1, "x"]}}, ("tv", b'{"a": [1, "x"]}', False)),
        ({"topic": "tv", "payload": "zwölf"}, ("tv", "zwölf".encode(), False)),
    ],
)
async def test_a_message_is_said(tmp_path: Path, data: dict[str, Any], said: tuple[str, bytes, bool]) -> None:
    async with Stage(tmp_path, rule(publish(**data), log("after")), START) as stage:
        assert stage.rules.book.problems == []
        stage.home.published.clear()
        await stage.set("binary_sensor.go", "on")
        assert [(topic, payload) for topic, payload, _ in stage.home.published] == [said[:2]]
        assert (said[0] in stage.home.broker.retained) is said[2]
        assert [data["option"] for _, _, data in stage.told()] == ["after"]


@pytest.mark.parametrize("topic", ["homeserver/entity/light/a/command/x", "$SYS/x", "tv/+", "tv/#", ""])
async def test_no_message_is_said_where_rules_have_no_business(tmp_path: Path, topic: str) -> None:
    action = publish(topic=f"{{{{ '{topic}' }}}}", payload="x") | {"continue_on_error": True}
    async with Stage(tmp_path, rule(action, log("never")), START) as stage:
        stage.home.published.clear()
        await stage.set("binary_sensor.go", "on")
        assert stage.home.published == []
        assert stage.told() == []
        assert stage.runs[-1].error.startswith("mqtt.publish: ")


# -- logs


async def test_a_line_in_the_log_book_is_an_event(tmp_path: Path) -> None:
    data = {"name": "Bell", "message": "rang {{ 1 + 1 }} times", "entity_id": "light.a"}
    async with Stage(tmp_path, rule({"action": "logbook.log", "data": data}), START) as stage:
        events = stage.home.listen(EVENT)
        await stage.set("binary_sensor.go", "on")
        (event,) = [event for event in events if event.type == "logbook_entry"]
        assert event.data == {"name": "Bell", "message": "rang 2 times", "entity_id": "light.a"}
        assert event.cause is not None
        assert event.cause.by == "rule:test#1"


@pytest.mark.parametrize(
    ("data", "level", "text"),
    [
        ({"message": "odd"}, logging.ERROR, "rule test: odd"),
        ({"message": "{{ 1 + 1 }}", "level": "info", "logger": "mine"}, logging.INFO, "mine: 2"),
    ],
)
async def test_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, data: dict[str, Any], level: int, text: str
) -> None:
    async with Stage(tmp_path, rule({"action": "system_log.write", "data": data}), START) as stage:
        with caplog.at_level(logging.DEBUG, "homeserver.worker.rules"):
            await stage.set("binary_sensor.go", "on")
        assert (level, text) in [(record.levelno, record.getMessage()) for record in caplog.records]


# -- notifications


def note(message: str, **data: Any) -> dict[str, Any]:
    return {"action": "persistent_notification.create", "data": {"message": message, **data}}


async def test_a_notification_stays_until_it_is_dismissed(tmp_path: Path) -> None:
    actions = (
        note("{{ 1 + 1 }} windows", title="Rain", notification_id="rain"),
        note("3 windows", notification_id="rain"),
        {"action": "persistent_notification.dismiss", "data": {"notification_id": "rain"}},
        {"action": "persistent_notification.dismiss", "data": {"notification_id": "rain"}},
    )
    async with Stage(tmp_path, rule(*actions), START) as stage:
        notes, told = stage.home.listen(NOTE), stage.home.listen(NOTIFICATION)
        await stage.set("binary_sensor.go", "on")
        assert [(one.message, one.title) if one is not None else None for one in notes] == [
            ("2 windows", "Rain"),
            ("3 windows", None),
            None,
        ]
        assert [(one.update_type, one.notification_id, one.message) for one in told] == [
            ("added", "rain", "2 windows"),
            ("updated", "rain", "3 windows"),
            ("removed", "rain", "3 windows"),
        ]


async def test_a_notification_is_heard_by_its_trigger(tmp_path: Path) -> None:
    trigger = {"trigger": "persistent_notification", "update_type": ["added"], "notification_id": "rain"}
    heard = [{"id": "hear", "triggers": trigger, "actions": [log("{{ trigger.notification.message }}")]}]
    async with Stage(tmp_path, rule(note("wet", notification_id="rain")) + yaml.safe_dump(heard), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert [data["option"] for _, _, data in stage.told()] == ["wet"]


@pytest.mark.parametrize("service", ["notify.persistent_notification", "notify.notify"])
async def test_notify_leaves_a_notification_too(tmp_path: Path, service: str) -> None:
    data = {"message": "hello", "title": "T", "data": {"tag": "x"}}
    async with Stage(tmp_path, rule({"action": service, "data": data}), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert [(id, one.message) for id, one in stage.rules.engine.notes.notes.items()] == [("x", "hello")]


async def test_notifications_are_there_after_a_restart(tmp_path: Path) -> None:
    text = rule(note("a", notification_id="one/+#"), note("b"))
    async with Stage(tmp_path, text, START) as stage:
        await stage.set("binary_sensor.go", "on")
        before = stage.rules.engine.notes.notes
        assert "one___" in before
        broker, clock = stage.home.broker, stage.clock
    text = rule({"action": "persistent_notification.dismiss_all"})
    async with Stage(tmp_path, text, START, broker=broker, clock=clock) as stage:
        assert stage.rules.engine.notes.notes == before
        await stage.set("binary_sensor.go", "on")
        assert stage.rules.engine.notes.notes == {}


async def test_people_dismiss_notifications(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule(note("a", notification_id="rain"), note("b"), note("c")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        house = stage.props.house
        assert (await house.call(DISMISS_NOTE, DismissNote(notification_id="rain"))).notifications == 2
        with pytest.raises(CallError, match="there is no notification 'rain'"):
            await house.call(DISMISS_NOTE, DismissNote(notification_id="rain"))
        assert (await house.call(DISMISS_NOTE, DismissNote())).notifications == 0


async def test_the_oldest_notification_makes_room(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule({"delay": 0}), START) as stage:
        notes = stage.rules.engine.notes
        for number in range(MOST + 1):
            notes.create("x", None, f"n{number}", None)
        assert len(notes.notes) == MOST
        assert "n0" not in notes.notes


# -- the home itself


async def test_files_are_read_again(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule({"action": "homeassistant.reload_all"}, log("after")), START) as stage:
        stage.file.with_name("more.yaml").write_text(rule({"delay": 1}).replace("test", "more"))
        await stage.set("binary_sensor.go", "on")
        for _ in range(20):
            await stage.wait(0.1)
        assert "more" in stage.rules.rules
        assert [data["option"] for _, _, data in stage.told()] == ["after"]


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ({"action": "homeassistant.update_entity", "target": {"entity_id": "sensor.t"}}, ["after"]),
        ({"action": "homeassistant.update_entity", "data": {"entity_id": ["sensor.t"]}}, ["after"]),
        ({"action": "homeassistant.restart"}, []),
        ({"action": "homeassistant.restart", "continue_on_error": True}, ["after"]),
    ],
)
async def test_services_of_the_home(tmp_path: Path, action: dict[str, Any], told: list[str]) -> None:
    async with Stage(tmp_path, rule(action, log("after")), START) as stage:
        assert stage.rules.book.problems == []
        await stage.set("binary_sensor.go", "on")
        assert [data["option"] for _, _, data in stage.told()] == told


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (publish(topic="x", payload="y", qos=3), "mqtt.publish: qos: Input should be"),
        (publish(topic="x", paylod="y"), "mqtt.publish has no field 'paylod'; did you mean payload?"),
        (publish(topic="x", retain="maybe"), "mqtt.publish: retain: Input should be a valid boolean"),
        ({"action": "logbook.log", "data": {"name": "x"}}, "logbook.log needs message"),
        ({"action": "system_log.write", "data": {"message": "x", "level": "loud"}}, "level: Input should be 'debug'"),
        ({"action": "persistent_notification.create"}, "persistent_notification.create needs message"),
        (note("x", response_variable="y"), "has no field 'response_variable'"),
        (note("x") | {"response_variable": "y"}, "answers nothing: leave response_variable out"),
        ({"action": "homeassistant.turn_onn", "entity_id": "light.a"}, "did you mean turn_on?"),
    ],
)
def test_refuses_when_it_is_read(action: Any, problem: str) -> None:
    (found, *_) = read_text(rule(action), "x.yaml", Templates()).problems
    assert problem in found.text
    assert found.severity == "error"
