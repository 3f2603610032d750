"""Documented configurations of events, device triggers and tags.

They are those of Home Assistant's documentation of each MQTT component, or follow its table of keys.
"""

from tests.home.documented import MOMENT, Case, Happened, Seen

EVENTS = [
    Case(
        "doorbell",
        "event",
        {
            "name": "Doorbell",
            "state_topic": "home/doorbell/state",
            "event_types": ["press"],
            "device_class": "doorbell",
        },
        "event.doorbell",
        [
            Seen("home/doorbell/state", '{"event_type": "hover"}', "unknown"),
            Seen(
                "home/doorbell/state",
                '{"event_type": "press", "duration": 0.1}',
                MOMENT,
                {"event_type": "press", "duration": 0.1},
            ),
            Seen("home/doorbell/state", '{"event_type": "press"}', MOMENT, {"event_type": "press", "duration": None}),
            Seen("home/doorbell/state", "press", MOMENT, {"event_type": "press"}),
        ],
        {"event_types": ["press"]},
    ),
    Case(
        "button_with_template",
        "event",
        {
            "name": "Desk button",
            "state_topic": "desk/button/state",
            "event_types": ["single", "double", "hold"],
            "value_template": '{ {% for key in value_json %}{% if value_json[key].get("Action") %}"button":'
            ' "{{ key }}", "event_type": "{{ value_json[key].Action | lower }}"{% endif %}{% endfor %} }',
            "device_class": "button",
            "availability_topic": "desk/button/there",
        },
        "event.desk_button",
        [
            Seen("desk/button/there", "online", "unknown"),
            Seen(
                "desk/button/state",
                '{"Button1": {"Action": "SINGLE"}}',
                MOMENT,
                {"event_type": "single", "button": "Button1"},
            ),
            Seen("desk/button/state", '{"Button1": {}}', MOMENT, {"event_type": "single"}),
            Seen("desk/button/there", "offline", "unavailable"),
        ],
    ),
    Case(
        "attributes",
        "event",
        {"name": "Mail", "state_topic": "mail", "event_types": "letter", "json_attributes_topic": "mail/box"},
        "event.mail",
        [
            Seen("mail/box", '{"battery": 80}', "unknown", {"battery": 80, "event_type": None}),
            Seen("mail", '{"event_type": "letter"}', MOMENT, {"battery": 80, "event_type": "letter"}),
            Seen("mail", "None", MOMENT, {"event_type": "letter"}),
        ],
    ),
]

TRIGGERS = [
    Case(
        "left_arrow_click",
        "device_automation",
        {
            "automation_type": "trigger",
            "type": "action",
            "subtype": "arrow_left_click",
            "payload": "arrow_left_click",
            "topic": "zigbee2mqtt/0x90fd9ffffedf1266/action",
            "device": {"identifiers": ["zigbee2mqtt_0x90fd9ffffedf1266"], "name": "0x90fd9ffffedf1266"},
        },
        "",
        [
            Happened("zigbee2mqtt/0x90fd9ffffedf1266/action", "arrow_right_click", "device_trigger", None),
            Happened(
                "zigbee2mqtt/0x90fd9ffffedf1266/action",
                "arrow_left_click",
                "device_trigger",
                {"type": "action", "subtype": "arrow_left_click", "payload": "arrow_left_click"},
                "zigbee2mqtt_0x90fd9ffffedf1266",
            ),
        ],
    ),
    Case(
        "every_message",
        "device_automation",
        {
            "atype": "trigger",
            "t": "button/2",
            "type": "button_short_press",
            "stype": "button_2",
            "dev": {"ids": "remote", "name": "Remote"},
        },
        "",
        [
            Happened(
                "button/2",
                "7",
                "device_trigger",
                {"type": "button_short_press", "subtype": "button_2", "payload": "7"},
                "remote",
            ),
            Happened(
                "button/2",
                "7",
                "device_trigger",
                {"type": "button_short_press", "subtype": "button_2", "payload": "7"},
                "remote",
            ),
        ],
    ),
    Case(
        "trigger_with_template",
        "device_automation",
        {
            "automation_type": "trigger",
            "topic": "remote/state",
            "type": "button_long_press",
            "subtype": "turn_on",
            "payload": "on-hold",
            "value_template": "{{ value_json.action }}",
            "device": {"identifiers": ["hand"]},
        },
        "",
        [
            Happened("remote/state", '{"action": "off"}', "device_trigger", None),
            Happened(
                "remote/state",
                '{"action": "on-hold"}',
                "device_trigger",
                {"type": "button_long_press", "subtype": "turn_on", "payload": "on-hold"},
                "hand",
            ),
        ],
    ),
]

TAGS = [
    Case(
        "reader",
        "tag",
        {"topic": "0AFFD2/tag_scanned", "value_template": "{{ value_json.PN532.UID }}"},
        "",
        [
            Happened("0AFFD2/tag_scanned", '{"PN532": {"UID": "E9F35959"}}', "tag_scanned", {"tag_id": "E9F35959"}),
            Happened("0AFFD2/tag_scanned", '{"PN532": {"UID": ""}}', "tag_scanned", None),
        ],
    ),
    Case(
        "reader_with_device",
        "tag",
        {
            "topic": "0AFFD3/tag_scanned",
            "value_template": "{{ value_json.PN532.UID }}",
            "device": {"identifiers": ["0AFFD3"], "name": "Reader", "manufacturer": "Sonoff"},
        },
        "",
        [
            Happened(
                "0AFFD3/tag_scanned", '{"PN532": {"UID": "E9F35959"}}', "tag_scanned", {"tag_id": "E9F35959"}, "0affd3"
            )
        ],
    ),
    Case(
        "plain_id",
        "tag",
        {"topic": "foobar/tags/see", "device": {"identifiers": "0AFFD4"}},
        "",
        [Happened("foobar/tags/see", " 12-34 ", "tag_scanned", {"tag_id": "12-34"}, "0affd4")],
    ),
]

HAPPENINGS = [*EVENTS, *TRIGGERS, *TAGS]
