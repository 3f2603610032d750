"""Entities: what the house consists of for rules and people, whatever radio or dialect is behind it.

State words, attributes and services carry the names that Home Assistant's users and rule files know.
"""

from dataclasses import field
from datetime import datetime
from typing import Any, Final, Literal

from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.topic import Retained, Topic

UNKNOWN: Final = "unknown"
"""The state of an entity whose device has not reported one."""
UNAVAILABLE: Final = "unavailable"
"""The state of an entity whose device cannot be reached."""
WANTED: Final = "wanted"
"""The attribute that holds what a command asks for which is still on its way."""
NOT_CONFIRMED: Final = "not_confirmed"
"""The attribute that tells of a command which its device did not confirm in time."""
HELD: Final = "held"
"""The attribute that tells who holds an entity: `by`, `priority` and `until`; weaker commands wait meanwhile."""
MARKS: Final = frozenset((WANTED, NOT_CONFIRMED, HELD))
"""Attributes that tell of commands, and nothing of the device."""


@record
class Device:
    """The thing that an entity is a part of; `id` is stable over restarts and renames."""

    id: str
    name: str
    manufacturer: str | None = None
    model: str | None = None
    sw_version: str | None = None
    hw_version: str | None = None
    serial_number: str | None = None
    suggested_area: str | None = None
    configuration_url: str | None = None
    via_device: str | None = None
    identifiers: tuple[str, ...] = ()


@record
class EntityConfig:
    """What an entity is: retained, said by its owner.

    `capabilities` holds what differs by kind (`options`, `min`, `max`, `step`, `supported_color_modes`, `effect_list`);
    `services` the services it accepts (`turn_on`); `owner` the worker that says its state and carries out its commands;
    `maker_id` what its maker would call it; `origin` which program announced it, with its version.
    """

    name: str
    owner: str
    services: tuple[str, ...] = ()
    unique_id: str | None = None
    maker_id: str | None = None
    origin: str | None = None
    device: Device | None = None
    device_class: str | None = None
    state_class: str | None = None
    unit: str | None = None
    icon: str | None = None
    category: str | None = None
    enabled: bool = True
    capabilities: dict[str, Any] = field(default_factory=dict)


@record
class EntityState:
    """What an entity is like now.

    `changed`: when `state` last became another word; `updated`: when anything did. UTC.
    """

    state: str
    attributes: dict[str, Any]
    changed: datetime
    updated: datetime
    cause: Cause | None = None


@record
class Command:
    """A wish: `service` (`turn_on`) with its `data`; dies `ttl` seconds after it was sent. `id` is carried out once.
    `tell`: whether a good end is to be said too. `priority` 1 to 9, the strongest last, and without one that of who
    speaks; `hold_for`: seconds for which weaker commands to the entity wait. See `homeserver.topics.priority`. `where`:
    the network address that it came from, as a door saw it; for the audit, and believed for nothing else."""

    id: str
    service: str
    data: dict[str, Any] = field(default_factory=dict)
    ttl: float = 30.0
    cause: Cause | None = None
    reply_to: str | None = None
    tell: bool = False
    priority: int | None = None
    hold_for: float | None = None
    where: str = ""


Outcome = Literal["confirmed", "already", "acknowledged", "sent", "held", "superseded", "expired", "failed"]
"""confirmed: the device reports it. already: it was so before. acknowledged: the broker has it, and the device reports
nothing. sent: it left, and nothing follows that could be seen. held: it waits, for somebody
stronger holds the entity. superseded: a newer command wants something else. expired: the device did not confirm it in
time. failed: it could not be carried out."""


@record
class CommandOutcome:
    """What became of an accepted command."""

    id: str
    entity_id: str
    service: str
    outcome: Outcome
    message: str
    cause: Cause | None = None


ENTITY_CONFIG: Final = Retained("entity/{domain}/{object_id}/config", EntityConfig)
ENTITY_STATE: Final = Retained("entity/{domain}/{object_id}/state", EntityState, qos=0)
COMMAND: Final = Topic[Command]("entity/{domain}/{object_id}/command/{login}", Command, one_hearer=True)
COMMAND_ENDED: Final = Topic[CommandOutcome]("event/command_ended/{login}", CommandOutcome)
"""Ends that are no failures, for commands whose sender asked to be told."""
COMMAND_FAILED: Final = Topic[CommandOutcome]("event/command_failed/{login}", CommandOutcome)
