"""One entity that the rules own: what it is, what it is like, and what may be asked of it.

A kind is a subclass with a row of `acts`. A thing is made when its file is read and does nothing before `begin`; it
tells of itself by `show`, which says what differs and keeps it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol

from homeserver.rules.engine import Engine
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest
from homeserver.runtime.clock import Clock
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNKNOWN, EntityConfig, EntityState
from homeserver.topics.names import OBJECT_ID, slug
from homeserver.topics.priority import Weight

OWNER: Final = "rules"
_IGNORED: Final = ("editable", "note")


class Desk(Protocol):
    """What a thing works with."""

    @property
    def engine(self) -> Engine: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def weight(self) -> Weight: ...
    def show(self, thing: "Thing", cause: Cause | None = None) -> None: ...
    def introduce(self, thing: "Thing") -> None: ...
    def soon(self, thing: "Thing") -> None: ...
    def event(self, type: str, data: dict[str, Any], cause: Cause | None = None) -> None: ...
    def command(self, entity_id: str, service: str, data: Mapping[str, Any], cause: Cause | None) -> None: ...


Act = Callable[[Any, Mapping[str, Any], Cause | None], None]
"""Does what a service asks of a thing with data that was checked; raises `CallError` where that cannot be."""


class Thing:
    """An entity; subclasses add what their kind knows."""

    domain: ClassVar[str] = ""
    acts: ClassVar[Mapping[str, Act]] = {}
    """By service."""
    keeps: bool = True
    """Whether what it is like is there again after a restart."""

    def __init__(self, object_id: str, name: str, icon: str | None = None) -> None:
        self.object_id = object_id
        self.entity_id = f"{self.domain}.{object_id}"
        self.name = name
        self.icon = icon
        self.state: str = UNKNOWN
        self.attributes: dict[str, Any] = {}
        """What its kind says beside the state; `show` tells whether it differs."""
        self.starts_anew = not self.keeps
        """Whether it forgets at a restart what it was, as with `initial`."""
        self.said: EntityState | None = None
        """What was said last."""
        self.desk: Desk

    def begin(self) -> None:
        """Take up work; `state` is what it was before a restart, where there was something."""

    def end(self) -> None:
        """Let go of timers and watches."""

    def look(self) -> None:
        """Make state and attributes of what is so now, for those that are shown later."""

    def kept(self) -> dict[str, Any]:
        """What is written down, as JSON has it."""
        return {"state": self.state}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Be what it was; `kept` may be of another version of the file."""
        self.state = str(kept.get("state", self.state))

    def succeed(self, former: "Thing") -> None:
        """Be what another one with the same id was until now, whose text in the file has changed."""
        self.restore(former.kept())

    def config(self) -> EntityConfig:
        """What it is."""
        return EntityConfig(self.name, OWNER, tuple(self.acts), icon=self.icon)

    def act(self, service: str) -> Act:
        """What a service does; raises `CallError`."""
        act = self.acts.get(service)
        if act is None:
            offered = ", ".join(self.acts) or "none"
            hint = nearest(service, self.acts)
            raise CallError(
                "invalid", f"{self.entity_id} has no service {service[:60]!r}; it has {offered}{hint}", "service"
            )
        return act

    def hands_on(self, service: str) -> bool:
        """Whether that only tells others what to do: then they can be held, and it cannot."""
        return False

    # -- telling

    def show(self, cause: Cause | None = None) -> None:
        self.desk.show(self, cause)

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    def wrong(self, text: str, field: str | None = None) -> CallError:
        return CallError("invalid", f"{self.entity_id}: {text}", field)


def named(fields: Fields, object_id: str) -> tuple[str, str, str | None]:
    """Id, name and icon, as nearly every helper has them."""
    return object_id, fields.text("name") or object_id.replace("_", " ").capitalize(), fields.text("icon") or None


def called(fields: Fields, domain: str, otherwise: str, field: str = "default_entity_id") -> str:
    """The object id of what is named and not keyed: of `default_entity_id`, else made of a text."""
    given = fields.text(field)
    if given and not (given.startswith(f"{domain}.") and OBJECT_ID.fullmatch(given.removeprefix(f"{domain}."))):
        raise fields.wrong(f"{field} must be like {domain}.kitchen, not {given!r}", field)
    return given.removeprefix(f"{domain}.") or slug(otherwise)


def done(fields: Fields, *also: str) -> None:
    """Refuse what nobody took; what means nothing here is let through."""
    fields.done(*_IGNORED, *also)


def number(fields: Fields, name: str, default: float | None = None) -> float | None:
    """A number; raises `RuleError`."""
    value = fields.take(name, default)
    if value is None:
        return default
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (TypeError, ValueError):
        raise fields.wrong(f"{name} must be a number, not {value!r}", name) from None


def need_number(fields: Fields, name: str) -> float:
    found = number(fields, name)
    if found is None:
        raise fields.wrong(f"{name} is missing: give a number", name)
    return found


def figure(value: float) -> str:
    """A number as the state of a helper: `21.5`, and `3.0` for three, as Home Assistant says it."""
    return str(float(value))
