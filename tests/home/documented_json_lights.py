"""Documented configurations of lights in the JSON and template dialects.

They are those of Home Assistant's documentation of each MQTT component, or follow its table of keys.
"""

from tests.home.documented import Case, Seen, Told

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

JSON_LIGHTS = [
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
        {"supported_color_modes": ["color_temp"], "min_color_temp_kelvin": 2702, "max_color_temp_kelvin": 6535},
    ),
    Case(
        "template_simple_string",
        "light",
        {
            "schema": "template",
            "name": "String",
            "command_topic": "home/rgb1/set",
            "state_topic": "home/rgb1/status",
            "command_on_template": (
                "on,{{ brightness|d }},{{ red|d }}-{{ green|d }}-{{ blue|d }},{{ hue|d }}-{{ sat|d }}"
            ),
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
                        {"turn": "on", "mode": "white", "brightness": 100.0, "temp": 6500},
                    )
                ],
            ),
            Told("turn_off", {}, [("shellies/bulb/color/0/set", {"turn": "off", "mode": "white"})]),
        ],
        {"supported_color_modes": ["color_temp"], "min_color_temp_kelvin": 2994},
    ),
]
