"""Documented configurations of texts, messages, scenes, updates, trackers and infrared.

They are those of Home Assistant's documentation of each MQTT component, or follow its table of keys.
"""

from tests.home.documented import MOMENT, Case, Seen, Told

TEXTS = [
    Case(
        "remote_lcd_screen",
        "text",
        {
            "name": "Remote LCD screen",
            "icon": "mdi:ab-testing",
            "mode": "text",
            "command_topic": "txt/cmd",
            "state_topic": "txt/state",
            "min": 2,
            "max": 20,
        },
        "text.remote_lcd_screen",
        [
            Seen("txt/state", "hello", "hello"),
            Told("set_value", {"value": "good evening"}, [("txt/cmd", "good evening")]),
            Seen("txt/state", "good evening", "good evening"),
            Seen("txt/state", "x", "unknown"),
            Seen("txt/state", "x" * 21, "unknown"),
            Seen("txt/state", "None", "unknown"),
        ],
        {"min": 2, "max": 20, "mode": "text"},
    ),
    Case(
        "pattern_and_password",
        "text",
        {
            "name": "Code",
            "command_topic": "code/set",
            "command_template": '{"code": "{{ value }}"}',
            "state_topic": "code",
            "value_template": "{{ value_json.code }}",
            "pattern": "^[0-9]{4}$",
            "mode": "password",
            "availability": [{"topic": "code/there"}],
        },
        "text.code",
        [
            Seen("code/there", "online", "unknown"),
            Told("set_value", {"value": "1234"}, [("code/set", {"code": "1234"})]),
            Seen("code", '{"code": 1234}', "1234"),
            Seen("code", '{"code": "12a4"}', "unknown"),
        ],
        {"pattern": "^[0-9]{4}$", "mode": "password", "min": 0, "max": 255},
    ),
    Case(
        "without_state",
        "text",
        {"name": "Send", "command_topic": "ir/send"},
        "text.send",
        [Told("set_value", {"value": "Kö"}, [("ir/send", "Kö")]), Seen("x/y", "", "Kö")],
        {"assumed_state": True},
    ),
    Case(
        "message",
        "notify",
        {"name": "Living room", "command_topic": "say"},
        "notify.living_room",
        [Told("send_message", {"message": "Dinner"}, [("say", "Dinner")]), Seen("x/y", "", MOMENT)],
    ),
    Case(
        "message_template",
        "notify",
        {
            "name": "Node alert",
            "command_topic": "home/node/alert",
            "command_template": '{ "entity_id": "{{ entity_id }}", "message": "{{ value }}" }',
            "qos": 2,
            "retain": True,
        },
        "notify.node_alert",
        [
            Told(
                "send_message",
                {"message": "hot"},
                [("home/node/alert", {"entity_id": "notify.node_alert", "message": "hot"})],
            )
        ],
    ),
    Case(
        "message_to_who_can_be_reached",
        "notify",
        {
            "name": "Beeper",
            "command_topic": "beep",
            "availability_topic": "beep/there",
            "payload_available": "up",
            "payload_not_available": "down",
            "encoding": "latin-1",
        },
        "notify.beeper",
        [
            Seen("beep/there", "up", "unknown"),
            Told("send_message", {"message": "one"}, [("beep", "one")]),
            Told("send_message", {"message": "one"}, [("beep", "one")]),
            Seen("beep/there", "down", "unavailable"),
        ],
    ),
    Case(
        "living_room_scene",
        "scene",
        {
            "unique_id": "living_room_party_scene",
            "name": "Party Scene",
            "command_topic": "home/living_room/party_scene/set",
            "availability": [{"topic": "home/living_room/party_scene/available"}],
            "payload_on": "ON",
            "qos": 0,
            "retain": True,
        },
        "scene.party_scene",
        [
            Seen("home/living_room/party_scene/available", "online", "unknown"),
            Told("turn_on", {}, [("home/living_room/party_scene/set", "ON")]),
            Seen("x/y", "", MOMENT),
        ],
    ),
    Case(
        "group_scene",
        "scene",
        {
            "name": "Chill scene",
            "command_topic": "zigbee2mqtt/lamps/set",
            "payload_on": '{ "scene_recall": 1 }',
            "object_id": "lamps_1_chill_scene",
        },
        "scene.lamps_1_chill_scene",
        [Told("turn_on", {}, [("zigbee2mqtt/lamps/set", {"scene_recall": 1})])],
    ),
    Case(
        "default_word",
        "scene",
        {"name": "Night", "command_topic": "night", "enabled_by_default": False},
        "scene.night",
        [Told("turn_on", {}, [("night", "ON")])],
    ),
]

