"""Commands by which a phone is told of notifications over its WebSocket, and says that it has shown them:
https://developers.home-assistant.io/docs/api/native-app-integration/notifications. Keeps nothing.
"""

from typing import Any, Final

from homeserver.bridge.homeassistant.command import Asked, Message, Row, Then
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.mobile_app.channels import Channel
from homeserver.bridge.mobile_app.phones import Phone


class OpenChannel(Message):
    webhook_id: str
    support_confirm: bool = False


class Confirm(Message):
    webhook_id: str
    confirm_id: str


def _mine(asked: Asked, hook: str) -> Phone:
    """The phone with this webhook; that of somebody else is answered as none at all."""
    phone = asked.desk.phones.find(hook)
    if phone is None or phone.login != asked.login or asked.desk.phones.standing(phone) != "in":
        raise Failure("not_found", "Webhook ID not found")
    return phone


def _open(asked: Asked, message: OpenChannel) -> Then:
    phone, session, id = _mine(asked, message.webhook_id), asked.session, asked.id

    def tell(notification: dict[str, Any]) -> None:
        session.event(id, notification)

    def begin() -> None:
        asked.desk.joined(phone, None)
        session.subscribe(id, asked.desk.channels.open(phone.id, Channel(tell, message.support_confirm)))

    return Then(None, begin)


def _confirm(asked: Asked, message: Confirm) -> None:
    phone = _mine(asked, message.webhook_id)
    if not asked.desk.channels.confirmed(phone.id, message.confirm_id):
        raise Failure("not_found", "Push notification channel not found")


ROWS: Final = (
    Row("mobile_app/push_notification_channel", OpenChannel, _open),
    Row("mobile_app/push_notification_confirm", Confirm, _confirm),
)
