"""What a rule touches, by its text."""

import pytest

from homeserver.rules.reading.touched import touched
from homeserver.rules.reading.yaml_source import read
from homeserver.runtime.judging import EVERYTHING

CASES = [
    ("triggers: [{trigger: state, entity_id: light.a}]", "entity.light.a"),
    ("triggers: [{trigger: light.turned_on, target: {area_id: kitchen}}]", "area.kitchen"),
    ("triggers: [{trigger: device, device_id: d1, domain: light, type: turned_on}]", "device.d1"),
    ("triggers: [{platform: zone, entity_id: person.anna, zone: zone.home}]", "entity.person.anna entity.zone.home"),
    ("triggers: [{trigger: mqtt, topic: a/b}]", "*"),
    ("triggers: [{trigger: event, event_type: doorbell}]", "*"),
    ("triggers: [{trigger: template, value_template: \"{{ is_state('light.a', 'on') }}\"}]", "*"),
    ("conditions: [{condition: state, entity_id: [light.a, light.b], state: 'on'}]", "entity.light.a entity.light.b"),
    ("conditions: ['{{ 1 }}']", "*"),
    ("conditions: [{condition: or, conditions: [{condition: sun, after: sunset}]}]", ""),
    ("actions: [{action: light.turn_on, target: {entity_id: light.a, device_id: d1}}]", "entity.light.a device.d1"),
    ("actions: [{action: light.turn_on, target: {device_id: [d1, d2]}}]", "device.d1 device.d2"),
    ("actions: [{action: homeassistant.turn_off, target: {label_id: night}}]", "label.night"),
    ("actions: [{action: light.turn_off, target: {entity_id: all}}]", "*"),
    ("actions: [{action: script.evening}]", "entity.script.evening"),
    ("actions: [{action: script.turn_on, target: {entity_id: script.evening}}]", "entity.script.evening"),
    ("actions: [{scene: scene.dinner}]", "entity.scene.dinner"),
    ("actions: [{action: scene.apply, data: {entities: {lock.front: locked}}}]", "*"),
    ("actions: [{variables: {wanted: {lock.front: locked}}}]", "entity.lock.front"),
    ("actions: [{action: home.edit_area, data: {name: x}}]", "*"),
    ("actions: [{action: mqtt.publish, data: {topic: x}}]", "*"),
    ("actions: [{action: '{{ x }}'}]", "*"),
    ("actions: [{if: [{condition: state, entity_id: light.c, state: 'on'}], then: [{delay: 5}]}]", "entity.light.c"),
    ("actions: [{variables: {x: lock.front}}]", "entity.lock.front"),
    ("alias: about lock.front", "entity.lock.front"),
    ("use_blueprint: {path: a.yaml, input: {x: light.a}}", "*"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_a_text_names(text: str, expected: str) -> None:
    named = touched(read(text).root)
    if expected == "*":
        assert EVERYTHING in named
    else:
        assert {f"{kind}.{id}" for kind, id in named} == set(expected.split())
