"""Renders templates at noon UTC on the first of March, in Berlin, with a device's report at hand."""

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeserver.view.templates import Templates

NOW: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEMPLATES: Final = Templates(zone=ZoneInfo("Europe/Berlin"), now=lambda: NOW)
DEVICE: Final = {
    "value": "21.57",
    "value_json": {"t": 21.57, "n": 7, "s": "on", "list": [1, 2], "a": {"b": [{"c": "x"}]}},
}


def render(text: str, **variables: Any) -> Any:
    """The value that the template gives."""
    return TEMPLATES.compile(text).render_native(DEVICE | variables)