UPDATES = [
    Case(
        "shelly",
        "update",
        {
            "name": "Shelly Plug S Firmware Update",
            "title": "Shelly Plug S Firmware",
            "release_url": "https://shelly-api-docs.shelly.cloud/gen1/#changelog",
            "entity_picture": "https://brands.home-assistant.io/_/shelly/icon.png",
            "state_topic": "shellies/shellyplug-s-112233/info",
            "value_template": "{{ value_json['update'].old_version }}",
            "latest_version_topic": "shellies/shellyplug-s-112233/info",
            "latest_version_template": "{{ value_json['update'].new_version }}",
            "device_class": "firmware",
            "command_topic": "shellies/shellyplug-s-112233/command",
            "payload_install": "update_fw",
        },
        "update.shelly_plug_s_firmware_update",
        [
            Seen(
                "shellies/shellyplug-s-112233/info",
                '{"update": {"old_version": "1.9.4", "new_version": "1.10.0"}}',
                "on",
                {
                    "installed_version": "1.9.4",
                    "latest_version": "1.10.0",
                    "title": "Shelly Plug S Firmware",
                    "release_url": "https://shelly-api-docs.shelly.cloud/gen1/#changelog",
                    "in_progress": False,
                },
            ),
            Told("install", {}, [("shellies/shellyplug-s-112233/command", "update_fw")]),
            Seen(
                "shellies/shellyplug-s-112233/info",
                '{"update": {"old_version": "1.10.0", "new_version": "1.10.0"}}',
                "off",
                {"installed_version": "1.10.0"},
            ),
        ],
        {"entity_picture": "https://brands.home-assistant.io/_/shelly/icon.png"},
    ),
    Case(
        "json_state",
        "update",
        {
            "name": "Amazing Device Update",
            "title": "Device Firmware",
            "state_topic": "amazing-device/state-topic",
            "device_class": "firmware",
            "command_topic": "amazing-device/command",
            "payload_install": "install",
            "display_precision": 2,
        },
        "update.amazing_device_update",
        [
            Seen(
                "amazing-device/state-topic",
                '{"installed_version": "1.21.0", "latest_version": "1.22.0", "title": "Device Firmware",'
                ' "release_url": "https://example.com/release", "release_summary": "A new version",'
                ' "entity_picture": "https://example.com/icon.png"}',
                "on",
                {"release_summary": "A new version", "entity_picture": "https://example.com/icon.png"},
            ),
            Told("install", {}, [("amazing-device/command", "install")]),
            Seen(
                "amazing-device/state-topic",
                '{"in_progress": true, "update_percentage": 12.5}',
                "on",
                {"in_progress": True, "update_percentage": 12.5, "latest_version": "1.22.0"},
            ),
            Seen("amazing-device/state-topic", '{"update_percentage": 700}', "on", {"update_percentage": 12.5}),
            Seen(
                "amazing-device/state-topic",
                '{"in_progress": true, "update_percentage": null}',
                "on",
                {"in_progress": True, "update_percentage": None},
            ),
            Seen("amazing-device/state-topic", '{"update_percentage": 90}', "on", {"in_progress": True}),
            Seen(
                "amazing-device/state-topic",
                '{"installed_version": "1.22.0", "in_progress": false}',
                "off",
                {"in_progress": False, "update_percentage": None},
            ),
            Seen("amazing-device/state-topic", "{}", "off"),
        ],
        {"display_precision": 2},
    ),
    Case(
        "reshaped_by_template",
        "update",
        {
            "name": "Other",
            "state_topic": "other/state",
            "value_template": "{{ {'installed_version': value_json.installed_ver,"
            " 'latest_version': value_json.new_ver } | to_json }}",
            "release_summary": "Better",
        },
        "update.other",
        [
            Seen(
                "other/state", '{"installed_ver": "2022.11", "new_ver": "2022.12"}', "on", {"release_summary": "Better"}
            ),
            Seen("other/state", '{"installed_ver": "2022.12", "new_ver": null}', "unknown"),
            Seen("other/state", '{"installed_ver": "b", "new_ver": "a"}', "on"),
        ],
    ),
]

