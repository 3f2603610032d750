"""Commands that do something: services, events."""

import re
from typing import Any, Final

from pydantic import ValidationError

from homeserver.bridge.homeassistant.command import Asked, Message, Row
from homeserver.bridge.homeassistant.conversation import Process, process
from homeserver.bridge.homeassistant.desk import Desk
from homeserver.bridge.homeassistant.events import OPEN
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.refusals import Refusal
from homeserver.bridge.states import context
from homeserver.runtime.auditing import came_from
from homeserver.runtime.codec import sentence
from homeserver.topics.audit import AuditEvent
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.event import EVENT, Event

_TYPE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_FAULTS: Final = {"invalid": "service_validation_error", "denied": "unauthorized"}


class CallService(Message):
    domain: str
    service: str
    service_data: dict[str, Any] | None = None
    target: dict[str, Any] | None = None
    return_response: bool = False


async def _conversation(asked: Asked, body: dict[str, Any], cause: Cause) -> Any:
    """The command of that name, asked for as a service."""
    try:
        said = Process.model_validate(body)
    except ValidationError as error:
        raise Failure("service_validation_error", sentence(error, Process.model_fields)) from error
    answer = await process(asked.desk, asked.login, said, cause)
    return {"context": context(cause), "response": answer}


class FireEvent(Message):
    event_type: str
    event_data: dict[str, Any] | None = None


async def _call_service(asked: Asked, message: CallService) -> Any:
    cause = asked.session.cause()
    body = {**(message.service_data or {}), **({"target": message.target} if message.target else {})}
    if (message.domain, message.service) == ("conversation", "process"):
        return await _conversation(asked, body, cause)
    named = (asked.login, message.domain, message.service)
    try:
        done = await asked.desk.services.carry_out(*named, body, cause, answered=message.return_response)
    except (Refusal, CallError) as error:
        told = error if isinstance(error, Refusal) else Refusal.of(error)
        raise Failure(_FAULTS.get(told.code, told.code), told.message) from error
    if message.return_response and done.answer is None:
        raise Failure("service_validation_error", f"{message.domain}.{message.service} gives no answer.")
    return {"context": context(cause), "response": done.answer if message.return_response else None}


async def _fire_event(asked: Asked, message: FireEvent) -> Any:
    cause = asked.session.cause()
    await fire(asked.desk, asked.login, message.event_type, message.event_data or {}, cause)
    return {"context": context(cause)}


async def fire(desk: Desk, login: str, type: str, data: dict[str, Any], cause: Cause) -> None:
    """Tell the home an event for somebody; raises `Failure` or `CallError`."""
    if not _TYPE.fullmatch(type):
        raise Failure("invalid", "The type of an event is made of letters, digits, _ . : and -, 100 at most.")
    if type in OPEN or type == "state_changed" or not desk.events.may_hear(login, type):
        raise Failure("unauthorized", "You may not tell such events to the home.")
    await tell(desk, login, type, data, cause)


async def tell(desk: Desk, login: str, type: str, data: dict[str, Any], cause: Cause) -> None:
    """The same, where it was looked at already whether he may."""
    desk.house.audit(AuditEvent("event", login, type, where=came_from.get(), cause=cause))
    await desk.house.say_as(login, EVENT, Event(type, data, desk.house.clock.now(), cause))


ROWS: Final = (Row("call_service", CallService, _call_service), Row("fire_event", FireEvent, _fire_event))
