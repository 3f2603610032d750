"""What a documented configuration is: a config, and what is to be seen and told.

The cases are in the `documented_*` modules; `test_components` plays them.
"""

from dataclasses import dataclass, field
from typing import Any, Final

MOMENT: Final = "a moment"
"""In `Seen.state`: the time of the report, ISO 8601 in UTC with milliseconds."""


@dataclass(frozen=True)
class Told:
    """A service with its data, and what the device is to be told: topic and payload, in order. A payload that is no
    text is compared as JSON."""

    service: str
    data: dict[str, Any]
    sends: list[tuple[str, Any]]


@dataclass(frozen=True)
class Seen:
    """A report, and the state that is to be seen after it, with attributes that must be there."""

    topic: str
    payload: str
    state: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Happened:
    """A report, and the event that is to be said of it; `data` None: there is to be none."""

    topic: str
    payload: str
    type: str
    data: dict[str, Any] | None
    device_id: str | None = None


@dataclass(frozen=True)
class Pictured:
    """A report, the state after it, and the picture that is to be had then."""

    topic: str
    payload: bytes
    state: str
    content_type: str | None = None
    content: bytes | None = None
    url: str | None = None


@dataclass(frozen=True)
class Case:
    name: str
    component: str
    config: dict[str, Any]
    entity_id: str
    steps: list[Told | Seen | Happened | Pictured]
    capabilities: dict[str, Any] = field(default_factory=dict)
