"""A topic as a typed object: an address template, the model of its messages, and whether it is retained.

Templates are relative to the root prefix of the home (`homeserver/`), which only the bus knows. A level in braces is a
parameter: `entity/{domain}/{object_id}/state`. The parameter `login` is always the login of whoever speaks, filled
in by the bus and enforced by the broker; a topic that has it may have many writers, a topic without it has one.
"""

from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from homeserver.topics.names import level

M = TypeVar("M")
_ENVELOPE = frozenset(("from", "seq"))
"""What a payload holds beside the fields of its message: who wrote it, and its number (`runtime.codec`)."""


class Topic(Generic[M]):
    """`Topic[M]`: an address whose messages are `M`. Fields:

    template   levels joined by `/`; `{name}` is a parameter
    model      class of the messages
    retained   whether the broker keeps the last message
    qos        0 where the next message repairs a loss (states, records of runs), 1 for what happens once
    places     at which levels its parameters stand; at the others, `words`, it says what it is
    one_hearer whether one worker acts on a message: where it has it already, the copy for watching goes at QoS 0
    """

    def __init__(
        self, template: str, model: type[Any], *, retained: bool = False, qos: int = 1, one_hearer: bool = False
    ) -> None:
        if taken := _ENVELOPE & set(getattr(model, "__annotations__", ())):
            raise TypeError(f"{model.__name__}.{', '.join(taken)}: every message on the wire has that beside its own")
        self.template = template
        self.model = model
        self.retained = retained
        self.qos = qos
        self.one_hearer = one_hearer
        self.levels = tuple(template.split("/"))
        self.parameters = tuple(part[1:-1] for part in self.levels if part.startswith("{"))
        self.many_writers = "login" in self.parameters
        self.places = tuple(at for at, part in enumerate(self.levels) if part.startswith("{"))
        self.words = tuple(at for at in range(len(self.levels)) if at not in self.places)
        self._format = "/".join("%s" if part.startswith("{") else part for part in self.levels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.template!r}, {self.model.__name__})"

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Built at first use: a pydantic schema costs about a millisecond."""
        return TypeAdapter(self.model)

    def address(self, where: tuple[str, ...]) -> str:
        """The address with its parameters filled in; the caller has checked that each is one level."""
        return self._format % where

    def checked_address(self, where: tuple[str, ...]) -> str:
        """The same for parameters that came from outside; raises `BadNameError`."""
        return self._format % tuple(level(part) for part in where)

    def filter(self, **fixed: str) -> str:
        """The MQTT filter of this topic: `+` for each parameter that is not `fixed`."""
        return "/".join(fixed.get(part[1:-1], "+") if part.startswith("{") else part for part in self.levels)

    def match(self, address: str) -> tuple[str, ...] | None:
        """The parameters of an address, or None where it is not of this topic."""
        levels = address.split("/")
        if len(levels) != len(self.levels) or any(levels[at] != self.levels[at] for at in self.words):
            return None
        return self.where(levels)

    def where(self, levels: list[str]) -> tuple[str, ...]:
        """The parameters in the levels of an address of this topic."""
        return tuple([levels[at] for at in self.places])


class Retained(Topic[M | None], Generic[M]):
    """A topic whose last message the broker keeps. Saying None takes it away; a hearer then gets None."""

    def __init__(self, template: str, model: type[M], *, qos: int = 1) -> None:
        super().__init__(template, model, retained=True, qos=qos)
