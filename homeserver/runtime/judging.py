"""Who judges whether a person may do something with a thing of the home, where he asks the worker that has it; and what
of a list he is told.

The runtime knows no entities: `homeserver.view.guard` does, and is set by the workers that have things. Until one is,
no person below an owner may do anything with any, nor sees one.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, Protocol

from homeserver.topics.call import Call, Caller, CallError, Named

Thing = tuple[Named, str | None]
"""A kind and an id; `("home", None)` stands for everything, or for what nobody can name."""
EVERYTHING: Final[Thing] = ("home", None)
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+")
"""What may be the id of an entity in a text."""
_RULES: Final = ("rule", "script")


class Guard(Protocol):
    """`call` and `command` raise `CallError` where it may not be; `told` is what somebody may hear of a failure.
    `sees`: whether a thing is there for somebody, with all that is in it; `knows`: or some of it; `hides`: whether an
    entity is there and he does not see it."""

    def call(self, call: Call[Any, Any], request: Any, caller: Caller) -> None: ...
    def told(self, error: CallError, caller: Caller) -> CallError: ...
    def command(self, login: str, entity_id: str) -> None: ...
    def sees(self, login: str, thing: Thing) -> bool: ...
    def knows(self, login: str, thing: Thing) -> bool: ...
    def hides(self, login: str, entity_id: str) -> bool: ...


class Nobody:
    """Where nobody judges."""

    def call(self, call: Call[Any, Any], request: Any, caller: Caller) -> None:
        raise CallError("denied", f"{caller.login} may not call {call.worker}.{call.verb}: nobody here can judge it")

    def told(self, error: CallError, caller: Caller) -> CallError:
        return error

    def command(self, login: str, entity_id: str) -> None:
        raise CallError("denied", f"{login} may not command {entity_id}: nobody here can judge it")

    def sees(self, login: str, thing: Thing) -> bool:
        return False

    def knows(self, login: str, thing: Thing) -> bool:
        return False

    def hides(self, login: str, entity_id: str) -> bool:
        return True


class Sight:
    """What one caller may know of a list that is made for him: `house.sight(caller)`, anew for each answer. `whole`:
    nothing is kept from him, so that nothing need be asked."""

    def __init__(self, guard: Guard, caller: Caller) -> None:
        self._guard = guard
        self._login = caller.login
        self.whole = caller.role == "owner" or guard.sees(caller.login, EVERYTHING)

    def thing(self, thing: Thing) -> bool:
        return self.whole or self._guard.sees(self._login, thing)

    def entity(self, id: str) -> bool:
        return self.thing(("entity", id))

    def knows(self, thing: Thing) -> bool:
        """Whether a place is there for him: he sees some of what is in it."""
        return self.whole or self._guard.knows(self._login, thing)

    def all(self, things: Iterable[Thing]) -> bool:
        """Whether he sees each of these; of no things he may know."""
        return self.whole or all(map(self.thing, things))

    def tells(self, *texts: str) -> bool:
        """Whether texts for people may be told him: they name no entity that is there and hidden from him."""
        return self.whole or not any(
            self._guard.hides(self._login, word) for text in texts for word in _WORD.findall(text)
        )

    def author(self, by: str) -> str:
        """Who did something, as a cause names him: of a rule that he does not see, that it was one."""
        kind, _, id = by.partition(":")
        if self.whole or kind not in _RULES:
            return by
        id = id.partition("#")[0]
        return by if self.thing(("rule", id) if kind == "rule" else ("entity", f"script.{id}")) else kind
