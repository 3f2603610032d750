"""States as people say them, in English: `motion` on -> Detected, `not_home` -> Away.

Home Assistant's `state_translated` says them in the home's language; here it knows one, and the page translates.
"""

from typing import Any, Final

from homeserver.view.state import State

_BINARY: Final = {
    "battery": ("Low", "Normal"),
    "battery_charging": ("Charging", "Not charging"),
    "carbon_monoxide": ("Detected", "Clear"),
    "cold": ("Cold", "Normal"),
    "connectivity": ("Connected", "Disconnected"),
    "door": ("Open", "Closed"),
    "garage_door": ("Open", "Closed"),
    "gas": ("Detected", "Clear"),
    "heat": ("Hot", "Normal"),
    "light": ("Light detected", "No light"),
    "lock": ("Unlocked", "Locked"),
    "moisture": ("Wet", "Dry"),
    "motion": ("Detected", "Clear"),
    "moving": ("Moving", "Not moving"),
    "occupancy": ("Detected", "Clear"),
    "opening": ("Open", "Closed"),
    "plug": ("Plugged in", "Unplugged"),
    "power": ("Power detected", "No power"),
    "presence": ("Home", "Away"),
    "problem": ("Problem", "OK"),
    "running": ("Running", "Not running"),
    "safety": ("Unsafe", "Safe"),
    "smoke": ("Detected", "Clear"),
    "sound": ("Detected", "Clear"),
    "tamper": ("Tampering detected", "Clear"),
    "update": ("Update available", "Up-to-date"),
    "vibration": ("Detected", "Clear"),
    "window": ("Open", "Closed"),
}
_WORDS: Final = {"not_home": "Away", "above_horizon": "Above horizon", "below_horizon": "Below horizon"}
_FREE: Final = frozenset(
    (
        *("button", "calendar", "counter", "date", "datetime", "event", "image", "input_number", "input_select"),
        *("input_text", "notify", "number", "scene", "select", "sensor", "text", "time", "todo", "zone"),
    )
)
"""Kinds whose states are no words of ours."""
_NO_STATE: Final = {"unknown": "Unknown", "unavailable": "Unavailable"}


def state_words(state: State) -> str:
    """The state as a person would say it; free text and numbers stay as they are."""
    word = state.state
    if word in _NO_STATE:
        return _NO_STATE[word]
    if state.domain == "binary_sensor" and word in ("on", "off"):
        pair = _BINARY.get(str(state.attributes.get("device_class")), ("On", "Off"))
        return pair[word == "off"]
    if state.domain in _FREE or not word.replace("_", "").isalpha() or not word.islower():
        return word
    return _WORDS.get(word) or attribute_words(word)


def attribute_words(value: Any) -> Any:
    """`heat_cool` -> `Heat cool`; what is no word stays as it is."""
    if isinstance(value, str) and value.islower() and value.replace("_", "").isalpha():
        return value.replace("_", " ").capitalize()
    return value
