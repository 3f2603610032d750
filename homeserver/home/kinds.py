"""The simple components as rows: sensor, binary_sensor, switch, select, button.

Facts: Home Assistant's documentation of the MQTT integration, one page for each component.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.home.component import Component, Make, Reads, Sends, word
from homeserver.home.config import Config
from homeserver.home.entity import Entity
from homeserver.home.measure import decimals_shown
from homeserver.home.parsing import option, reading, timestamp, words
from homeserver.topics.call import CallError


def _select_option(config: Config) -> Make:
    options = config.texts("options")

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        wanted = data["option"]
        if wanted not in options:
            raise CallError("invalid", f"{wanted!r} is none of the options {', '.join(options)[:300]}", "option")
        return wanted, {"state": wanted}

    return make


def _select_at(step: int, *, relative: bool) -> Any:
    """The option at an end of the list, or beside the present one."""

    def of(config: Config) -> Make:
        options = config.texts("options")

        def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
            if not options:
                raise CallError("invalid", f"{entity.id} has no options", "option")
            chosen = options[step if not relative else _beside(options, entity.state, step, data.get("cycle", True))]
            return chosen, {"state": chosen}

        return make

    return of


def _beside(options: tuple[str, ...], state: str | None, step: int, cycle: bool) -> int:
    if state not in options:
        return 0 if step > 0 else -1
    place = options.index(state) + step
    return place % len(options) if cycle else min(max(place, 0), len(options) - 1)


def _sensor_shows(config: Config) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if options := config.texts("options"):
        shown["options"] = list(options)
    if (digits := decimals_shown(config)) is not None:
        shown["display_precision"] = digits
    return shown


SENSOR: Final = Component(
    domain="sensor",
    names="Sensor",
    needs=("state_topic",),
    reads=(
        Reads("state_topic", "value_template", reading),
        Reads("state_topic", "last_reset_value_template", timestamp, into="last_reset", optional=True),
    ),
    shows=_sensor_shows,
)

BINARY_SENSOR: Final = Component(
    domain="binary_sensor",
    names="Binary sensor",
    needs=("state_topic",),
    reads=(
        Reads("state_topic", "value_template", words(on=("payload_on", "ON"), off=("payload_off", "OFF")), shared=True),
    ),
)

SWITCH: Final = Component(
    domain="switch",
    names="Switch",
    needs=("command_topic",),
    reads=(
        Reads(
            "state_topic",
            "value_template",
            words(on=("state_on|payload_on", "ON"), off=("state_off|payload_off", "OFF")),
            shared=True,
        ),
    ),
    services={
        "turn_on": Sends(word("payload_on", "ON", state="on")),
        "turn_off": Sends(word("payload_off", "OFF", state="off")),
    },
)

SELECT: Final = Component(
    domain="select",
    names="Select",
    needs=("command_topic", "options"),
    reads=(Reads("state_topic", "value_template", option),),
    services={
        "select_option": Sends(_select_option),
        "select_first": Sends(_select_at(0, relative=False)),
        "select_last": Sends(_select_at(-1, relative=False)),
        "select_next": Sends(_select_at(1, relative=True)),
        "select_previous": Sends(_select_at(-1, relative=True)),
    },
    shows=lambda config: {"options": list(config.texts("options"))},
)

BUTTON: Final = Component(
    domain="button",
    names="Button",
    needs=("command_topic",),
    services={"press": Sends(word("payload_press", "PRESS"))},
)
