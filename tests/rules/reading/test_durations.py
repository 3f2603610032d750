"""Lengths of time: https://www.home-assistant.io/docs/scripts/#wait-for-time-to-pass-delay"""

from typing import Any

import pytest

from homeserver.rules.reading.durations import DurationError, duration, seconds_of
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import read
from homeserver.view.templates import TemplateError, Templates

TEMPLATES = Templates()


def compiled(text: str) -> Any:
    return duration(Fields(read(text).root), "for", TEMPLATES)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("for: 5", 5),
        ("for: 1.5", 1.5),
        ("for: '5'", 5),
        ("for: 00:05", 300),
        ("for: '00:05:30'", 330),
        ("for: 01:00:00.5", 3600.5),
        ("for: {minutes: 5, seconds: 30}", 330),
        ("for: {hours: 1.5}", 5400),
        ("for: {days: 1, milliseconds: 500}", 86_400.5),
        ("for: '{{ minutes }}:00'", 7 * 3600),
        ("for: '{{ minutes * 60 }}'", 420),
        ("for: {minutes: '{{ minutes }}'}", 420),
        ("for: '{{ {\"minutes\": minutes} }}'", 420),
    ],
)
def test_lasts(text: str, seconds: float) -> None:
    assert compiled(text)(lambda: {"minutes": 7}) == seconds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("for: soon", "is no length of time: write seconds"),
        ("for: -5", "is not between 0 seconds and a year"),
        ("for: {minute: 5}", "'minute' is no unit of time: days, hours, minutes"),
        ("for: {minute: '{{ x }}'}", "'minute' is no unit of time"),
        ("for: {minutes: many}", "'many' is no number"),
        ("for: [5]", "must be seconds"),
        ("for: {days: 4000}", "a year"),
        ("a: 1\nfor: '{{ x'", "check brackets"),
        ("for:", "for must be seconds"),
    ],
)
def test_refuses(text: str, words: str) -> None:
    with pytest.raises(RuleError, match=words) as caught:
        compiled(text)
    assert caught.value.line == text.count("\n") + 1
    assert caught.value.field == "for"


def test_a_template_may_fail_when_it_is_needed() -> None:
    with pytest.raises(DurationError):
        compiled("for: '{{ x }}'")(lambda: {"x": "soon"})
    with pytest.raises(TemplateError):
        compiled("for: '{{ x | float }}'")(lambda: {"x": "soon"})


def test_true_is_no_number_of_seconds() -> None:
    with pytest.raises(DurationError):
        seconds_of(True)
