"""A home and its faultless rules, and ways to spoil them one fault at a time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from homeserver.rules.check.check import check
from homeserver.rules.check.desk import templates_alone
from homeserver.rules.check.known import Known, Thing
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.rule_file import read_text

TEMPLATES: Final = templates_alone("UTC")
_SWITCH: Final = ["turn_on", "turn_off", "toggle"]
KNOWN: Final = Known(
    whole=True,
    things={
        "binary_sensor.hall_motion": Thing("off", device_class="motion", places=["area:hall", "device:hall_eye"]),
        "binary_sensor.front_door": Thing("off", device_class="door", places=["area:hall"]),
        "binary_sensor.laundry_leak": Thing("off", device_class="moisture", places=["area:laundry"]),
        "light.hall_ceiling": Thing("off", services=_SWITCH, attributes=["brightness"], places=["area:hall"]),
        "light.kitchen_counter": Thing("off", services=_SWITCH, attributes=["brightness"], places=["area:kitchen"]),
        "switch.coffee_machine": Thing("off", services=_SWITCH, places=["area:kitchen", "label:breakfast"]),
        "switch.laundry_valve": Thing("on", services=_SWITCH, places=["area:laundry"]),
        "fan.bathroom_vent": Thing("off", services=[*_SWITCH, "set_percentage"], places=["area:bathroom"]),
        "cover.garage_gate": Thing("closed", services=["open_cover", "close_cover", "stop_cover"]),
        "lock.back_door": Thing("locked", services=["lock", "unlock"]),
        "sensor.bathroom_humidity": Thing("55", "%", "humidity", places=["area:bathroom"]),
        "sensor.outdoor_temperature": Thing("12.5", "°C", "temperature"),
        "sensor.attic_temperature": Thing("70.1", "°F", "temperature"),
        "sensor.indoor_temperature": Thing("20.5", "°C", "temperature"),
        "sensor.remote_battery": Thing("80", "%", "battery"),
        "number.boiler_limit": Thing("55", "°C", services=["set_value"], least=30, most=70),
        "select.house_mode": Thing("home", services=["select_option"], options=["home", "away", "night"]),
        "climate.living_room": Thing("heat", services=["set_temperature", "set_hvac_mode", "turn_off", "turn_on"]),
        "alarm_control_panel.house": Thing("disarmed", services=["alarm_arm_away", "alarm_disarm", "alarm_arm_home"]),
        "person.anna": Thing("home"),
        "sun.sun": Thing("below_horizon", attributes=["elevation", "azimuth"]),
    },
    places={
        "area": ["hall", "kitchen", "bathroom", "laundry"],
        "device": ["hall_eye"],
        "floor": ["ground_floor"],
        "label": ["breakfast"],
    },
)
RULES: Final = """\
- id: hall_light
  triggers:
    - {trigger: state, entity_id: binary_sensor.hall_motion, to: "on", id: seen}
    - {trigger: state, entity_id: binary_sensor.hall_motion, to: "off", for: "00:05:00", id: left}
  conditions:
    - {condition: state, entity_id: select.house_mode, state: ["home", "night"]}
  actions:
    - choose:
        - conditions: [{condition: trigger, id: seen}]
          sequence:
            - {action: light.turn_on, target: {area_id: hall}, data: {brightness_pct: 60}}
        - conditions: [{condition: trigger, id: left}]
          sequence:
            - {action: light.turn_off, target: {entity_id: light.hall_ceiling}}
- id: dark_door
  triggers:
    - {trigger: state, entity_id: binary_sensor.front_door, from: "off", to: "on"}
  conditions:
    - {condition: state, entity_id: sun.sun, state: "below_horizon"}
    - {condition: numeric_state, entity_id: sun.sun, attribute: elevation, below: -4}
  actions:
    - {action: light.turn_on, target: {entity_id: light.kitchen_counter}, data: {transition: 2}}
    - {delay: "00:10:00"}
    - {action: light.turn_off, target: {entity_id: light.kitchen_counter}}
- id: vent
  triggers:
    - {trigger: numeric_state, entity_id: sensor.bathroom_humidity, above: 70}
  actions:
    - {action: fan.turn_on, target: {entity_id: fan.bathroom_vent}}
    - {action: fan.set_percentage, target: {entity_id: fan.bathroom_vent}, data: {percentage: 80}}
