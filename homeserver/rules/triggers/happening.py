"""What triggers have in common that wait for something that happens and is over: a press, a sentence, an event."""

from abc import abstractmethod
from typing import Any

from homeserver.rules.engine import Engine, Happening, Key
from homeserver.rules.fired import Fired
from homeserver.rules.reading.durations import DurationError
from homeserver.rules.triggers.trigger import Fire, Trigger, nowhere
from homeserver.topics.cause import Cause
from homeserver.view.templates import TemplateError


class HappeningTrigger(Trigger):
    """Attached, it has `keys` noticed and fires for each happening for which `told` gives data."""

    def __init__(self, id: str, number: int, alias: str) -> None:
        super().__init__(id, number, alias)
        self.engine: Engine
        self._keys: tuple[Key, ...] = ()

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        try:
            self._keys = self.keys(engine)
        except (TemplateError, DurationError) as error:
            self._keys = ()
            engine.complain(self, f"cannot listen: {error}")
        for key in self._keys:
            engine.notice(key, self.noticed)

    def detach(self, engine: Engine) -> None:
        for key in self._keys:
            engine.unnotice(key, self.noticed)
        self._keys = ()
        self.fire = nowhere

    def noticed(self, happening: Happening) -> None:
        data = self.told(happening)
        if data is not None:
            self.fire(Fired(self, data=data, cause=happening.cause))

    @abstractmethod
    def keys(self, engine: Engine) -> tuple[Key, ...]:
        """What it wants to be told of; may render templates of its own, which see the rule's `trigger_variables`."""

    @abstractmethod
    def told(self, happening: Happening) -> dict[str, Any] | None:
        """What the variable `trigger` holds beside id, idx and alias; None where this one is not meant."""


def context_of(cause: Cause | None) -> dict[str, Any]:
    """What templates see as a context: `user_id` is the login of the person who did it by hand."""
    if cause is None:
        return {"id": None, "parent_id": None, "user_id": None}
    return {"id": cause.id, "parent_id": cause.parent, "user_id": cause.by if cause.by.startswith("person.") else None}