TRACKERS = [
    Case(
        "word_of_presence",
        "device_tracker",
        {
            "name": "Annette",
            "state_topic": "a4567d663eaf/state",
            "payload_home": "in",
            "payload_not_home": "out",
            "source_type": "bluetooth",
        },
        "device_tracker.annette",
        [
            Seen("a4567d663eaf/state", "in", "home"),
            Seen("a4567d663eaf/state", "out", "not_home"),
            Seen("a4567d663eaf/state", "Office", "Office"),
            Seen("a4567d663eaf/state", "", "Office"),
            Seen("a4567d663eaf/state", "None", "unknown"),
        ],
        {"source_type": "bluetooth"},
    ),
    Case(
        "coordinates",
        "device_tracker",
        {
            "unique_id": "phone",
            "name": "Phone",
            "state_topic": "phone/state",
            "payload_reset": "reset",
            "json_attributes_topic": "phone/attributes",
            "availability_topic": "phone/there",
        },
        "device_tracker.phone",
        [
            Seen("phone/there", "online", "unknown"),
            Seen("phone/state", "home", "home"),
            Seen(
                "phone/attributes",
                '{"latitude": 48.1, "longitude": 11.5, "gps_accuracy": 1.2, "battery": 80}',
                "home",
                {"latitude": 48.1, "longitude": 11.5, "gps_accuracy": 1.2, "battery": 80},
            ),
            Seen("phone/state", "reset", "not_home"),
            Seen("phone/attributes", '{"latitude": 52.5201, "longitude": 13.405}', "home"),
            Seen("phone/attributes", '{"latitude": "north"}', "unknown"),
        ],
        {"source_type": "gps"},
    ),
    Case(
        "zones_and_template",
        "device_tracker",
        {
            "name": "Cat",
            "json_attributes_topic": "cat",
            "json_attributes_template": "{{ {'in_zones': value_json.z} | tojson }}",
            "source_type": "bluetooth_le",
        },
        "device_tracker.cat",
        [
            Seen("cat", '{"z": ["zone.home", "garden"]}', "home"),
            Seen("cat", '{"z": ["garden"]}', "garden"),
            Seen("cat", '{"z": []}', "not_home"),
        ],
    ),
]

INFRARED = [
    Case(
        "emitter",
        "infrared",
        {"schema": "emitter", "name": "TV", "command_topic": "ir/send"},
        "infrared.tv",
        [
            Told(
                "send_command",
                {"timings": [9000, 4500, 560, 560], "modulation": 38000},
                [("ir/send", {"timings": [9000, 4500, 560, 560], "modulation": 38000, "repeat_count": 0})],
            ),
            Seen("x/y", "", MOMENT),
        ],
    ),
    Case(
        "emitter_with_template",
        "infrared",
        {
            "schema": "emitter",
            "name": "AC",
            "command_topic": "tasmota/cmnd/IRsend",
            "command_template": "{{ repeat_count }},{{ modulation // 1000 }},{{ timings | join(',') }}",
            "qos": 1,
        },
        "infrared.ac",
        [
            Told(
                "send_command",
                {"timings": [100, 200], "modulation": 38000, "repeat_count": 2},
                [("tasmota/cmnd/IRsend", "2,38,100,200")],
            )
        ],
    ),
    Case(
        "receiver",
        "infrared",
        {
            "schema": "receiver",
            "name": "Eye",
            "state_topic": "ir/seen",
            "value_template": "{{ value_json.signal | tojson }}",
        },
        "infrared.eye",
        [
            Seen("ir/seen", '{"signal": null}', "unknown"),
            Seen("ir/seen", '{"signal": {"timings": []}}', "unknown"),
            Seen("ir/seen", '{"signal": {"timings": [1, 2], "modulation": "fast"}}', "unknown"),
            Seen("ir/seen", '{"signal": {"timings": [9000, 4500], "modulation": 38000}}', MOMENT),
        ],
    ),
]

SINGLE = [*TEXTS, *UPDATES, *TRACKERS, *INFRARED]
