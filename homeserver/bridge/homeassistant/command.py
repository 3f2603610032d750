"""A WebSocket command as a row: its type, the model of its message, and what carries it out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from homeserver.bridge.homeassistant.desk import Desk
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.homeassistant.session import Session
from homeserver.runtime.codec import sentence
from homeserver.topics.record import record


class Message(BaseModel):
    """The fields of a command beside `id` and `type`; others are refused, as Home Assistant refuses them."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class Bare(Message):
    """A command that has no fields."""


@record
class Then:
    """What a command answers, and what it does right after the answer: a subscription speaks only when it is known."""

    result: Any
    act: Callable[[], None]


@record
class Asked:
    """One command as it came: by whom, under which id."""

    desk: Desk
    session: Session
    id: int

    @property
    def login(self) -> str:
        return self.session.login


Model = type[Message]
Work = Callable[[Asked, Any], Any]
"""Gives the result, a `Then`, or a coroutine of one of these; raises `Failure`, `Refusal` or `CallError`."""


@record
class Row:
    """One command."""

    type: str
    model: Model
    work: Work


def table(*groups: tuple[Row, ...]) -> Mapping[str, Row]:
    """All commands by their type."""
    return {row.type: row for group in groups for row in group}


async def carry_out(row: Row, asked: Asked, fields: Mapping[str, Any]) -> Any:
    """The result of a command; raises what `Work` may raise."""
    try:
        message = row.model.model_validate(dict(fields))
    except ValidationError as error:
        raise Failure("invalid_format", sentence(error, row.model.model_fields)) from error
    result = row.work(asked, message)
    return await result if isinstance(result, Awaitable) else result


NOTHING: Final = None
"""The result of commands that only do something."""
