"""Who judges whether a person may do something with a thing of the home, where he asks the worker that has it.

The runtime knows no entities: `homeserver.view.guard` does, and is set by the workers that have things. Until one is,
no person below an owner may do anything with any.
"""

from typing import Any, Protocol

from homeserver.topics.call import Call, Caller, CallError


class Guard(Protocol):
    """`call` and `command` raise `CallError` where it may not be; `told` is what somebody may hear of a failure."""

    def call(self, call: Call[Any, Any], request: Any, caller: Caller) -> None: ...
    def told(self, error: CallError, caller: Caller) -> CallError: ...
    def command(self, login: str, entity_id: str) -> None: ...


class Nobody:
    """Where nobody judges."""

    def call(self, call: Call[Any, Any], request: Any, caller: Caller) -> None:
        raise CallError("denied", f"{caller.login} may not call {call.worker}.{call.verb}: nobody here can judge it")

    def told(self, error: CallError, caller: Caller) -> CallError:
        return error

    def command(self, login: str, entity_id: str) -> None:
        raise CallError("denied", f"{login} may not command {entity_id}: nobody here can judge it")
