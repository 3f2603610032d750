"""What happens at devices and leaves no state behind: a button is pressed, a tag is scanned, a remote is heard."""

from dataclasses import field
from datetime import datetime
from typing import Any, Final, Literal

from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.topic import Topic

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


DEVICE_EVENT: Final = Topic[DeviceEvent]("event/device/{login}", DeviceEvent)
