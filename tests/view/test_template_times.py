"""Times in templates are as documented: https://www.home-assistant.io/template-functions/#date-time"""

from typing import Any

import pytest

from homeserver.view.template_times import in_words
from tests.view.rendering import render


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ 0 | timestamp_utc }}", "1970-01-01T00:00:00+00:00"),
        ("{{ 0 | timestamp_local }}", "1970-01-01T01:00:00+01:00"),
        ("{{ 0 | timestamp_custom('%H:%M') }} {{ 0 | timestamp_custom('%H', false) }}", "01:00 00"),
        ("{{ as_timestamp('1970-01-01T00:01:00+00:00') }}", 60.0),
        ("{{ as_timestamp('1970-01-01 01:01:00') }}", 60.0),
        ("{{ as_datetime(60) }}", "1970-01-01 00:01:00+00:00"),
        ("{{ as_datetime('nonsense') }}", None),
        ("{{ '00:30' | as_timedelta }} {{ as_timedelta('PT90M') }}", "0:00:30 1:30:00"),
        ("{{ strptime('5.1.2026', '%d.%m.%Y').month }}", 1),
        ("{{ now().hour }} {{ utcnow().hour }} {{ today_at('7:30').minute }}", "13 12 30"),
        ("{{ (now() - timedelta(hours=3)) | time_since }}", "3 hours"),
        ("{{ time_until(now() + timedelta(minutes=90), 2) }}", "1 hour 30 minutes"),
    ],
)
def test_times_are_as_documented(text: str, value: Any) -> None:
    assert render(text) == value


@pytest.mark.parametrize(
    ("seconds", "precision", "words"),
    [
        (0, 1, "0 seconds"),
        (1, 1, "1 second"),
        (59, 1, "59 seconds"),
        (3600 * 50, 1, "2 days"),
        (3600 * 50, 2, "2 days 2 hours"),
        (86_400 * 400, 3, "1 year 1 month 5 days"),
    ],
)
def test_spans_in_words(seconds: float, precision: int, words: str) -> None:
    assert in_words(seconds, precision) == words
