"""Which states and attributes each kind of entity can have: the words of Home Assistant's documentation.

Kinds that may say anything (sensor, input_text, event, ...) have no row.
"""

from collections.abc import Mapping
from typing import Final

_ON_OFF: Final = frozenset({"on", "off"})
STATES: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        (
            *("binary_sensor", "light", "switch", "fan", "input_boolean", "automation", "script", "schedule", "siren"),
            *("humidifier", "remote", "update", "calendar"),
        ),
        _ON_OFF,
    ),
    "group": _ON_OFF
    | {"home", "not_home", "open", "closed", "locked", "unlocked", "playing", "paused", "idle", "ok", "problem"},
    "lock": frozenset({"locked", "unlocked", "locking", "unlocking", "jammed", "open", "opening"}),
    "cover": frozenset({"open", "closed", "opening", "closing", "stopped"}),
    "valve": frozenset({"open", "closed", "opening", "closing", "stopped"}),
    "sun": frozenset({"above_horizon", "below_horizon"}),
    "timer": frozenset({"idle", "active", "paused"}),
    "climate": frozenset({"off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only"}),
    "media_player": frozenset({"off", "on", "idle", "playing", "paused", "standby", "buffering"}),
    "vacuum": frozenset({"cleaning", "docked", "idle", "paused", "returning", "error", "on", "off"}),
    "lawn_mower": frozenset({"mowing", "docked", "paused", "returning", "error"}),
    "alarm_control_panel": frozenset(
        {"disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass"}
        | {"pending", "arming", "disarming", "triggered"}
    ),
    "water_heater": frozenset(
        {"off", "eco", "electric", "performance", "high_demand", "heat_pump", "gas", "on", "auto"}
    ),
}
"""By domain; `unknown` and `unavailable` can be said by all."""
ANY_TIME: Final = frozenset({"unknown", "unavailable", "none", "None", "null", ""})
MEANT: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "open",
            "opened",
            "motion",
            "detected",
            "wet",
            "active",
            "true",
            "yes",
            "home",
            "occupied",
            "present",
            "unlocked",
        ),
        "on",
    ),
    **dict.fromkeys(
        ("close", "closed", "clear", "dry", "inactive", "false", "no", "away", "not_home", "idle", "locked"), "off"
    ),
}
"""What people write for the states of a thing that is on or off."""
SAME: Final[Mapping[str, str]] = {
    **{"opened": "open", "close": "closed", "shut": "closed", "lock": "locked", "unlock": "unlocked", "up": "open"},
    **{"away": "not_home", "down": "closed", "play": "playing", "pause": "paused", "heating": "heat"},
    **{"cooling": "cool", "armed": "armed_away", "day": "above_horizon", "night": "below_horizon"},
}
"""What people write for other states."""
ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset(
        {"friendly_name", "icon", "device_class", "unit_of_measurement", "state_class", "entity_picture", "id"}
        | {"supported_features", "assumed_state", "restored", "attribution", "editable", "entity_id", "hidden"}
    ),
    "light": frozenset(
        {"brightness", "color_mode", "color_temp", "color_temp_kelvin", "hs_color", "rgb_color", "xy_color", "effect"}
        | {"rgbw_color", "rgbww_color", "effect_list", "supported_color_modes", "min_color_temp_kelvin"}
        | {"max_color_temp_kelvin", "min_mireds", "max_mireds"}
    ),
    "climate": frozenset(
        {"current_temperature", "temperature", "target_temp_high", "target_temp_low", "current_humidity", "humidity"}
        | {"hvac_action", "hvac_modes", "fan_mode", "fan_modes", "preset_mode", "preset_modes", "swing_mode"}
        | {"swing_modes", "min_temp", "max_temp", "target_temp_step", "swing_horizontal_mode"}
    ),
    "cover": frozenset({"current_position", "current_tilt_position"}),
    "valve": frozenset({"current_position"}),
    "fan": frozenset({"percentage", "percentage_step", "preset_mode", "preset_modes", "oscillating", "direction"}),
    "sun": frozenset(
        {"elevation", "azimuth", "rising", "next_rising", "next_setting", "next_dawn", "next_dusk", "next_noon"}
        | {"next_midnight"}
    ),
    "media_player": frozenset(
        {"volume_level", "is_volume_muted", "media_content_id", "media_content_type", "media_duration", "media_title"}
        | {"media_position", "media_artist", "media_album_name", "app_name", "app_id", "source", "source_list"}
        | {"sound_mode", "sound_mode_list", "shuffle", "repeat", "media_position_updated_at", "group_members"}
        | {"media_series_title", "media_season", "media_episode", "media_channel", "media_track"}
    ),
    "person": frozenset({"latitude", "longitude", "gps_accuracy", "source", "user_id", "device_trackers"}),
    "device_tracker": frozenset(
        {"latitude", "longitude", "gps_accuracy", "source_type", "battery_level", "ip", "mac", "host_name", "battery"}
    ),
    "zone": frozenset({"latitude", "longitude", "radius", "passive", "persons"}),
    "automation": frozenset({"last_triggered", "mode", "current", "max"}),
    "script": frozenset({"last_triggered", "mode", "current", "max"}),
    "timer": frozenset({"duration", "remaining", "finishes_at", "restore"}),
    "input_number": frozenset({"min", "max", "step", "mode", "initial"}),
    "number": frozenset({"min", "max", "step", "mode"}),
    "input_select": frozenset({"options"}),
    "select": frozenset({"options"}),
    "input_datetime": frozenset(
        {"has_date", "has_time", "timestamp", "year", "month", "day", "hour", "minute", "second"}
    ),
    "calendar": frozenset(
        {"message", "description", "all_day", "start_time", "end_time", "location", "offset_reached"}
    ),
    "weather": frozenset(
        {"temperature", "humidity", "pressure", "wind_speed", "wind_bearing", "visibility", "forecast", "dew_point"}
        | {"apparent_temperature", "cloud_coverage", "uv_index", "ozone", "wind_gust_speed", "temperature_unit"}
    ),
    "humidifier": frozenset({"humidity", "current_humidity", "min_humidity", "max_humidity", "mode", "action"}),
    "water_heater": frozenset(
        {"current_temperature", "temperature", "operation_mode", "operation_list", "away_mode", "min_temp", "max_temp"}
    ),
    "vacuum": frozenset({"battery_level", "fan_speed", "fan_speed_list", "status", "battery_icon"}),
    "update": frozenset(
        {"installed_version", "latest_version", "in_progress", "release_url", "title", "auto_update", "skipped_version"}
        | {"release_summary", "update_percentage"}
    ),
    "lock": frozenset({"changed_by", "code_format"}),
    "alarm_control_panel": frozenset({"changed_by", "code_format", "code_arm_required"}),
    "event": frozenset({"event_type", "event_types"}),
    "group": frozenset({"order"}),
    "schedule": frozenset({"next_event"}),
    "counter": frozenset({"initial", "step", "minimum", "maximum"}),
    "siren": frozenset({"available_tones"}),
    "remote": frozenset({"current_activity", "activity_list"}),
    "input_text": frozenset({"min", "max", "pattern", "mode"}),
}
"""By domain what an entity may tell besides its state; under the empty name what all may."""
