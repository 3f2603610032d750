"""What may be asked of the bridge: to notify somebody, and what became of that."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import Call

Urgency = Literal["very-low", "low", "normal", "high"]
NotificationState = Literal["queued", "sent", "delivered", "acted", "undelivered"]
"""queued: no push service has taken it yet. sent: one has. delivered: a device has shown it, and said so. acted: one of
its buttons was pressed. undelivered: no device said in time that it has shown it."""
DeliveryState = Literal["queued", "sent", "delivered", "acted", "gone", "refused", "failed"]
"""gone: the browser has no such subscription any more. refused: its push service does not take it. failed: the service
could not be reached for as long as the notification counted."""
ACTION_EVENT: Final = "notification_action"
"""The event of a button; the same data are told as Home Assistant's `mobile_app_notification_action`."""
UNDELIVERED_EVENT: Final = "notification_undelivered"


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class NotificationAction(_Words):
    """A button. Browsers show the first two, or as many as there is room for."""

    action: str = Field(min_length=1, max_length=64, description="the word that the event tells")
    title: str = Field(min_length=1, max_length=64, description="what stands on the button")


class Notify(_Words):
    """Notify persons on the phones and browsers on which they switched notifications on."""

    who: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = Field(
        min_length=1, max_length=50, description="ids such as anna; everybody; home for everybody who is at home"
    )
    message: str = Field(min_length=1, max_length=3000)
    title: str = Field("", max_length=200)
    actions: tuple[NotificationAction, ...] = Field((), max_length=8)
    tag: str = Field("", max_length=64, description="a later notification with the same tag replaces this one")
    url: str = Field(
        "", max_length=500, pattern=r"^(/([^/\\\s]\S*)?)?$", description="page of this home that a click opens: /rooms"
    )
    urgency: Urgency = "normal"
    ttl: int = Field(86400, ge=0, le=2419200, description="seconds for which a push service keeps it")
    acknowledge_within: int = Field(
        60, ge=5, le=86400, description="seconds in which a device must say that it has shown it"
    )


class TryNotification(_Words):
    """Notify whoever asks, on his own devices, to see whether it arrives there."""

    message: str = Field(min_length=1, max_length=300)
    title: str = Field("", max_length=100)


class NotificationInfo(BaseModel):
    """One person's notification, and where it went: `devices` by name, with the state of each."""

    id: str
    person: str
    title: str
    message: str
    tag: str
    state: NotificationState
    action: str
    created: datetime
    changed: datetime
    devices: list["DeviceDelivery"]


class DeviceDelivery(BaseModel):
    """How far it came on one device; `tries`: how often its push service was asked."""

    device: str
    state: DeliveryState
    tries: int


class Notified(BaseModel):
    """What was begun: one for each person."""

    notifications: list[NotificationInfo]


class AskNotifications(_Words):
    """List notifications, the newest first: one's own; an owner may ask for those of somebody else, or of all."""

    who: str | None = Field(None, max_length=64, description="an id such as anna; all for those of everybody")
    limit: int = Field(50, ge=1, le=200)


class NotificationList(BaseModel):
    """What was told, and what became of it."""

    notifications: list[NotificationInfo]


NOTIFY: Final = Call("bridge", "notify", Notify, Notified)
TRY_NOTIFICATION: Final = Call("bridge", "try_notification", TryNotification, Notified, role="guest")
NOTIFICATIONS: Final = Call("bridge", "notifications", AskNotifications, NotificationList, role="guest", reads=True)
