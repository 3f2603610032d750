"""One client that was let in: who it is, what it subscribed to, and the way to answer it."""

from collections.abc import Callable
from typing import Any, Final

import orjson

from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.homeassistant.outgoing import Outgoing
from homeserver.bridge.identity import Identity
from homeserver.topics.cause import Cause

MOST: Final = 1_000
"""Subscriptions of one client."""


class Session:
    """`cause` makes the cause of a command of this client."""

    def __init__(self, identity: Identity, out: Outgoing, address: str, new_id: Callable[[], str]) -> None:
        self.identity = identity
        self.out = out
        self.address = address
        self._new_id = new_id
        self._subscriptions: dict[int, Callable[[], None]] = {}

    @property
    def login(self) -> str:
        return self.identity.login

    def cause(self) -> Cause:
        return Cause(self._new_id(), self.login)

    # -- answering

    def say(self, message: Any) -> None:
        self.out.add(orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS))

    def succeed(self, id: int, result: Any) -> None:
        self.say({"id": id, "type": "result", "success": True, "result": result})

    def fail(self, id: int, failure: Failure) -> None:
        error = {"code": failure.code, "message": failure.message}
        self.say({"id": id, "type": "result", "success": False, "error": error})

    def event(self, id: int, event: Any) -> None:
        self.say({"id": id, "type": "event", "event": event})

    # -- subscriptions

    def subscribe(self, id: int, leave: Callable[[], None]) -> None:
        """Remember how a subscription ends; raises `Failure` where there are too many."""
        if len(self._subscriptions) >= MOST:
            leave()
            raise Failure("not_allowed", f"One connection may hold {MOST} subscriptions.")
        self._subscriptions[id] = leave

    def unsubscribe(self, id: int) -> bool:
        leave = self._subscriptions.pop(id, None)
        if leave is not None:
            leave()
        return leave is not None

    def close(self) -> None:
        """End all subscriptions."""
        for id in list(self._subscriptions):
            self.unsubscribe(id)