- id: vent_off
  triggers:
    - {trigger: numeric_state, entity_id: sensor.bathroom_humidity, below: 60, for: {minutes: 10}}
  conditions:
    - {condition: time, after: "06:00:00", before: "23:00:00"}
  actions:
    - {action: fan.turn_off, target: {area_id: bathroom}}
- id: breakfast
  triggers:
    - {trigger: time, at: "06:30:00"}
  conditions:
    - {condition: time, weekday: [mon, tue, wed, thu, fri]}
    - "{{ is_state('person.anna', 'home') and states('sensor.outdoor_temperature') | float(0) < 15 }}"
  actions:
    - {action: switch.turn_on, target: {label_id: breakfast}}
    - if:
        - {condition: state, entity_id: light.kitchen_counter, state: "off"}
      then:
        - {action: light.turn_on, target: {floor_id: ground_floor}}
- id: leak
  mode: restart
  triggers:
    - {trigger: state, entity_id: binary_sensor.laundry_leak, to: "on"}
  actions:
    - {action: switch.turn_off, target: {entity_id: switch.laundry_valve}}
    - repeat:
        count: 3
        sequence:
          - {action: light.toggle, target: {device_id: hall_eye}}
          - {delay: {seconds: 1}}
- id: night
  triggers:
    - {trigger: state, entity_id: select.house_mode, to: "night"}
  actions:
    - {action: cover.close_cover, target: {entity_id: cover.garage_gate}}
    - {action: lock.lock, target: {entity_id: lock.back_door}}
    - {action: climate.set_hvac_mode, target: {entity_id: climate.living_room}, data: {hvac_mode: "off"}}
    - {action: number.set_value, target: {entity_id: number.boiler_limit}, data: {value: 45}}
- id: gone
  triggers:
    - {trigger: state, entity_id: person.anna, to: "not_home", for: {minutes: 15}}
  conditions:
    - {condition: state, entity_id: alarm_control_panel.house, state: "disarmed"}
    - {condition: state, entity_id: lock.back_door, state: "locked"}
  actions:
    - {action: select.select_option, target: {entity_id: select.house_mode}, data: {option: "away"}}
    - {action: alarm_control_panel.alarm_arm_away, target: {entity_id: alarm_control_panel.house}}
- id: frost
  triggers:
    - {trigger: numeric_state, entity_id: sensor.outdoor_temperature, below: sensor.indoor_temperature}
  variables:
    warm: 21
  conditions:
    - "{{ states('sensor.outdoor_temperature') | float(0) < 0 and state_attr('sun.sun', 'azimuth') is not none }}"
    - {condition: state, entity_id: cover.garage_gate, state: "open"}
  actions:
    - {action: climate.set_temperature, target: {entity_id: climate.living_room}, data: {temperature: "{{ warm }}"}}
