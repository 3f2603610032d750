"""The WebSockets by which phones are told notifications, and what they confirm.

https://developers.home-assistant.io/docs/api/native-app-integration/notifications. A phone has one channel, the one
that it opened last. Keeps those that are open.
"""

from collections.abc import Callable
from typing import Any, Final

from homeserver.topics.record import record

PHONE: Final = "phone:"
"""What begins the address of a phone where others have that of a push service."""


@record
class Channel:
    """`tell` gives a notification; `confirms`: whether the phone says that it has shown one."""

    tell: Callable[[dict[str, Any]], None]
    confirms: bool


class Channels:
    """By phone. `joined` is called with a phone that can be told from now on and its login, `opened` with one whose
    channel is new, `confirmed` with phone and id of a notification that it has shown; it tells whether there is such
    a one. `pressed` is called with a login and the action of a button; it tells of which notification of his that is,
    None where he was offered no such button, or has pressed it before."""

    def __init__(self) -> None:
        self._open: dict[str, Channel] = {}
        self.joined: Callable[[str, str], None] = lambda phone, login: None
        self.opened: Callable[[str], None] = lambda phone: None
        self.confirmed: Callable[[str, str], bool] = lambda phone, id: False
        self.pressed: Callable[[str, str], dict[str, str] | None] = lambda login, action: None

    def open(self, phone: str, channel: Channel) -> Callable[[], None]:
        """Tell a phone of notifications by this channel until the returned function is called, or it opens another."""
        self._open[phone] = channel
        self.opened(phone)

        def leave() -> None:
            if self._open.get(phone) is channel:
                del self._open[phone]

        return leave

    def is_open(self, phone: str) -> bool:
        return phone in self._open

    def tell(self, phone: str, message: dict[str, Any], id: str) -> bool:
        """Give a phone a notification; whether it has a channel. `id` is what it confirms."""
        channel = self._open.get(phone)
        if channel is None:
            return False
        channel.tell({**message, "hass_confirm_id": id} if channel.confirms else message)
        return True
