"""Whatever a file says of a trigger, it is compiled or refused with a line and a sentence; nothing else happens."""

from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeserver.rules.compiler import Compiler
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged
from homeserver.rules.triggers.table import TRIGGERS, compile_trigger
from homeserver.view.templates import Templates

GOOD: Final[dict[str, dict[str, Any]]] = {
    "state": {"entity_id": "sensor.a", "from": "1", "to": "2", "not_to": "3", "attribute": "x", "for": 5},
    "numeric_state": {"entity_id": "sensor.a", "above": 1, "below": 2, "value_template": "{{ 1 }}", "for": 5},
    "template": {"value_template": "{{ states('sensor.a') }}", "for": 5},
    "event": {"event_type": "ping", "event_data": {"a": 1}, "context": {"user_id": "x"}},
    "device": {"domain": "light", "device_id": "d", "entity_id": "light.a", "type": "turned_on", "for": 5},
    "mqtt": {"topic": "a/b", "payload": "x", "value_template": "{{ value }}", "encoding": "utf-8", "qos": 1},
    "webhook": {"webhook_id": "x", "allowed_methods": ["GET"], "local_only": True},
    "homeassistant": {"event": "start"},
    "conversation": {"command": "open [the] {what}"},
    "sentence": {"command": ["open (it|{what})"]},
    "calendar": {"entity_id": "calendar.a", "event": "end", "offset": "-00:05"},
    "tag": {"tag_id": ["a"], "device_id": "d"},
    "zone": {"entity_id": "person.a", "zone": "zone.home", "event": "leave"},
    "geo_location": {"source": "x", "zone": "zone.home", "event": "leave"},
    "persistent_notification": {"notification_id": "x", "update_type": ["added"]},
    "time": {"at": "07:00", "weekday": "mon"},
    "time_pattern": {"hours": "/2", "minutes": 5},
    "sun": {"event": "sunset", "offset": "-00:05"},
}
ANYWHERE: Final = {
    "id": "x",
    "alias": "X",
    "enabled": True,
    "variables": {"a": "{{ 1 }}"},
    "debounce": 5,
    "min_interval": 5,
    "max_per": "5/min",
    "ignore_unavailable": True,
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["{{", "{{ x }}", "{% if %}", "sensor.a", "light.a,sensor.b", "on", "5", "-1", "00:99", "unavailable"]
    ),
    st.sampled_from(["#", "+/a", "homeserver/x", "$SYS/x", "[", "(a|b", "{x}", "1/0min", "\x00", "a" * 500]),
    st.just(Tagged("!input", "x", 3)),
)
VALUES = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def node_of(value: Any) -> Any:
    """The value as it is read from a file, on line 7."""
    if isinstance(value, dict):
        made = Map()
        made.line = 7
        for key, part in value.items():
            made[key], made.lines[key] = node_of(part), 7
        return made
    if isinstance(value, list):
        items = Seq()
        items.line = 7
        for part in value:
            items.append(node_of(part))
            items.lines.append(7)
        return items
    return value


def test_every_kind_is_tried() -> None:
    assert set(GOOD) >= {kind for kind in TRIGGERS if "." not in kind}


@pytest.mark.parametrize("kind", GOOD)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_trigger_is_compiled_or_refused(kind: str, data: st.DataObject) -> None:
    fields = {"trigger": kind, **GOOD[kind], **ANYWHERE}
    names = sorted(fields.keys() - {"trigger"})
    for name in data.draw(st.lists(st.sampled_from([*names, "unknown"]), max_size=3)):
        fields[name] = data.draw(VALUES)
    for name in data.draw(st.lists(st.sampled_from(names), max_size=2)):
        fields.pop(name, None)
    compiler = Compiler(Templates())
    refused: RuleError | None = None
    try:
        compile_trigger(Fields(node_of(fields), "triggers[0]"), compiler, 0)
    except RuleError as error:
        refused = error
    assert refused is None or (refused.text and refused.line in (1, 3, 7))
