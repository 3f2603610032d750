"""Documented configurations of lights in the basic dialect.

They are those of Home Assistant's documentation of each MQTT component, or follow its table of keys.
"""

from tests.home.documented import Case, Seen, Told

BASIC_LIGHTS = [
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
            "max_color_temp_kelvin": 6535,
            "effect_list": ["rainbow", "blink"],
        },
    ),
]