"""


def problems(text: str, known: Known = KNOWN) -> list[Problem]:
    """All that is found in one file."""
    book, found = Book(written={}), list[Problem]()
    read_text(text, "rules.yaml", TEMPLATES, None, book)
    for _ in check(book, known, TEMPLATES, found):
        pass
    return found


@dataclass(slots=True)
class Seed:
    """One fault: what it is, the rules with it, and the line at which it stands (0: anywhere)."""

    kind: str
    what: str
    text: str
    line: int


def _replaced(kind: str, pattern: str, spoil: str, among: str = RULES) -> Iterator[Seed]:
    """Each place where `pattern` is found, with its first group changed to `spoil` (`*`: one letter less)."""
    for found in re.finditer(pattern, among):
        word = found[1]
        other = word[:-2] + word[-1] if spoil == "*" else spoil
        if other != word:
            text = among[: found.start(1)] + other + among[found.end(1) :]
            yield Seed(kind, f"{word} -> {other}", text, among.count("\n", 0, found.start(1)) + 1)


def seeds() -> Iterator[Seed]:
    """Faults of every kind, of which each is the only one of its text."""
    domains = "binary_sensor|light|switch|fan|cover|lock|sensor|number|select|climate|alarm_control_panel|person|sun"
    yield from _replaced("entity", rf"(?:entity_id: |below: |\(')((?:{domains})\.\w+)", "*")
    yield from _replaced("place", r"(?:area_id|device_id|floor_id|label_id): (\w+)", "*")
    yield from _replaced("service", r"action: (\w+\.\w+)", "*")
    yield from _replaced("parameter", r"data: \{(\w+):", "*")
    for word in ("opened", "On", "true"):
        yield from _replaced(
            "state", r'(?:binary_sensor\.\w+|light\.\w+), (?:from: "off", )?(?:to|state): "(\w+)"', word
        )
    yield from _replaced("state", r'(?:select|cover|lock|sun|alarm_control_panel)\.\w+, (?:to|state): "(\w+)"', "*")
    yield from _replaced("state", r'option: "(\w+)"', "*")
    yield from _replaced("unit", r"bathroom_humidity, above: (\d+)", "170")
    yield from _replaced("unit", r"bathroom_humidity, below: (\d+)", "-5")
    yield from _replaced("unit", r"below: (sensor\.indoor_temperature)", "sensor.attic_temperature")
    yield from _replaced("unit", r"data: \{value: (\d+)", "95")
    yield from _replaced("unit", r"brightness_pct: (\d+)", "600")
    yield from _replaced("unit", r"percentage: (\d+)", "180")
    yield from _replaced("attribute", r"attribute: (\w+)", "*")
    yield from _replaced("attribute", r"state_attr\('[\w.]+', '(\w+)'\)", "*")
    yield from _replaced("template", r"\b(is_state|state_attr|states)\('", "*")
    yield from _replaced("template", r"\| (float)\(0\)", "flaot")
    yield from _replaced("template", r"(float\(0\))", "float")
    yield from _replaced("template", r"( \| float\(0\)) <", "")
    yield from _replaced("template", r"\{\{ (warm) \}\}", "wram")
    yield from _replaced("template", r"( \}\})", " }")
    yield from _replaced(
        "field", r"[{ ](trigger|condition|entity_id|weekday|attribute|after|before|to|for|delay):", "*"
    )
    yield from _replaced("field", r"\n  (triggers|conditions|actions|mode|variables):", "*")
    yield from _replaced("field", r"\n {8,}(sequence|conditions|then|count):", "*")
    yield from _replaced("kind", r"(?:trigger|condition): (state|numeric_state|time|trigger),", "*")
    yield from _replaced("value", r'(?:after|before|at|for|delay): "(\d\d:\d\d:\d\d)"', "quarter past")
    yield from _replaced("value", r"weekday: \[(mon)", "monn")
    yield from _replaced("value", r"mode: (restart)", "restrat")
    for kind, rules in MORE.items():
        for number, text in enumerate(rules):
            yield Seed(kind, f"{kind} {number}", f"{RULES}{text}", 0)


def _rule(id: str, trigger: str, actions: str, conditions: str = "") -> str:
    more = f"  conditions: [{conditions}]\n" if conditions else ""
    return f"- id: {id}\n  triggers: [{{{trigger}}}]\n{more}  actions: [{actions}]\n"


_ON = "trigger: state, entity_id: light.hall_ceiling, to: 'on'"
_OFF = "trigger: state, entity_id: light.hall_ceiling, to: 'off'"
_DOOR = "trigger: state, entity_id: binary_sensor.front_door, to: 'on'"
_COFFEE_ON = "{action: switch.turn_on, target: {entity_id: switch.coffee_machine}}"
_COFFEE_OFF = "{action: switch.turn_off, target: {entity_id: switch.coffee_machine}}"
_HALL_ON = "{action: light.turn_on, target: {entity_id: light.hall_ceiling}}"
_HALL_OFF = "{action: light.turn_off, target: {entity_id: light.hall_ceiling}}"
_HALL_TOGGLE = "{action: light.toggle, target: {entity_id: light.hall_ceiling}}"
_IS_DOOR_SHUT = "{condition: state, entity_id: binary_sensor.front_door, state: 'off'}"
_IS_DOOR_OPEN = "{condition: state, entity_id: binary_sensor.front_door, state: 'on'}"
MORE: Final = {
    "never": [
        _rule("n1", "trigger: state, entity_id: light.hall_ceiling, from: 'on', to: 'on'", _COFFEE_ON),
        _rule("n2", _DOOR, _COFFEE_ON, _IS_DOOR_SHUT),
        _rule("n3", "trigger: time, at: '07:00:00'", _COFFEE_ON, "{condition: time, after: '08:00:00'}"),
        _rule("n4", _ON, _COFFEE_ON, f"{_IS_DOOR_SHUT}, {_IS_DOOR_OPEN}"),
        _rule("n5", _ON, _COFFEE_ON, "{condition: trigger, id: nobody}"),
        _rule(
            "n6",
            "trigger: numeric_state, entity_id: sensor.outdoor_temperature, above: 20",
            _COFFEE_ON,
            "{condition: numeric_state, entity_id: sensor.outdoor_temperature, below: 10}",
        ),
        _rule("n7", _DOOR, _COFFEE_ON, "{condition: not, conditions: [" + _IS_DOOR_OPEN + "]}"),
        _rule("n8", _ON, _COFFEE_ON, "'{{ false }}'"),
        _rule("n9", _ON, _COFFEE_ON, "{condition: and, conditions: [" + _IS_DOOR_OPEN + ", " + _IS_DOOR_SHUT + "]}"),
        _rule(
            "n10",
            "trigger: time, at: '07:00:00', weekday: mon",
            _COFFEE_ON,
            "{condition: time, weekday: [sat, sun]}",
        ),
    ],
    "unreachable": [
        _rule("u1", _DOOR, f"{{if: [{_IS_DOOR_SHUT}], then: [{_COFFEE_ON}]}}"),
        _rule("u2", _DOOR, f"{{if: [{_IS_DOOR_OPEN}], then: [{_COFFEE_ON}], else: [{_COFFEE_OFF}]}}"),
        _rule("u3", _ON, f"{{stop: enough}}, {_COFFEE_ON}"),
        _rule("u4", _ON, f"{{repeat: {{count: 0, sequence: [{_COFFEE_ON}]}}}}"),
        _rule("u5", _ON, f"{{choose: [{{conditions: [{{condition: trigger, id: x}}], sequence: [{_COFFEE_ON}]}}]}}"),
        _rule(
            "u6",
            _ON,
            f"{{choose: [{{conditions: [{_IS_DOOR_OPEN}], sequence: [{_COFFEE_ON}]}}, "
            f"{{conditions: [{_IS_DOOR_OPEN}], sequence: [{_COFFEE_OFF}]}}]}}",
        ),
        _rule(
            "u7",
            _ON,
            f"{{choose: [{{conditions: [{_IS_DOOR_OPEN}], sequence: [{_COFFEE_ON}]}}, "
            f"{{conditions: {{condition: not, conditions: [{_IS_DOOR_OPEN}]}}, sequence: [{_COFFEE_OFF}]}}], "
            f"default: [{_HALL_OFF}]}}",
        ),
        _rule("u8", _DOOR, f"{_IS_DOOR_SHUT}, {_COFFEE_ON}"),
        _rule("u9", _ON, "{if: '{{ false }}', then: [" + _COFFEE_ON + "]}"),
        _rule("u10", _DOOR, f"{{if: [{_IS_DOOR_OPEN}], then: [{{if: [{_IS_DOOR_SHUT}], then: [{_COFFEE_ON}]}}]}}"),
    ],
    "loop": [
        _rule("l1", "trigger: state, entity_id: light.hall_ceiling", _HALL_TOGGLE),
        _rule("l2", _ON, _HALL_OFF) + _rule("l2b", _OFF, _HALL_ON),
        _rule("l3", _ON, _HALL_TOGGLE) + _rule("l3b", _OFF, _HALL_TOGGLE),
        _rule("l4", "trigger: event, event_type: ping", "{event: ping}"),
        _rule("l5", "trigger: event, event_type: ping", "{event: pong}")
        + _rule("l5b", "trigger: event, event_type: pong", "{event: ping}"),
        _rule("l6", _ON, _COFFEE_ON)
        + _rule("l6b", "trigger: state, entity_id: switch.coffee_machine, to: 'on'", _HALL_OFF)
        + _rule("l6c", _OFF, _COFFEE_OFF)
        + _rule("l6d", "trigger: state, entity_id: switch.coffee_machine, to: 'off'", _HALL_ON),
        _rule("l7", "trigger: state, entity_id: light.hall_ceiling, to: ['on', 'off']", _HALL_TOGGLE),
        _rule("l8", "trigger: state, entity_id: [light.hall_ceiling, switch.coffee_machine]", _HALL_TOGGLE),
        _rule("l9", "trigger: mqtt, topic: a/b", "{action: mqtt.publish, data: {topic: a/b, payload: x}}"),
        _rule("l10", _ON, f"{{choose: [], default: [{_HALL_OFF}]}}") + _rule("l10b", _OFF, _HALL_ON),
    ],
    "conflict": [
        _rule("c1", _DOOR, _COFFEE_ON) + _rule("c1b", _DOOR, _COFFEE_OFF),
        _rule("c2", "trigger: time, at: '07:00:00'", _HALL_ON)
        + _rule("c2b", "trigger: time, at: '07:00:00'", _HALL_OFF),
        _rule("c3", "trigger: sun, event: sunset", _HALL_ON) + _rule("c3b", "trigger: sun, event: sunset", _HALL_OFF),
        _rule("c4", _DOOR, _COFFEE_ON)
        + _rule("c4b", "trigger: state, entity_id: binary_sensor.front_door", _COFFEE_OFF),
        _rule("c5", "trigger: event, event_type: bell", _HALL_ON)
        + _rule("c5b", "trigger: event, event_type: bell", _HALL_OFF),
        _rule("c6", _ON, "{action: lock.lock, target: {entity_id: lock.back_door}}")
        + _rule("c6b", _ON, "{action: lock.unlock, target: {entity_id: lock.back_door}}"),
        _rule("c7", _ON, "{action: cover.open_cover, target: {entity_id: cover.garage_gate}}")
        + _rule("c7b", _ON, "{action: cover.close_cover, target: {entity_id: cover.garage_gate}}"),
        _rule("c8", _DOOR, _COFFEE_ON, "{condition: state, entity_id: person.anna, state: home}")
        + _rule("c8b", _DOOR, _COFFEE_OFF, "{condition: time, after: '20:00:00'}"),
        _rule("c9", _DOOR, _HALL_ON) + _rule("c9b", _DOOR, "{action: light.turn_off, target: {area_id: hall}}"),
        _rule("c10", "trigger: numeric_state, entity_id: sensor.outdoor_temperature, above: 20", _HALL_ON)
        + _rule("c10b", "trigger: numeric_state, entity_id: sensor.outdoor_temperature, above: 20", _HALL_OFF),
    ],
}
"""Whole rules that can do nothing, or the wrong thing, each set after the faultless ones."""
GOOD: Final = [
    _rule("g1", _ON, _HALL_ON),
    _rule("g2", _ON, _COFFEE_ON) + _rule("g2b", "trigger: state, entity_id: switch.coffee_machine, to: 'on'", _HALL_ON),
    _rule("g3", _ON, "{delay: 5}, " + _HALL_OFF) + _rule("g3b", _OFF, "{delay: 5}, " + _HALL_ON),
    _rule("g4", _DOOR, _COFFEE_ON, "{condition: time, before: '12:00:00'}")
    + _rule("g4b", _DOOR, _COFFEE_OFF, "{condition: time, after: '12:00:00'}"),
    _rule("g5", _DOOR, _COFFEE_ON, "{condition: state, entity_id: person.anna, state: home}")
    + _rule("g5b", _DOOR, _COFFEE_OFF, "{condition: state, entity_id: person.anna, state: not_home}"),
    _rule("g6", _ON, _COFFEE_ON) + _rule("g6b", _OFF, _COFFEE_OFF),
    _rule("g7", _DOOR, f"{{if: [{_IS_DOOR_OPEN}], then: [{_COFFEE_ON}]}}"),
    _rule("g8", _DOOR, f"{_HALL_ON}, {{delay: 60}}, {{if: [{_IS_DOOR_SHUT}], then: [{_HALL_OFF}]}}"),
    _rule("g9", _DOOR, _COFFEE_ON, "{condition: time, after: '22:00:00', before: '06:00:00'}"),
    _rule(
        "g11",
        "trigger: state, entity_id: switch.coffee_machine, to: 'on', id: on",
        _HALL_ON,
        "{condition: trigger, id: on}",
    ),
    _rule("g10", "trigger: time, at: '23:00:00'", _COFFEE_OFF, "{condition: time, after: '22:00', before: '06:00'}"),
]
"""Rules that look a little like these faults and are none."""
