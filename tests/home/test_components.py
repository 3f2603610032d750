"""Documented configurations of each component give the documented states and payloads, in memory and on Mosquitto.

The configurations are those of Home Assistant's documentation of each MQTT component, or follow its table of keys.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from homeserver.home import components, kinds, light_basic, light_json, light_template
from tests.home.stage import Kind, Stage, stage_of


@dataclass(frozen=True)
class Told:
    """A service with its data, and what the device is to be told: topic and payload, in order. A payload that is no text is
    compared as JSON."""

    service: str
    data: dict[str, Any]
    sends: list[tuple[str, Any]]


@dataclass(frozen=True)
class Seen:
    """A report, and the state that is to be seen after it, with attributes that must be there."""

    topic: str
    payload: str
    state: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    name: str
    component: str
    config: dict[str, Any]
    entity_id: str
    steps: list[Told | Seen]
    capabilities: dict[str, Any] = field(default_factory=dict)


TEMPLATE_JSON_ON = """{"state": "on"
{%- if brightness is defined -%}
, "brightness": {{ brightness }}
{%- endif -%}
{%- if red is defined and green is defined and blue is defined -%}
, "color": [{{ red }}, {{ green }}, {{ blue }}]
{%- endif -%}
{%- if hue is defined and sat is defined -%}
, "huesat": [{{ hue }}, {{ sat }}]
{%- endif -%}
{%- if effect is defined -%}
, "effect": "{{ effect }}"
{%- endif -%}
}"""

CASES = [
    Case(
        "json_attributes_and_availability",
        "sensor",
        {
            "name": "RSSI",
            "state_topic": "home/sensor1/infojson",
            "unit_of_measurement": "dBm",
            "value_template": "{{ value_json.RSSI }}",
            "availability": [{"topic": "home/sensor1/status"}],
            "payload_available": "online",
            "payload_not_available": "offline",
            "json_attributes_topic": "home/sensor1/attributes",
        },
        "sensor.rssi",
        [
            Seen("home/sensor1/infojson", '{"RSSI": -61}', "unavailable"),
            Seen("home/sensor1/status", "online", "-61"),
            Seen("home/sensor1/attributes", '{"ClientName": "x", "IP": "10.0.0.7"}', "-61", {"ClientName": "x"}),
            Seen("home/sensor1/status", "offline", "unavailable"),
        ],
    ),
    Case(
        "attributes_template",
        "sensor",
        {
            "name": "Timer 1",
            "state_topic": "tele/sonoff/sensor",
            "value_template": "{{ value_json.Timer1.Arm }}",
            "json_attributes_topic": "tele/sonoff/sensor",
            "json_attributes_template": "{{ value_json.Timer1 | tojson }}",
        },
        "sensor.timer_1",
        [
            Seen(
                "tele/sonoff/sensor",
                '{"Timer1":{"Arm": 1, "Time": "06:00"},"Timer2":{"Arm": 0, "Time": "07:00"}}',
                "1",
                {"Arm": 1, "Time": "06:00"},
            )
        ],
    ),
    Case(
        "temperature_and_nonsense",
        "sensor",
        {
            "name": "Temperature",
            "state_topic": "office/sensor1",
            "suggested_display_precision": 1,
            "unit_of_measurement": "°C",
            "device_class": "temperature",
            "value_template": "{{ value_json.temperature }}",
        },
        "sensor.temperature",
        [
            Seen("office/sensor1", '{"temperature": 23.20, "humidity": 43.70}', "23.2"),
            Seen("office/sensor1", '{"temperature": "warm"}', "unknown"),
            Seen("office/sensor1", '{"temperature": 21}', "21"),
            Seen("office/sensor1", '{"temperature": null}', "unknown"),
        ],
        {"suggested_display_precision": 1},
    ),
    Case(
        "timestamp",
        "sensor",
        {"name": "Last seen", "state_topic": "a/seen", "device_class": "timestamp"},
        "sensor.last_seen",
        [
            Seen("a/seen", "2024-03-01T12:00:00+01:00", "2024-03-01T11:00:00+00:00"),
            Seen("a/seen", "2024-03-01T12:00:00", "unknown"),
        ],
    ),
    Case(
        "window_contact",
        "binary_sensor",
        {
            "name": "Window Contact Sensor",
            "state_topic": "bedroom/window/contact",
            "payload_on": "ON",
            "availability": [
                {
                    "topic": "bedroom/window/availability",
                    "payload_available": "online",
                    "payload_not_available": "offline",
                }
            ],
            "qos": 0,
            "device_class": "opening",
            "value_template": "{{ value_json.state }}",
        },
        "binary_sensor.window_contact_sensor",
        [
            Seen("bedroom/window/availability", "online", "unknown"),
            Seen("bedroom/window/contact", '{"state":"ON"}', "on"),
            Seen("bedroom/window/contact", '{"state":"OFF"}', "off"),
            Seen("bedroom/window/contact", '{"state":"SIDEWAYS"}', "off"),
        ],
    ),
    Case(
        "toggles_with_every_message",
        "binary_sensor",
        {
            "name": "Lab button",
            "state_topic": "lab_button/cmnd/POWER",
            "value_template": '{%if is_state(entity_id,"on")-%}OFF{%-else-%}ON{%-endif%}',
        },
        "binary_sensor.lab_button",
        [
            Seen("lab_button/cmnd/POWER", "TOGGLE", "on"),
            Seen("lab_button/cmnd/POWER", "TOGGLE", "off"),
            Seen("lab_button/cmnd/POWER", "TOGGLE", "on"),
        ],
    ),
    Case(
        "espeasy_numbers_as_payloads",
        "binary_sensor",
        {
            "name": "Bathroom",
            "state_topic": "home/bathroom/switch/button",
            "payload_on": 1,
            "payload_off": 0,
        },
        "binary_sensor.bathroom",
        [
            Seen("home/bathroom/switch/button", "1", "on"),
            Seen("home/bathroom/switch/button", "0", "off"),
            Seen("home/bathroom/switch/button", "None", "unknown"),
        ],
    ),
    Case(
        "full",
        "switch",
        {
            "unique_id": "bedroom_switch",
            "name": "Bedroom Switch",
            "state_topic": "home/bedroom/switch1",
            "command_topic": "home/bedroom/switch1/set",
            "availability": [{"topic": "home/bedroom/switch1/available"}],
            "payload_on": "ON",
            "payload_off": "OFF",
            "state_on": "ON",
            "state_off": "OFF",
            "optimistic": False,
            "qos": 0,
            "retain": True,
        },
        "switch.bedroom_switch",
        [
            Seen("home/bedroom/switch1/available", "online", "unknown"),
            Told("turn_on", {}, [("home/bedroom/switch1/set", "ON")]),
            Seen("home/bedroom/switch1", "ON", "on"),
            Told("toggle", {}, [("home/bedroom/switch1/set", "OFF")]),
            Seen("home/bedroom/switch1", "OFF", "off"),
        ],
    ),
    Case(
        "other_words_for_state_and_command",
        "switch",
        {
            "name": "Motion detection",
            "state_topic": "cam/state",
            "command_topic": "cam/set",
            "payload_on": '{"action": "enable"}',
            "payload_off": '{"action": "disable"}',
            "state_on": "armed",
            "state_off": "disarmed",
            "value_template": "{{ value_json.mode }}",
        },
        "switch.motion_detection",
        [
            Seen("cam/state", '{"mode": "armed"}', "on"),
            Told("turn_off", {}, [("cam/set", {"action": "disable"})]),
            Seen("cam/state", '{"mode": "disarmed"}', "off"),
        ],
    ),
    Case(
        "without_state_topic_and_with_template",
        "switch",
        {
            "name": "Pump",
            "command_topic": "garden/pump/set",
            "command_template": '{"pump": "{{ value }}"}',
        },
        "switch.pump",
        [
            Told("turn_on", {}, [("garden/pump/set", {"pump": "ON"})]),
            Seen("garden/other", "", "on"),
            Told("toggle", {}, [("garden/pump/set", {"pump": "OFF"})]),
            Seen("garden/other", "", "off"),
        ],
        {"assumed_state": True},
    ),
    Case(
        "threshold",
        "number",
        {"name": "Threshold", "command_topic": "my-device/threshold"},
        "number.threshold",
        [
            Told("set_value", {"value": 42}, [("my-device/threshold", "42")]),
            Seen("other/topic", "", "42"),
            Told("set_value", {"value": 12.5}, [("my-device/threshold", "12.5")]),
        ],
        {"min": 1, "max": 100, "step": 1, "mode": "auto"},
    ),
    Case(
        "scaled_by_templates",
        "number",
        {
            "name": "Offset",
            "command_topic": "trv/set",
            "command_template": '{"offset": {{ value * 10 }} }',
            "state_topic": "trv",
            "value_template": "{{ value_json.offset / 10 }}",
            "min": -5,
            "max": 5,
            "step": 0.5,
            "unit_of_measurement": "K",
            "mode": "box",
        },
        "number.offset",
        [
            Seen("trv", '{"offset": -15}', "-1.5"),
            Told("set_value", {"value": 2.5}, [("trv/set", {"offset": 25.0})]),
            Seen("trv", '{"offset": 25}', "2.5"),
            Seen("trv", '{"offset": 990}', "2.5"),
        ],
        {"min": -5, "max": 5, "step": 0.5, "mode": "box"},
    ),
    Case(
        "reset",
        "number",
        {
            "name": "Target",
            "command_topic": "n/set",
            "state_topic": "n/state",
            "payload_reset": "--",
            "optimistic": True,
        },
        "number.target",
        [
            Seen("n/state", "7", "7"),
            Seen("n/state", "--", "unknown"),
            Told("set_value", {"value": 9}, [("n/set", "9")]),
            Seen("x/y", "", "9"),
        ],
    ),
    Case(
        "options",
        "select",
        {
            "command_topic": "topic",
            "name": "Test Select",
            "options": ["Option 1", "Option 2"],
        },
        "select.test_select",
        [
            Told("select_option", {"option": "Option 2"}, [("topic", "Option 2")]),
            Seen("x/y", "", "Option 2"),
            Told("select_next", {}, [("topic", "Option 1")]),
            Told("select_last", {}, [("topic", "Option 2")]),
        ],
        {"options": ["Option 1", "Option 2"]},
    ),
    Case(
        "device_mode",
        "select",
        {
            "command_topic": "zigbee2mqtt/roller/set/device_mode",
            "name": "Device mode",
            "options": ["light", "shutter", "disabled"],
            "state_topic": "zigbee2mqtt/roller",
            "value_template": '{{ value_json["device_mode"] }}',
        },
        "select.device_mode",
        [
            Seen("zigbee2mqtt/roller", '{"device_mode": "light"}', "light"),
            Seen("zigbee2mqtt/roller", '{"device_mode": "disco"}', "light"),
            Told("select_option", {"option": "shutter"}, [("zigbee2mqtt/roller/set/device_mode", "shutter")]),
            Seen("zigbee2mqtt/roller", '{"device_mode": "shutter"}', "shutter"),
            Told("select_first", {}, [("zigbee2mqtt/roller/set/device_mode", "light")]),
        ],
    ),
    Case(
        "with_command_template",
        "select",
        {
            "command_topic": "fan/set",
            "command_template": '{"speed": "{{ value }}"}',
            "name": "Speed",
            "options": [1, 2, 3],
            "state_topic": "fan/state",
        },
        "select.speed",
        [
            Seen("fan/state", "2", "2"),
            Told("select_previous", {}, [("fan/set", {"speed": "1"})]),
            Seen("fan/state", "None", "unknown"),
            Told("select_option", {"option": "3"}, [("fan/set", {"speed": "3"})]),
        ],
    ),
    Case(
        "restart",
        "button",
        {
            "unique_id": "bedroom_switch_reboot_btn",
            "name": "Restart Bedroom Switch",
            "command_topic": "home/bedroom/switch1/commands",
            "payload_press": "restart",
            "availability": [{"topic": "home/bedroom/switch1/available"}],
            "qos": 0,
            "retain": False,
            "entity_category": "config",
            "device_class": "restart",
        },
        "button.restart_bedroom_switch",
        [
            Seen("home/bedroom/switch1/available", "online", "unknown"),
            Told("press", {}, [("home/bedroom/switch1/commands", "restart")]),
            Told("press", {}, [("home/bedroom/switch1/commands", "restart")]),
        ],
    ),
    Case(
        "default_payload",
        "button",
        {"name": "Ring", "command_topic": "bell/set"},
        "button.ring",
        [Told("press", {}, [("bell/set", "PRESS")])],
    ),
    Case(
        "templated",
        "button",
        {"name": "Identify", "command_topic": "z/set", "command_template": '{"identify": "{{ value }}"}'},
        "button.identify",
        [Told("press", {}, [("z/set", {"identify": "PRESS"})])],
    ),
    Case(
        "basic_brightness_and_rgb",
        "light",
        {
            "name": "Office Light RGB",
            "state_topic": "office/rgb1/light/status",
            "command_topic": "office/rgb1/light/switch",
            "brightness_state_topic": "office/rgb1/brightness/status",
            "brightness_command_topic": "office/rgb1/brightness/set",
            "rgb_state_topic": "office/rgb1/rgb/status",
            "rgb_command_topic": "office/rgb1/rgb/set",
            "state_value_template": "{{ value_json.state }}",
            "brightness_value_template": "{{ value_json.brightness }}",
            "rgb_value_template": "{{ value_json.rgb | join(',') }}",
            "qos": 0,
            "payload_on": "ON",
            "payload_off": "OFF",
            "optimistic": False,
        },
        "light.office_light_rgb",
        [
            Seen("office/rgb1/light/status", '{"state": "ON"}', "on"),
            Seen("office/rgb1/brightness/status", '{"brightness": 120}', "on", {"brightness": 120}),
            Seen(
                "office/rgb1/rgb/status",
                '{"rgb": [255, 128, 0]}',
                "on",
                {"color_mode": "rgb", "rgb_color": [255, 128, 0], "hs_color": [30.118, 100.0]},
            ),
            Told(
                "turn_on",
                {"rgb_color": [0, 0, 255], "brightness": 50},
                [
                    ("office/rgb1/rgb/set", "0,0,255"),
                    ("office/rgb1/brightness/set", "50"),
                    ("office/rgb1/light/switch", "ON"),
                ],
            ),
            Told("turn_off", {}, [("office/rgb1/light/switch", "OFF")]),
        ],
        {"supported_color_modes": ["rgb"]},
    ),
    Case(
        "basic_brightness_scaled",
        "light",
        {
            "name": "Office light",
            "state_topic": "office/light/status",
            "command_topic": "office/light/switch",
            "brightness_state_topic": "office/light/brightness",
            "brightness_command_topic": "office/light/brightness/set",
            "brightness_scale": 100,
            "on_command_type": "first",
        },
        "light.office_light",
        [
            Seen("office/light/status", "ON", "on"),
            Seen("office/light/brightness", "50", "on", {"brightness": 128, "color_mode": "brightness"}),
            Told(
                "turn_on",
                {"brightness_pct": 40},
                [("office/light/switch", "ON"), ("office/light/brightness/set", "40")],
            ),
            Seen("office/light/status", "None", "unknown"),
        ],
        {"supported_color_modes": ["brightness"]},
    ),
    Case(
        "basic_brightness_without_on_commands",
        "light",
        {
            "name": "Brightness light",
            "state_topic": "office/light/status",
            "command_topic": "office/light/switch",
            "payload_off": "OFF",
            "brightness_state_topic": "office/light/brightness",
            "brightness_command_topic": "office/light/brightness/set",
            "on_command_type": "brightness",
        },
        "light.brightness_light",
        [
            Told("turn_on", {}, [("office/light/brightness/set", "255")]),
            Seen("office/light/status", "ON", "on"),
            Seen("office/light/brightness", "77", "on", {"brightness": 77}),
            Told("turn_off", {}, [("office/light/switch", "OFF")]),
            Seen("office/light/status", "OFF", "off"),
            Told("turn_on", {}, [("office/light/brightness/set", "77")]),
        ],
    ),
    Case(
        "basic_color_temperature_and_effect",
        "light",
        {
            "name": "Desk",
            "command_topic": "desk/set",
            "color_temp_command_topic": "desk/ct/set",
            "color_temp_state_topic": "desk/ct",
            "state_topic": "desk",
            "effect_command_topic": "desk/fx/set",
            "effect_state_topic": "desk/fx",
            "effect_list": ["rainbow", "blink"],
            "hs_command_topic": "desk/hs/set",
            "hs_state_topic": "desk/hs",
            "min_mireds": 153,
            "max_mireds": 500,
        },
        "light.desk",
        [
            Seen("desk", "ON", "on"),
            Seen("desk/ct", "250", "on", {"color_mode": "color_temp", "color_temp_kelvin": 4000}),
            Seen("desk/hs", "359.5,100.0", "on", {"color_mode": "hs", "hs_color": [359.5, 100.0]}),
            Seen("desk/fx", "blink", "on", {"effect": "blink"}),
            Told("turn_on", {"color_temp_kelvin": 2500}, [("desk/ct/set", "400"), ("desk/set", "ON")]),
            Told("turn_on", {"effect": "rainbow"}, [("desk/fx/set", "rainbow"), ("desk/set", "ON")]),
            Told("turn_on", {"hs_color": [120, 50]}, [("desk/hs/set", "120.0,50.0"), ("desk/set", "ON")]),
        ],
        {
            "supported_color_modes": ["color_temp", "hs"],
            "min_color_temp_kelvin": 2000,
            "max_color_temp_kelvin": 6536,
            "effect_list": ["rainbow", "blink"],
        },
    ),
    Case(
        "json_brightness_and_rgb",
        "light",
        {
            "schema": "json",
            "name": "mqtt_json_light_1",
            "state_topic": "home/rgb1",
            "command_topic": "home/rgb1/set",
            "brightness": True,
            "supported_color_modes": ["rgb"],
        },
        "light.mqtt_json_light_1",
        [
            Seen(
                "home/rgb1",
                '{"state": "ON", "brightness": 255, "color_mode": "rgb", "color": {"r": 255, "g": 180, "b": 200}}',
                "on",
                {"brightness": 255, "color_mode": "rgb", "rgb_color": [255, 180, 200]},
            ),
            Told(
                "turn_on",
                {"rgb_color": [10, 20, 30], "brightness": 100, "transition": 2},
                [
                    (
                        "home/rgb1/set",
                        {"state": "ON", "brightness": 100, "color": {"r": 10, "g": 20, "b": 30}, "transition": 2.0},
                    )
                ],
            ),
            Told("turn_on", {"flash": "short"}, [("home/rgb1/set", {"state": "ON", "flash": 2})]),
            Told("turn_off", {"transition": 3}, [("home/rgb1/set", {"state": "OFF", "transition": 3.0})]),
        ],
    ),
    Case(
        "json_brightness_scaled",
        "light",
        {
            "schema": "json",
            "name": "mqtt_json_light_1",
            "state_topic": "home/light",
            "command_topic": "home/light/set",
            "brightness": True,
            "brightness_scale": 4095,
            "supported_color_modes": ["brightness"],
        },
        "light.mqtt_json_light_1",
        [
            Seen("home/light", '{"brightness": 4095, "state": "ON"}', "on", {"brightness": 255}),
            Told("turn_on", {"brightness": 255}, [("home/light/set", {"state": "ON", "brightness": 4095})]),
            Seen("home/light", '{"state": null}', "unknown"),
            Seen("home/light", '{"state": "OFF"}', "off"),
        ],
    ),
    Case(
        "json_hs",
        "light",
        {
            "schema": "json",
            "name": "mqtt_json_hs_light",
            "state_topic": "home/light",
            "command_topic": "home/light/set",
            "supported_color_modes": ["hs"],
        },
        "light.mqtt_json_hs_light",
        [
            Seen(
                "home/light",
                '{"state": "ON", "color_mode": "hs", "color": {"h": 24.0, "s": 100.0}}',
                "on",
                {"color_mode": "hs", "hs_color": [24.0, 100.0], "rgb_color": [255, 102, 0]},
            ),
            Told(
                "turn_on",
                {"hs_color": [24, 100]},
                [("home/light/set", {"state": "ON", "color": {"h": 24.0, "s": 100.0}})],
            ),
            Told(
                "turn_on",
                {"color_name": "blue"},
                [("home/light/set", {"state": "ON", "color": {"h": 240.0, "s": 100.0}})],
            ),
        ],
    ),
    Case(
        "json_rgbw",
        "light",
        {
            "schema": "json",
            "name": "mqtt_json_light_1",
            "state_topic": "home/rgbw1",
            "command_topic": "home/rgbw1/set",
            "brightness": True,
            "supported_color_modes": ["rgbw"],
        },
        "light.mqtt_json_light_1",
        [
            Told(
                "turn_on",
                {"rgbw_color": [1, 2, 3, 4]},
                [("home/rgbw1/set", {"state": "ON", "color": {"r": 1, "g": 2, "b": 3, "w": 4}})],
            ),
            Told(
                "turn_on",
                {"rgb_color": [255, 128, 128]},
                [("home/rgbw1/set", {"state": "ON", "color": {"r": 253, "g": 0, "b": 0, "w": 255}})],
            ),
            Seen(
                "home/rgbw1",
                '{"state": "ON", "color_mode": "rgbw", "color": {"r": 1, "g": 2, "b": 3, "w": 4}}',
                "on",
                {"color_mode": "rgbw", "rgbw_color": [1, 2, 3, 4]},
            ),
        ],
    ),
    Case(
        "json_color_temp_of_zigbee2mqtt",
        "light",
        {
            "schema": "json",
            "name": "Downlight",
            "state_topic": "zigbee2mqtt/downlight",
            "command_topic": "zigbee2mqtt/downlight/set",
            "brightness": True,
            "brightness_scale": 254,
            "effect": True,
            "effect_list": ["blink", "breathe"],
            "max_mireds": 370,
            "min_mireds": 153,
            "supported_color_modes": ["color_temp"],
        },
        "light.downlight",
        [
            Seen(
                "zigbee2mqtt/downlight",
                '{"state": "ON", "brightness": 254, "color_mode": "color_temp", "color_temp": 250, "linkquality": 90}',
                "on",
                {"brightness": 255, "color_mode": "color_temp", "color_temp_kelvin": 4000},
            ),
            Told(
                "turn_on",
                {"color_temp_kelvin": 3000, "brightness_pct": 50},
                [("zigbee2mqtt/downlight/set", {"state": "ON", "brightness": 127, "color_temp": 333})],
            ),
            Told("turn_on", {"effect": "blink"}, [("zigbee2mqtt/downlight/set", {"state": "ON", "effect": "blink"})]),
            Told("turn_on", {"brightness": 0}, [("zigbee2mqtt/downlight/set", {"state": "OFF"})]),
        ],
        {"supported_color_modes": ["color_temp"], "min_color_temp_kelvin": 2703, "max_color_temp_kelvin": 6536},
    ),
    Case(
        "template_simple_string",
        "light",
        {
            "schema": "template",
            "name": "String",
            "command_topic": "home/rgb1/set",
            "state_topic": "home/rgb1/status",
            "command_on_template": "on,{{ brightness|d }},{{ red|d }}-{{ green|d }}-{{ blue|d }},{{ hue|d }}-{{ sat|d }}",
            "command_off_template": "off",
            "state_template": "{{ value.split(',')[0] }}",
            "brightness_template": "{{ value.split(',')[1] }}",
            "red_template": "{{ value.split(',')[2].split('-')[0] }}",
            "green_template": "{{ value.split(',')[2].split('-')[1] }}",
            "blue_template": "{{ value.split(',')[2].split('-')[2] }}",
        },
        "light.string",
        [
            Seen(
                "home/rgb1/status",
                "on,255,0-255-0,120-100",
                "on",
                {"brightness": 255, "color_mode": "hs", "hs_color": [120.0, 100.0]},
            ),
            Told("turn_on", {}, [("home/rgb1/set", "on,,--,-")]),
            Told(
                "turn_on",
                {"hs_color": [240, 100], "brightness": 50},
                [("home/rgb1/set", "on,50,0-0-255,240.0-100.0")],
            ),
            Told("turn_off", {}, [("home/rgb1/set", "off")]),
        ],
    ),
    Case(
        "template_json",
        "light",
        {
            "schema": "template",
            "name": "Template JSON",
            "effect_list": ["rainbow", "colorloop"],
            "command_topic": "home/rgb1/set",
            "state_topic": "home/rgb1/status",
            "command_on_template": TEMPLATE_JSON_ON,
            "command_off_template": '{"state": "off"}',
            "state_template": "{{ value_json.state }}",
            "brightness_template": "{{ value_json.brightness }}",
            "red_template": "{{ value_json.color[0] }}",
            "green_template": "{{ value_json.color[1] }}",
            "blue_template": "{{ value_json.color[2] }}",
            "effect_template": "{{ value_json.effect }}",
        },
        "light.template_json",
        [
            Seen(
                "home/rgb1/status",
                '{"state": "on", "brightness": 128, "color": [255, 255, 255], "effect": "rainbow"}',
                "on",
                {"brightness": 128, "effect": "rainbow", "hs_color": [0.0, 0.0]},
            ),
            Told(
                "turn_on",
                {"rgb_color": [255, 0, 0], "effect": "colorloop"},
                [
                    (
                        "home/rgb1/set",
                        {"state": "on", "color": [255, 0, 0], "huesat": [0.0, 100.0], "effect": "colorloop"},
                    )
                ],
            ),
            Seen("home/rgb1/status", '{"state": "off"}', "off"),
        ],
        {"supported_color_modes": ["hs"], "effect_list": ["rainbow", "colorloop"]},
    ),
    Case(
        "template_white_bulb",
        "light",
        {
            "schema": "template",
            "name": "Bulb-white",
            "command_topic": "shellies/bulb/color/0/set",
            "state_topic": "shellies/bulb/color/0/status",
            "availability_topic": "shellies/bulb/online",
            "command_on_template": (
                '{"turn": "on", "mode": "white"'
                "{%- if brightness is defined -%}"
                ', "brightness": {{brightness | float | multiply(0.39215686) | round(0)}}'
                "{%- endif -%}"
                "{%- if color_temp is defined -%}"
                ', "temp": {{ [[(1000000 / color_temp | float) | round(0), 3000] | max, 6500] | min }}'
                "{%- endif -%}}"
            ),
            "command_off_template": '{"turn":"off", "mode": "white"}',
            "state_template": ("{% if value_json.ison and value_json.mode == 'white' %}on{% else %}off{% endif %}"),
            "brightness_template": "{{ value_json.brightness | float | multiply(2.55) | round(0) }}",
            "color_temp_template": "{{ (1000000 / value_json.temp | float) | round(0) }}",
            "payload_available": "true",
            "payload_not_available": "false",
            "max_mireds": 334,
            "min_mireds": 153,
            "qos": 1,
            "retain": False,
            "optimistic": False,
        },
        "light.bulb_white",
        [
            Seen("shellies/bulb/online", "true", "unknown"),
            Seen(
                "shellies/bulb/color/0/status",
                '{"ison": true, "mode": "white", "brightness": 50, "temp": 4000}',
                "on",
                {"brightness": 127, "color_mode": "color_temp", "color_temp_kelvin": 4000},
            ),
            Told(
                "turn_on",
                {"brightness": 255, "color_temp_kelvin": 6500},
                [
                    (
                        "shellies/bulb/color/0/set",
                        {"turn": "on", "mode": "white", "brightness": 100.0, "temp": 6494.0},
                    )
                ],
            ),
            Told("turn_off", {}, [("shellies/bulb/color/0/set", {"turn": "off", "mode": "white"})]),
        ],
        {"supported_color_modes": ["color_temp"], "min_color_temp_kelvin": 2994},
    ),
]


@pytest.fixture(params=["memory", "mosquitto"], scope="module")
def kind(request: pytest.FixtureRequest) -> Kind:
    kind: Kind = request.param
    return kind


@pytest.fixture
async def stage(kind: Kind, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage_of(kind, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.component}-{case.name}")
async def test_a_documented_configuration(case: Case, stage: Stage) -> None:
    await stage.announce(case.component, case.config)
    config = stage.configs[case.entity_id]
    assert {key: config.capabilities.get(key) for key in case.capabilities} == case.capabilities
    for step in case.steps:
        if isinstance(step, Told):
            await _told(stage, case, step)
        else:
            await _seen(stage, case, step)


async def _told(stage: Stage, case: Case, step: Told) -> None:
    topics = {topic for topic, _ in step.sends}
    stage.told.clear()
    reply = await stage.command(case.entity_id, step.service, **step.data)
    assert reply is not None
    assert reply.ok, reply.error
    told = [one for one in stage.told if one[0] in topics]
    if step.service != "press":
        told = told[-len(step.sends) :]  # an absolute command may have been sent again by now
    sends = [
        (topic, json.loads(payload) if isinstance(wanted, dict) else payload.decode())
        for (topic, payload), (_, wanted) in zip(told, step.sends, strict=True)
    ]
    assert sends == step.sends


async def _seen(stage: Stage, case: Case, step: Seen) -> None:
    await stage.report(step.topic, step.payload)
    said = stage.states[case.entity_id]
    assert said.state == step.state
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in said.attributes.items()}
    assert {name: plain.get(name) for name in step.attributes} == step.attributes


def test_each_component_has_at_least_three_documented_configurations() -> None:
    dialects = {"light": 9}
    for name in components.COMPONENTS:
        assert sum(case.component == name for case in CASES) >= dialects.get(name, 3), name
    rows = [kinds.SENSOR, light_basic.BASIC, light_json.JSON, light_template.TEMPLATE]
    assert {row.domain for row in rows} <= set(components.COMPONENTS)
