"""States, options and attributes that an entity can have."""

import pytest

from homeserver.rules.check.known import Known, Thing
from homeserver.rules.check.values import impossible, no_attribute, possible

KNOWN = Known(
    {
        "select.mode": Thing("home", options=["home", "away"]),
        "sensor.t": Thing("20.5", "°C"),
        "sensor.word": Thing("wet"),
        "vacuum.v": Thing("emptying_dust"),
        "light.a": Thing("on", attributes=["own_word"], services=["turn_on"]),
    },
    whole=True,
)


@pytest.mark.parametrize(
    ("entity_id", "word", "meant"),
    [
        ("binary_sensor.d", "open", "on"),
        ("binary_sensor.d", "closed", "off"),
        ("binary_sensor.d", "On", "on"),
        ("light.a", "onn", "on"),
        ("lock.l", "lock", "locked"),
        ("cover.c", "opened", "open"),
        ("select.mode", "awya", "away"),
        ("sun.sun", "below_horizont", "below_horizon"),
    ],
)
def test_what_cannot_be_and_what_was_meant(entity_id: str, word: str, meant: str) -> None:
    text = impossible(entity_id, word, KNOWN)
    assert text is not None
    assert text.startswith(f"{entity_id} is never {word!r}")
    assert text.endswith(f"; did you mean {meant}?")


@pytest.mark.parametrize(
    ("entity_id", "word"),
    [
        *[("binary_sensor.d", word) for word in ("on", "off", "unavailable", "unknown", "{{ x }}", "input_text.y")],
        *[("sensor.word", "anything"), ("sensor.nobody", "x"), ("select.unknown", "x"), ("input_text.a", "x")],
        *[("person.p", "Work"), ("sensor.t", "21"), ("vacuum.v", "emptying_dust"), ("climate.c", "heat_cool")],
    ],
)
def test_what_can_be(entity_id: str, word: str) -> None:
    assert impossible(entity_id, word, KNOWN) is None


def test_a_number_is_never_a_word() -> None:
    assert impossible("sensor.t", "warm", KNOWN) == "sensor.t is a number of °C, and never 'warm'"
    assert possible("sensor.t", KNOWN) is None


def test_attributes() -> None:
    assert (
        no_attribute("light.a", "brightnes", KNOWN) == "light.a has no attribute 'brightnes'; did you mean brightness?"
    )
    assert no_attribute("light.a", "own_word", KNOWN) is None
    assert no_attribute("light.a", "zzz", KNOWN) == "light.a has no attribute 'zzz' now"
    assert no_attribute("sensor.t", "zzz", KNOWN) is None
