"""Documented configurations of vacuum cleaners and lawn mowers.

They are those of Home Assistant's documentation of both MQTT components, or follow its table of keys.
"""

from tests.home.documented import Case, Seen, Told

_ALL = ["start", "pause", "stop", "return_home", "status", "locate", "clean_spot", "fan_speed", "send_command"]
_ACTIVITY = '{"activity": "{{ value }}"}'
_PLUS = "lawn_mower_plus/set"

VACUUMS = [
    Case(
        "full",
        "vacuum",
        {
            "name": "MQTT Vacuum",
            "unique_id": "vac1",
            "supported_features": _ALL,
            "state_topic": "vacuum/state",
            "command_topic": "vacuum/command",
            "clean_segments_command_topic": "vacuum/clean_segments",
            "set_fan_speed_topic": "vacuum/set_fan_speed",
            "fan_speed_list": ["min", "medium", "high", "max"],
            "send_command_topic": "vacuum/send_command",
            "availability_topic": "vacuum/there",
        },
        "vacuum.mqtt_vacuum",
        [
            Seen("vacuum/there", "online", "unknown"),
            Seen(
                "vacuum/state",
                '{"state": "docked", "fan_speed": "off", "segments": {"1": "Kitchen", "2": "Living room"}}',
                "docked",
                {"fan_speed": "off", "segments": {"1": "Kitchen", "2": "Living room"}},
            ),
            Told("start", {}, [("vacuum/command", "start")]),
            Seen("vacuum/state", '{"state": "cleaning", "fan_speed": "min"}', "cleaning", {"fan_speed": "min"}),
            Told("set_fan_speed", {"fan_speed": "max"}, [("vacuum/set_fan_speed", "max")]),
            Seen("vacuum/state", '{"fan_speed": "max"}', "cleaning", {"fan_speed": "max"}),
            Told("pause", {}, [("vacuum/command", "pause")]),
            Seen("vacuum/state", '{"state": "paused"}', "paused"),
            Told("clean_spot", {}, [("vacuum/command", "clean_spot")]),
            Told("locate", {}, [("vacuum/command", "locate")]),
            Told("stop", {}, [("vacuum/command", "stop")]),
            Told("send_command", {"command": "zone"}, [("vacuum/send_command", "zone")]),
            Told(
                "send_command",
                {"command": "zone", "params": {"key": "value"}},
                [("vacuum/send_command", {"command": "zone", "key": "value"})],
            ),
            Told("return_to_base", {}, [("vacuum/command", "return_to_base")]),
            Seen("vacuum/state", '{"state": "returning"}', "returning"),
            Seen("vacuum/state", '{"state": "flying"}', "returning"),
            Seen("vacuum/state", "docked", "returning"),
            Seen("vacuum/state", '{"state": null}', "unknown"),
            Seen("vacuum/there", "offline", "unavailable"),
        ],
        {"fan_speed_list": ["min", "medium", "high", "max"]},
    ),
    Case(
        "segments",
        "vacuum",
        {
            "name": "Robo",
            "unique_id": "robo",
            "state_topic": "robo/state",
            "clean_segments_command_topic": "robo/segments",
            "clean_segments_command_template": '{"rooms": {{ value | map("int") | list | tojson }} }',
        },
        "vacuum.robo",
        [
            Seen("robo/state", '{"state": "idle", "segments": {"16": "Kitchen", "17": "Living room"}}', "idle"),
            Told("clean_segments", {"segment_ids": ["17", "16"]}, [("robo/segments", {"rooms": [17, 16]})]),
            Told("clean_area", {"cleaning_area_id": ["living_room"]}, [("robo/segments", {"rooms": [17]})]),
        ],
    ),
    Case(
        "smallest",
        "vacuum",
        {
            "name": "Old",
            "state_topic": "old/state",
            "command_topic": "old/command",
            "payload_start": "GO",
            "payload_return_to_base": "HOME",
        },
        "vacuum.old",
        [
            Told("start", {}, [("old/command", "GO")]),
            Seen("old/state", '{"state": "cleaning", "battery_level": 61}', "cleaning", {"battery_level": 61}),
            Told("return_to_base", {}, [("old/command", "HOME")]),
            Seen("old/state", '{"state": "docked"}', "docked"),
        ],
    ),
]

MOWERS = [
    Case(
        "one_topic_for_all",
        "lawn_mower",
        {
            "name": "Lawn Mower Plus",
            "activity_state_topic": "lawn_mower_plus/state",
            "activity_value_template": "{{ value_json.activity }}",
            "pause_command_topic": _PLUS,
            "pause_command_template": _ACTIVITY,
            "dock_command_topic": _PLUS,
            "dock_command_template": _ACTIVITY,
            "start_mowing_command_topic": _PLUS,
            "start_mowing_command_template": _ACTIVITY,
            "stop_command_topic": _PLUS,
            "stop_command_template": _ACTIVITY,
        },
        "lawn_mower.lawn_mower_plus",
        [
            Seen("lawn_mower_plus/state", '{"activity": "docked"}', "docked"),
            Told("start_mowing", {}, [(_PLUS, {"activity": "start_mowing"})]),
            Seen("lawn_mower_plus/state", '{"activity": "mowing"}', "mowing"),
            Told("pause", {}, [(_PLUS, {"activity": "pause"})]),
            Seen("lawn_mower_plus/state", '{"activity": "paused"}', "paused"),
            Told("dock", {}, [(_PLUS, {"activity": "dock"})]),
            Seen("lawn_mower_plus/state", '{"activity": "returning"}', "returning"),
            Told("stop", {}, [(_PLUS, {"activity": "stop"})]),
            Seen("lawn_mower_plus/state", '{"activity": "idle"}', "idle"),
            Seen("lawn_mower_plus/state", '{"activity": "grazing"}', "unknown"),
            Seen("lawn_mower_plus/state", '{"activity": "error"}', "error"),
            Seen("lawn_mower_plus/state", '{"activity": "none"}', "unknown"),
        ],
    ),
    Case(
        "smallest",
        "lawn_mower",
        {"start_mowing_command_topic": "topic", "name": "Test Lawn Mower"},
        "lawn_mower.test_lawn_mower",
        [Told("start_mowing", {}, [("topic", "start_mowing")]), Seen("x/y", "", "mowing")],
        {"assumed_state": True},
    ),
    Case(
        "optimistic_with_availability",
        "lawn_mower",
        {
            "name": "Sheep",
            "activity_state_topic": "sheep",
            "dock_command_topic": "sheep/dock",
            "pause_command_topic": "sheep/pause",
            "optimistic": True,
            "availability_topic": "sheep/there",
            "json_attributes_topic": "sheep/more",
        },
        "lawn_mower.sheep",
        [
            Seen("sheep/there", "online", "unknown"),
            Seen("sheep", "mowing", "mowing"),
            Seen("sheep/more", '{"blades": 3}', "mowing", {"blades": 3}),
            Told("dock", {}, [("sheep/dock", "dock")]),
            Seen("x/y", "", "docked"),
            Told("pause", {}, [("sheep/pause", "pause")]),
            Seen("x/y", "", "paused"),
            Seen("sheep/there", "offline", "unavailable"),
        ],
    ),
]
