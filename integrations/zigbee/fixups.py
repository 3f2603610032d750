"""What single makers do beside the standard: attributes of their own, by manufacturer and model.

Facts from the makers' devices as they were recorded and from what other bridges publish of them. A row here is as any
other row; `models` end with `*` where a family shares it.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from integrations.zigbee.part import Node
from integrations.zigbee.rows import Row

AQARA: Final = 0x115F
HUE: Final = 0x100B
IKEA: Final = 0x117C
SAMJIN: Final = 0x1241
_SETTING: Final = {"entity_category": "config"}
_DIAGNOSTIC: Final = {"entity_category": "diagnostic"}
_MINUTES: Final = {"device_class": "duration", "unit_of_measurement": "min", **_DIAGNOSTIC}
_THREE: Final = {"Low": 1, "Medium": 2, "High": 3}

_MAKERS: Final[tuple[tuple[tuple[str, ...], tuple[Row, ...]], ...]] = (
    # models, rows
    (
        ("lumi.motion.ac01", "lumi.motion.ac02", "lumi.motion.agl04"),
        (
            Row(0xFCC0, 0x010C, "select", "motion_sensitivity", "Motion sensitivity", _SETTING, options=_THREE,
                code=AQARA, known=True),
            Row(0xFCC0, 0x0102, "number", "detection_interval", "Detection interval",
                {"min": 2, "max": 65535, "unit_of_measurement": "s", "mode": "box", **_SETTING}, code=AQARA,
                    known=True),
            Row(0xFCC0, 0x0152, "switch", "trigger_indicator", "Light when it is triggered", _SETTING, code=AQARA,
                known=True),
            Row(0xFCC0, 0x0144, "select", "monitoring_mode", "Monitoring mode", _SETTING,
                options={"Undirected": 0, "Left Right": 1}, code=AQARA, known=True),
            Row(0xFCC0, 0x0146, "select", "approach_distance", "Approach distance", _SETTING,
                options={"Far": 0, "Medium": 1, "Near": 2}, code=AQARA, known=True),
        ),
    ),
    (
        ("lumi.magnet.ac01",),
        (
            Row(0xFCC0, 0x010C, "select", "detection_distance", "Detection distance", _SETTING,
                options={"TenMillimeters": 1, "TwentyMillimeters": 2, "ThirtyMillimeters": 3}, code=AQARA, known=True),
        ),
    ),
    (
        ("lumi.curtain.agl001", "lumi.curtain.acn002", "lumi.curtain.acn003"),
        (
            Row(0xFCC0, 0x0401, "binary_sensor", "hand_open", "Opened by hand", _DIAGNOSTIC, read=bool, code=AQARA,
                known=True),
            Row(0xFCC0, 0x0428, "sensor", "hooks_state", "Hooks", {"device_class": "enum",
                "options": ["Unlocked", "Locked", "Locking", "Unlocking"], **_DIAGNOSTIC},
                read={0: "Unlocked", 1: "Locked", 2: "Locking", 3: "Unlocking"}.get, code=AQARA, known=True),
            Row(0xFCC0, 0x0427, "switch", "hooks_lock", "Hooks locked", _SETTING, code=AQARA, known=True),
        ),
    ),
    (
        ("lumi.sensor_smoke.acn03",),
        (
            Row(0xFCC0, 0x014C, "binary_sensor", "linkage_alarm_state", "Linkage alarm state",
                {"device_class": "smoke"},
                read=bool, code=AQARA),
            Row(0xFCC0, 0x013B, "sensor", "smoke_density", "Smoke density",
                {"unit_of_measurement": "dB/m", "state_class": "measurement"}, code=AQARA, known=True),
            Row(0xFCC0, 0x013C, "switch", "heartbeat_indicator", "Heartbeat indicator", _SETTING, code=AQARA,
                known=True),
            Row(0xFCC0, 0x014B, "switch", "linkage_alarm", "Linkage alarm", _SETTING, code=AQARA, known=True),
            Row(0xFCC0, 0x0126, "switch", "buzzer_mute", "Buzzer muted by hand", _SETTING, code=AQARA, known=True),
            Row(0xFCC0, 0x013D, "switch", "buzzer_alarm", "Buzzer sounds by hand", _SETTING, code=AQARA, known=True),
        ),
    ),
    (
        ("SML001", "SML002"),
        (
            Row(0x0406, 0x0030, "select", "motion_sensitivity", "Motion sensitivity", _SETTING,
                options={"Low": 0, "Medium": 1, "High": 2}, code=HUE, known=True),
            Row(0x0000, 0x0033, "switch", "trigger_indicator", "Light when it is triggered", _SETTING, code=HUE,
                known=True),
        ),
    ),
    (
        ("SML003", "SML004"),
        (
            Row(0x0406, 0x0030, "select", "motion_sensitivity", "Motion sensitivity", _SETTING,
                options={"Lowest": 0, "Low": 1, "Medium": 2, "High": 3, "Highest": 4}, code=HUE, known=True),
            Row(0x0000, 0x0033, "switch", "trigger_indicator", "Light when it is triggered", _SETTING, code=HUE,
                known=True),
        ),
    ),
    (
        ("STARKVIND Air purifier*",),
        (
            Row(0xFC7D, 0x0001, "binary_sensor", "replace_filter", "Replace the filter", {"device_class": "problem",
                **_DIAGNOSTIC},
                read=bool, code=IKEA, known=True),
            Row(0xFC7D, 0x0000, "sensor", "filter_run_time", "Filter run time", _MINUTES, code=IKEA, known=True),
            Row(0xFC7D, 0x0008, "sensor", "device_run_time", "Device run time", _MINUTES, code=IKEA, known=True),
            Row(0xFC7D, 0x0002, "number", "filter_life_time", "Filter life time",
                {"min": 0, "max": 4294967295, "mode": "box", "unit_of_measurement": "min", **_SETTING}, code=IKEA,
                    known=True),
            Row(0xFC7D, 0x0005, "switch", "child_lock", "Child lock", _SETTING, code=IKEA, known=True),
            Row(0xFC7D, 0x0003, "switch", "disable_led", "Lights off", _SETTING, code=IKEA, known=True),
        ),
    ),
    (
        ("multi", "button"),
        (
            Row(0xFC02, 0x0010, "binary_sensor", "acceleration", "Acceleration", {"device_class": "moving"},
                read=bool, code=SAMJIN, known=True),
        ),
    ),
    (
        ("ti.router",),
        (
            Row(0x0000, 0x1337, "number", "transmit_power", "Transmit power",
                {"min": -20, "max": 20, "unit_of_measurement": "dBm", "mode": "box", **_SETTING}, known=True),
        ),
    ),
)  # fmt: skip


def of_maker(node: Node) -> Iterator[Row]:
    """The further rows of a device."""
    for models, rows in _MAKERS:
        if any(fnmatchcase(node.model, model) for model in models):
            yield from rows
