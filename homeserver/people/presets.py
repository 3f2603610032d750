"""What roles may at first, until people change it: one row for each role and kind of thing.

An owner may all, by being one. An adult may all here, but not what calls reserve for owners. A child sees and uses what
makes rooms light, warm and loud, and sees the readings of the home. It sees no locks, alarms, cameras, buttons, scripts
and automations (they do anything), nor where people are. A guest and a service begin with nothing. Whoever wants it
otherwise changes the rows: they are written once, when `people.db` is made.
"""

from collections.abc import Iterator
from typing import Final

from homeserver.people.policy import Policy
from homeserver.topics.person import Verb

CHILD: Final[tuple[tuple[Verb, tuple[str, ...]], ...]] = (
    (
        "control",
        (
            "light",
            "switch",
            "media_player",
            "fan",
            "cover",
            "scene",
            "climate",
            "humidifier",
            "input_boolean",
            "input_number",
            "input_select",
            "timer",
        ),
    ),
    ("see", ("sensor", "binary_sensor", "weather", "sun", "calendar", "water_heater", "valve", "event")),
)


def presets() -> Iterator[Policy]:
    """The rows of a home that begins."""
    yield Policy("role:adult", "all", "", "edit")
    for verb, domains in CHILD:
        for domain in domains:
            yield Policy("role:child", "domain", domain, verb)
