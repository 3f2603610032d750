"""What a documented configuration is: a config, and what is to be seen and told.

The cases are in the `documented_*` modules; `test_components` plays them.
"""

from dataclasses import dataclass, field
from typing import Any


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
class Case:
    name: str
    component: str
    config: dict[str, Any]
    entity_id: str
    steps: list[Told | Seen]
    capabilities: dict[str, Any] = field(default_factory=dict)
