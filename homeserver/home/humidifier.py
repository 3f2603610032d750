"""Humidifiers and dehumidifiers.

Facts: Home Assistant's documentation of the MQTT humidifier.
"""

from typing import Any, Final

from homeserver.home.amounts import humidity_limits, percent, set_humidity
from homeserver.home.choices import chosen, listed, one_of
from homeserver.home.component import Component, Reads, Sends, word
from homeserver.home.config import Config
from homeserver.home.parsing import words

_limits = humidity_limits(0, 100)


def _modes(config: Config) -> bool:
    return bool(config.topic("mode_command_topic") and config.texts("modes"))


def _shows(config: Config) -> dict[str, Any]:
    low, high = config.once(_limits)
    shown: dict[str, Any] = {"min_humidity": low, "max_humidity": high}
    return shown | ({"available_modes": list(config.texts("modes"))} if _modes(config) else {})


HUMIDIFIER: Final = Component(
    domain="humidifier",
    names="Humidifier",
    device_class="humidifier",
    needs=("command_topic", "target_humidity_command_topic"),
    reads=(
        Reads(
            "state_topic",
            "state_value_template|value_template",
            words(on=("payload_on", "ON"), off=("payload_off", "OFF")),
        ),
        Reads("action_topic", "action_template", one_of("off", "humidifying", "drying", "idle"), into="action"),
        Reads(
            "current_humidity_topic",
            "current_humidity_template",
            percent(reset="payload_reset_humidity"),
            into="current_humidity",
        ),
        Reads(
            "target_humidity_state_topic",
            "target_humidity_state_template",
            percent(_limits, reset="payload_reset_humidity"),
            into="humidity",
        ),
        Reads("mode_state_topic", "mode_state_template", listed("modes", reset="payload_reset_mode"), into="mode"),
    ),
    services={
        "turn_on": Sends(word("payload_on", "ON", state="on")),
        "turn_off": Sends(word("payload_off", "OFF", state="off")),
        "set_humidity": Sends(
            set_humidity(_limits), "target_humidity_command_topic", "target_humidity_command_template"
        ),
        "set_mode": Sends(chosen("mode", "modes"), "mode_command_topic", "mode_command_template", when=_modes),
    },
    shows=_shows,
)
