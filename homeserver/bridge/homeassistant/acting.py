"""Commands that do something: services, events."""

from typing import Any, Final

from homeserver.bridge.homeassistant.command import Asked, Message, Row
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.refusals import Refusal
from homeserver.bridge.states import context
from homeserver.topics.call import CallError
from homeserver.topics.event import EVENT, Event

_FAULTS: Final = {"invalid": "service_validation_error", "denied": "unauthorized"}


class CallService(Message):
    domain: str
    service: str
    service_data: dict[str, Any] | None = None
    target: dict[str, Any] | None = None
    return_response: bool = False


class FireEvent(Message):
    event_type: str
    event_data: dict[str, Any] | None = None


async def _call_service(asked: Asked, message: CallService) -> Any:
    cause = asked.session.cause()
    body = {**(message.service_data or {}), **({"target": message.target} if message.target else {})}
    try:
        done = await asked.desk.services.carry_out(asked.login, message.domain, message.service, body, cause)
    except (Refusal, CallError) as error:
        told = error if isinstance(error, Refusal) else Refusal.of(error)
        raise Failure(_FAULTS.get(told.code, told.code), told.message) from error
    if message.return_response and done.answer is None:
        raise Failure("service_validation_error", f"{message.domain}.{message.service} gives no answer.")
    return {"context": context(cause), "response": done.answer if message.return_response else None}


async def _fire_event(asked: Asked, message: FireEvent) -> Any:
    desk, cause = asked.desk, asked.session.cause()
    if not desk.events.may_hear(asked.login, message.event_type):
        raise Failure("unauthorized", "You may not tell events to the home.")
    event = Event(message.event_type, message.event_data or {}, desk.house.clock.now(), cause)
    await desk.house.say_as(asked.login, EVENT, event)
    return {"context": context(cause)}


ROWS: Final = (Row("call_service", CallService, _call_service), Row("fire_event", FireEvent, _fire_event))
