"""Documented configurations of dates, times and moments.

They are those of Home Assistant's documentation of each MQTT component, or follow its table of keys.
"""

from tests.home.documented import Case, Seen, Told

MOMENTS = [
    Case(
        "garden_day",
        "date",
        {
            "name": "Garden day",
            "icon": "mdi:ab-testing",
            "command_topic": "day/set",
            "state_topic": "day/state",
            "availability_topic": "day/there",
        },
        "date.garden_day",
        [
            Seen("day/state", "2025-12-01", "unavailable"),
            Seen("day/there", "online", "2025-12-01"),
            Told("set_value", {"date": "2026-02-28"}, [("day/set", "2026-02-28")]),
            Seen("day/state", "28 February 2026", "2026-02-28"),
            Seen("day/state", "the day after", "unknown"),
            Seen("day/state", "", "unknown"),
            Seen("day/state", "None", "unknown"),
        ],
    ),
    Case(
        "date_templates",
        "date",
        {
            "name": "Filter changed",
            "command_topic": "f/set",
            "command_template": '{"d": "{{ value.strftime(\'%d.%m.%Y\') }}"}',
            "state_topic": "f",
            "value_template": "{{ value_json.d }}",
            "optimistic": True,
        },
        "date.filter_changed",
        [
            Told("set_value", {"date": "2026-02-03"}, [("f/set", {"d": "03.02.2026"})]),
            Seen("x/y", "", "2026-02-03"),
            Seen("f", '{"d": "2026-02-04T10:00:00Z"}', "2026-02-04"),
        ],
    ),
    Case(
        "date_without_state",
        "date",
        {"command_topic": "only/set", "name": "Only", "retain": True, "qos": 1},
        "date.only",
        [Told("set_value", {"date": "2030-01-01"}, [("only/set", "2030-01-01")]), Seen("x/y", "", "2030-01-01")],
        {"assumed_state": True},
    ),
    Case(
        "wake_up",
        "time",
        {"name": "Wake up", "command_topic": "wake/set", "state_topic": "wake/state"},
        "time.wake_up",
        [
            Seen("wake/state", "06:30", "06:30:00"),
            Told("set_value", {"time": "07:15"}, [("wake/set", "07:15:00")]),
            Seen("wake/state", "07:15:00", "07:15:00"),
            Seen("wake/state", "7:45 PM", "19:45:00"),
            Seen("wake/state", "25:00", "unknown"),
            Seen("wake/state", "None", "unknown"),
        ],
    ),
    Case(
        "time_templates",
        "time",
        {
            "name": "Bell",
            "command_topic": "bell",
            "command_template": "{{ value.hour * 60 + value.minute }}",
            "state_topic": "bell/state",
            "value_template": "{{ '%02d:%02d' | format(value | int // 60, value | int % 60) }}",
        },
        "time.bell",
        [Told("set_value", {"time": "01:10"}, [("bell", "70")]), Seen("bell/state", "70", "01:10:00")],
    ),
    Case(
        "time_of_a_whole_moment",
        "time",
        {"name": "Off", "command_topic": "off/set", "state_topic": "off", "json_attributes_topic": "off/more"},
        "time.off",
        [
            Seen("off", "2025-12-01T22:05:09+01:00", "22:05:09"),
            Seen("off/more", '{"by": "timer"}', "22:05:09", {"by": "timer"}),
        ],
    ),
    Case(
        "scheduled_task",
        "datetime",
        {"name": "Scheduled task", "command_topic": "sel/set", "state_topic": "sel/state"},
        "datetime.scheduled_task",
        [
            Seen("sel/state", "2025-12-01T12:00:00+01:00", "2025-12-01T11:00:00+00:00"),
            Seen("sel/state", "2025-12-01T12:00:00", "unknown"),
            Told("set_value", {"datetime": "2026-06-01T10:00:00+02:00"}, [("sel/set", "2026-06-01T08:00:00+00:00")]),
            Seen("sel/state", "2026-06-01T08:00:00Z", "2026-06-01T08:00:00+00:00"),
            Seen("sel/state", "None", "unknown"),
        ],
    ),
    Case(
        "with_timezone",
        "datetime",
        {"name": "Leaves", "command_topic": "bus/set", "state_topic": "bus", "timezone": "America/New_York"},
        "datetime.leaves",
        [
            Seen("bus", "2025-07-01 08:00", "2025-07-01T12:00:00+00:00"),
            Seen("bus", "2025-07-01T09:00:00Z", "unknown"),
            Seen("bus", "1 March 2025 09:30", "2025-03-01T14:30:00+00:00"),
        ],
    ),
    Case(
        "local_time_and_template",
        "datetime",
        {
            "name": "Alarm",
            "command_topic": "al/set",
            "command_template": "{{ value.timestamp() | int }}",
            "state_topic": "al",
            "value_template": "{{ (value | int) | timestamp_local }}",
        },
        "datetime.alarm",
        [
            Told("set_value", {"datetime": "2026-01-15 12:00:00"}, [("al/set", "1768474800")]),
            Seen("al", "1768474800", "2026-01-15T11:00:00+00:00"),
        ],
    ),
]
