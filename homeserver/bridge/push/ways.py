"""The ways to a device: a push service to a browser, an open WebSocket to a phone with an app. Keeps nothing."""

from typing import Any

import orjson

from homeserver.bridge.mobile_app.channels import PHONE, Channels
from homeserver.bridge.push.book import Subscription
from homeserver.bridge.push.sending import Outcome, Sender


class Ways:
    """`sender` for browsers, `channels` for phones."""

    def __init__(self, sender: Sender, channels: Channels) -> None:
        self._sender = sender
        self._channels = channels

    def reaches(self, to: Subscription) -> bool:
        """Whether a device is told at once, as far as can be known: nobody knows of a browser that it is off."""
        phone = phone_of(to)
        return not phone or self._channels.is_open(phone)

    async def send(self, to: Subscription, message: bytes, ttl: int, urgency: str, topic: str) -> Outcome:
        """As `Sender.send`; a phone without a connection is told later."""
        if not (phone := phone_of(to)):
            return await self._sender.send(to, message, ttl, urgency, topic)
        said = orjson.loads(message)
        if self._channels.tell(phone, as_app(said), said["id"]):
            return Outcome("sent")
        return Outcome("later", reason="the app has no connection")


def phone_of(to: Subscription) -> str:
    """The id of the phone; empty where it is a browser."""
    return to.endpoint.removeprefix(PHONE) if to.endpoint.startswith(PHONE) else ""


def as_app(said: dict[str, Any]) -> dict[str, Any]:
    """What the service worker would be given, as an app of Home Assistant's kind reads it:
    https://companion.home-assistant.io/docs/notifications/notifications-basic."""
    data: dict[str, Any] = {name: said[name] for name in ("tag", "actions") if said.get(name)}
    if url := said.get("url"):
        data |= {"url": url, "clickAction": url}
    if said.get("urgent"):
        data |= {"priority": "high", "ttl": 0, "push": {"interruption-level": "time-sensitive"}}
    made: dict[str, Any] = {"message": said["message"] or said["title"]}
    if said["message"]:
        made["title"] = said["title"]
    return {**made, "data": data} if data else made
