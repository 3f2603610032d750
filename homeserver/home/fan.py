"""Fans: speed in percent over the fan's own steps, presets, oscillation, direction.

Facts: Home Assistant's documentation of the MQTT fan.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any, Final

from homeserver.home.choices import chosen, listed, one_of
from homeserver.home.component import Component, Make, Reads, Sends, each, encode_of, word
from homeserver.home.config import Config, Refused
from homeserver.home.entity import Encode, Entity, Wish
from homeserver.home.parsing import IGNORED, NONE, Parse, number_of, words
from homeserver.home.report import Unreadable
from homeserver.topics.record import record
from homeserver.view.templates import Templates


@record
class Speeds:
    """The numbers by which a fan knows its speeds; the one below `low` is standing."""

    low: int
    high: int

    @property
    def count(self) -> int:
        return self.high - self.low + 1

    @property
    def steps(self) -> int:
        """How many speeds differ by at least one percent."""
        return min(self.count, 100)

    def percentage(self, speed: int) -> int:
        return (speed - self.low + 1) * 100 // self.count

    def speed(self, percentage: float) -> int:
        """The lowest that is at least as fast."""
        return ceil(percentage * self.count / 100) + self.low - 1


def _speeds(config: Config) -> Speeds:
    low = config.whole("speed_range_min", 1, 1, 1_000_000)
    high = config.whole("speed_range_max", 100, 1, 1_000_000)
    if low >= high:
        raise Refused(f"`speed_range_min` {low} must be below `speed_range_max` {high}")
    return Speeds(low, high)


def _percentage(config: Config) -> Parse:
    speeds = config.once(_speeds)
    taken_back = config.text("payload_reset_percentage", NONE)

    def parse(text: str) -> Any:
        if text == taken_back:
            return None
        if not text.strip():
            return IGNORED
        percentage = speeds.percentage(int(number_of(text)))
        if not 0 <= percentage <= 100:
            raise Unreadable(f"{text[:60]!r} is no speed from {speeds.low - 1} to {speeds.high}")
        return percentage

    return parse


def _oscillation(config: Config) -> Parse:
    on_off = words(on=("payload_oscillation_on", "oscillate_on"), off=("payload_oscillation_off", "oscillate_off"))(
        config
    )
    return lambda text: {"on": True, "off": False}.get(found, found) if (found := on_off(text)) else found


def _set_percentage(config: Config) -> Make:
    speeds = config.once(_speeds)

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        speed = speeds.speed(data["percentage"])
        return speed, {"percentage": speeds.percentage(speed)}

    return make


def _faster(sign: int) -> Callable[[Config], Make]:
    """One of its own speeds up or down, or by as many percent as are given."""

    def of(config: Config) -> Make:
        speeds = config.once(_speeds)
        set_percentage = _set_percentage(config)

        def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
            now = entity.facts.get("percentage") or 0
            step = data.get("percentage_step")
            if step is None:
                wanted = (ceil(now * speeds.steps / 100) + sign) * 100 // speeds.steps
            else:
                wanted = now + sign * step
            return set_percentage(entity, {"percentage": min(100, max(0, wanted))})

        return make

    return of


def _oscillate(config: Config) -> Make:
    on = config.text("payload_oscillation_on", "oscillate_on")
    off = config.text("payload_oscillation_off", "oscillate_off")
    return lambda entity, data: (on if data["oscillating"] else off, {"oscillating": data["oscillating"]})


def _presets(config: Config) -> bool:
    return bool(config.topic("preset_mode_command_topic") and config.texts("preset_modes"))


_OFF: Final = Sends(word("payload_off", "OFF", state="off"))
_SPEED: Final = Sends(_set_percentage, "percentage_command_topic", "percentage_command_template")
_PRESET: Final = Sends(
    chosen("preset_mode", "preset_modes"), "preset_mode_command_topic", "preset_mode_command_template", when=_presets
)


def _turn_on(config: Config, templates: Templates) -> Encode | None:
    """The word for on, then speed and preset where they are given; at 0 percent a fan is off."""
    on = encode_of(Sends(word("payload_on", "ON", state="on")))(config, templates)
    off = encode_of(_OFF)(config, templates)
    more = each({"percentage": _SPEED, "preset_mode": _PRESET})(config, templates)
    if on is None or off is None:
        return None

    def encode(entity: Entity, data: Mapping[str, Any]) -> Wish:
        if data.get("percentage") == 0:
            return off(entity, {})
        return on(entity, {}).then(more(entity, data)) if data and more else on(entity, {})

    return encode


def _shows(config: Config) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if config.topic("percentage_command_topic"):
        shown["percentage_step"] = 100 / config.once(_speeds).steps
    if _presets(config):
        shown["preset_modes"] = list(config.texts("preset_modes"))
    return shown


FAN: Final = Component(
    domain="fan",
    names="Fan",
    needs=("command_topic",),
    reads=(
        Reads(
            "state_topic",
            "state_value_template|value_template",
            words(on=("payload_on", "ON"), off=("payload_off", "OFF")),
        ),
        Reads("percentage_state_topic", "percentage_value_template", _percentage, into="percentage"),
        Reads(
            "preset_mode_state_topic",
            "preset_mode_value_template",
            listed("preset_modes", reset="payload_reset_preset_mode"),
            into="preset_mode",
        ),
        Reads("oscillation_state_topic", "oscillation_value_template", _oscillation, into="oscillating"),
        Reads("direction_state_topic", "direction_value_template", one_of("forward", "reverse"), into="direction"),
    ),
    services={
        "turn_on": _turn_on,
        "turn_off": _OFF,
        "set_percentage": _SPEED,
        "increase_speed": Sends(_faster(1), "percentage_command_topic", "percentage_command_template"),
        "decrease_speed": Sends(_faster(-1), "percentage_command_topic", "percentage_command_template"),
        "set_preset_mode": _PRESET,
        "oscillate": Sends(_oscillate, "oscillation_command_topic", "oscillation_command_template"),
        "set_direction": Sends(
            lambda config: lambda entity, data: (data["direction"], {"direction": data["direction"]}),
            "direction_command_topic",
            "direction_command_template",
        ),
    },
    shows=_shows,
)
