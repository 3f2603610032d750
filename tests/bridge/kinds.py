"""One entity of every kind that a home may have, for the furnished home of the browser tests; and what becomes of it
when it is asked for something."""

import struct
import zlib
from typing import Any

Row = tuple[str, str, str, str, dict[str, Any], dict[str, Any]]

EVERY_KIND: tuple[Row, ...] = (
    ("lock.hall_lock", "Front door lock", "Hall", "unlocked", {}, {}),
    ("alarm_control_panel.hall_alarm", "Alarm", "Hall", "disarmed",
     {"code_format": "number", "code_arm_required": False}, {}),
    ("siren.hall_siren", "Siren", "Hall", "off", {"available_tones": ["fire", "chirp"]}, {"volume_level": 1.0}),
    ("camera.hall_camera", "Door camera", "Hall", "idle", {}, {}),
    ("image.hall_visitor", "Latest visitor", "Hall", "2026-01-14T10:00:00+00:00", {}, {}),
    ("event.hall_ring", "Door ring", "Hall", "2026-01-14T10:00:00+00:00", {"event_types": ["ring"]},
     {"event_type": "ring"}),
    ("text.hall_display", "Door display", "Hall", "Welcome", {"min": 0, "max": 60, "mode": "text"}, {}),
    ("device_tracker.hall_phone", "Anna's phone", "Hall", "home", {"source_type": "router"}, {}),
    ("climate.living_heater", "Radiator", "Living room", "heat",
     {"hvac_modes": ["off", "heat", "auto"], "min_temp": 5, "max_temp": 30, "target_temp_step": 0.5,
      "temperature_unit": "°C", "preset_modes": ["none", "boost"]},
     {"temperature": 21.0, "current_temperature": 20.3, "hvac_action": "heating", "preset_mode": "none"}),
    ("climate.living_air", "Air conditioner", "Living room", "heat_cool",
     {"hvac_modes": ["off", "heat_cool"], "min_temp": 16, "max_temp": 30, "target_temp_step": 1},
     {"target_temp_low": 19, "target_temp_high": 24, "current_temperature": 21}),
    ("cover.living_shutter", "Shutter", "Living room", "open", {}, {"current_position": 60}),
    ("vacuum.living_robot", "Robot", "Living room", "docked", {"fan_speed_list": ["quiet", "max"]},
     {"fan_speed": "quiet"}),
    ("scene.living_cinema", "Cinema", "Living room", "unknown", {}, {}),
    ("notify.kitchen_display", "Kitchen display", "Kitchen", "unknown", {}, {}),
    ("valve.cellar_water", "Water", "Cellar", "open", {}, {"current_position": 100}),
    ("water_heater.cellar_tank", "Hot water", "Cellar", "eco",
     {"operation_list": ["off", "eco", "electric"], "min_temp": 35, "max_temp": 65, "precision": 0.5},
     {"temperature": 52.0, "current_temperature": 49.5, "operation_mode": "eco"}),
    ("update.cellar_firmware", "Plug firmware", "Cellar", "on", {},
     {"installed_version": "1.0", "latest_version": "1.1", "in_progress": False, "update_percentage": None}),
    ("infrared.cellar_blaster", "Blaster", "Cellar", "unknown", {}, {}),
    ("humidifier.bedroom_dryer", "Dehumidifier", "Bedroom", "on",
     {"min_humidity": 40, "max_humidity": 80, "available_modes": ["auto", "quiet"], "device_class": "dehumidifier"},
     {"humidity": 60, "current_humidity": 58, "mode": "auto", "action": "idle"}),
    ("fan.bedroom_fan", "Bedroom fan", "Bedroom", "off",
     {"percentage_step": 100 / 6, "preset_modes": ["natural", "sleep"]}, {"percentage": 0, "oscillating": False}),
    ("time.bedroom_wake", "Wake-up time", "Bedroom", "06:20:00", {}, {}),
    ("date.bedroom_holiday", "Holiday until", "Bedroom", "2026-01-20", {}, {}),
    ("datetime.bedroom_reminder", "Reminder", "Bedroom", "2026-01-14T18:45:00+00:00", {}, {}),
    ("lawn_mower.garden_mower", "Mower", "Garden", "docked", {}, {}),
    ("input_boolean.living_guests", "Guests", "Living room", "off", {}, {}),
    ("input_button.living_ring", "Ring me", "Living room", "unknown", {}, {}),
    ("input_number.living_warmth", "Warmth", "Living room", "21.0", {"unit_of_measurement": "°C"},
     {"min": 5, "max": 30, "step": 0.5, "mode": "slider"}),
    ("input_select.living_house", "House mode", "Living room", "home", {}, {"options": ["home", "away"]}),
    ("input_text.kitchen_note", "Note", "Kitchen", "unknown", {}, {"min": 0, "max": 60, "mode": "text"}),
    ("input_datetime.bedroom_up", "Get up", "Bedroom", "06:30:00", {}, {"has_date": False, "has_time": True}),
    ("input_datetime.living_party", "Party", "Living room", "2026-01-15 19:00:00", {},
     {"has_date": True, "has_time": True}),
    ("counter.hall_doors", "Doors opened", "Hall", "3", {}, {"initial": 0, "step": 1}),
    ("timer.kitchen_tea", "Tea", "Kitchen", "idle", {}, {"duration": "0:04:00"}),
    ("schedule.living_plan", "Heating plan", "Living room", "off", {}, {"next_event": None}),
    ("automation.hall_night", "Night light", "Hall", "on", {}, {"id": "night", "last_triggered": None, "current": 0}),
    ("script.living_evening", "Evening", "Living room", "off", {}, {"last_triggered": None, "current": 0}),
    ("group.living_lamps", "All lamps", "Living room", "off", {}, {"entity_id": ["light.living_corner"]}),
)  # fmt: skip

BECOMES = {
    "lock": "locked", "unlock": "unlocked", "open": "open", "alarm_arm_home": "armed_home",
    "alarm_arm_away": "armed_away", "alarm_disarm": "disarmed", "start": "cleaning", "pause": "paused",
    "return_to_base": "docked", "start_mowing": "mowing", "dock": "docked", "open_cover": "open",
    "close_cover": "closed", "open_valve": "open", "close_valve": "closed",
}  # fmt: skip
"""The state that a service leads to."""
SAID = {
    "climate": ("hvac_mode",), "water_heater": ("operation_mode",), "select": ("option",), "number": ("value",),
    "input_number": ("value",), "input_select": ("option",), "input_text": ("value",),
    "input_datetime": ("time", "date", "datetime"),
    "text": ("value",), "time": ("time",), "date": ("date",), "datetime": ("datetime",),
}  # fmt: skip
"""Data that become the state; others become attributes."""


def picture(width: int, height: int) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
