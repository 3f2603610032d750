"""What happens and leaves no state behind: a button is pressed, a tag is scanned, somebody says a sentence."""

import hashlib
from dataclasses import field
from datetime import datetime
from typing import Any, Final, Literal

from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.topic import Retained, Topic

DeviceEventType = Literal["device_trigger", "tag_scanned", "infrared_received", "flapping"]


@record
class DeviceEvent:
    """Something that happened just now. `data` of a `device_trigger`: `type`, `subtype` and the `payload` that told of
    it; of `tag_scanned`: `tag_id`; of `infrared_received`: `timings` in microseconds, `modulation` in Hz or null; of
    `flapping`, an entity that changes far too often and is slowed until it is calm: `message`.

    `device_id` is that of the device's registry entry, `entity_id` the entity that told of it, where there is one.
    """

    type: DeviceEventType
    device_id: str | None
    entity_id: str | None
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    cause: Cause | None = None


@record
class Event:
    """An event that a rule, a person or a program made up: `type` is any word that those who wait for it know."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    cause: Cause | None = None


@record
class Sentence:
    """Something that was said or typed to the home. `device_id`: what heard it."""

    text: str
    language: str | None = None
    device_id: str | None = None
    conversation_id: str | None = None
    cause: Cause | None = None


@record
class Webhooks:
    """The webhooks that something waits for, as `webhook_mark` makes them: an id is as good as a key."""

    marks: tuple[str, ...]


def webhook_mark(id: str) -> str:
    """What may be known of a webhook's id."""
    return hashlib.sha256(f"webhook:{id}".encode()).hexdigest()[:32]


NotificationUpdate = Literal["added", "removed", "updated", "current"]


@record
class NotificationTold:
    """A notification that stays until somebody dismisses it was made, changed or taken away."""

    update_type: NotificationUpdate
    notification_id: str
    title: str | None = None
    message: str = ""
    created_at: datetime | None = None
    cause: Cause | None = None


@record
class WebhookHeard:
    """A request to `/api/webhook/<id>`. `local`: from the home's own network, and through no proxy.

    `json` is the body where it was JSON, `form` the first value of each field where it was a form, else None.
    """

    id: str
    method: str
    local: bool
    query: dict[str, str] = field(default_factory=dict)
    json: Any = None
    form: dict[str, str] | None = None
    cause: Cause | None = None


@record
class CalendarEntry:
    """One event of a calendar. `start` and `end` are moments with a time zone; of an `all_day` event the first midnight
    of the home and the one after its last day."""

    start: datetime
    end: datetime
    summary: str = ""
    all_day: bool = False
    description: str | None = None
    location: str | None = None
    uid: str | None = None


@record
class CalendarAhead:
    """What is in a calendar from yesterday to `until`; said again whenever that changes, and before `until` comes."""

    until: datetime
    entries: tuple[CalendarEntry, ...] = ()


DEVICE_EVENT: Final = Topic[DeviceEvent]("event/device/{login}", DeviceEvent)
EVENT: Final = Topic[Event]("event/fired/{login}", Event)
SENTENCE: Final = Topic[Sentence]("event/sentence/{login}", Sentence)
NOTIFICATION: Final = Topic[NotificationTold]("event/notification/{login}", NotificationTold)
WEBHOOK: Final = Topic[WebhookHeard]("event/webhook/{login}", WebhookHeard)
WEBHOOKS: Final = Retained("webhook/{worker}/marks", Webhooks)
CALENDAR: Final = Retained("calendar/{object_id}/ahead", CalendarAhead)
"""The days ahead of the calendar entity `calendar.<object_id>`."""
