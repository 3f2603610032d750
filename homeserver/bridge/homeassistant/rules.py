"""Commands about rules: whether triggers, conditions and actions are sound, what a condition says now, actions without
a script, and triggers that a client listens for. The rules do all of it, in the name of whoever asks.

To be checked, a part is put into a rule that is otherwise sound, as a file that is not there yet. Keeps nothing.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Any, Final

import orjson

from homeserver.bridge.homeassistant.command import Asked, Message, Row, Then
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.states import context
from homeserver.rules.words import CHECK_RULES, EXECUTE, TEST_CONDITION, WATCH_TRIGGER
from homeserver.topics.call import Call, CallError

_SOUND: Final[dict[str, Any]] = {
    "id": "looked_at",
    "triggers": [{"trigger": "event", "event_type": "never"}],
    "actions": [{"event": "never"}],
}
_FILE: Final = "looked_at.yaml"


class Validate(Message):
    """The names that Home Assistant had before are taken too."""

    triggers: Any = None
    conditions: Any = None
    actions: Any = None
    trigger: Any = None
    condition: Any = None
    action: Any = None


async def _validate(asked: Asked, message: Validate) -> dict[str, Any]:
    found = {}
    for name in message.model_fields_set:
        part = getattr(message, name)
        field = name if name.endswith("s") else f"{name}s"
        rule = {**_SOUND, field: part if isinstance(part, list) else [part]}
        args = {"text": orjson.dumps([rule]).decode(), "file": _FILE}
        told = await asked.desk.ask(asked.login, CHECK_RULES.worker, CHECK_RULES.verb, args, asked.session.cause())
        faults = [one for one in told["problems"] if one["file"].endswith(_FILE) and one["severity"] == "error"]
        found[name] = {"valid": not faults, "error": "\n".join(one["text"] for one in faults) or None}
    return found


class Subscribe(Message):
    trigger: Any
    variables: dict[str, Any] | None = None


async def _subscribe(asked: Asked, message: Subscribe) -> Then:
    """The result says that the triggers are sound, so it waits until they are listened to."""
    _need(asked, WATCH_TRIGGER)
    args = {"trigger": message.trigger, "variables": message.variables or {}}
    parts = _watch(asked, args)
    async with AsyncExitStack() as undo:
        undo.push_async_callback(parts.aclose)
        await anext(parts)
        undo.pop_all()

    def begin() -> None:
        task = asyncio.get_running_loop().create_task(_tell(asked, parts, args))
        task.add_done_callback(lambda ended: _look(asked, ended))
        asked.session.subscribe(asked.id, lambda: _end(task))

    return Then(None, begin)


def _need(asked: Asked, call: Call[Any, Any]) -> None:
    if asked.desk.announced.shape(call.worker, call.verb) is None:
        raise Failure("not_supported", "The rules of this home are not there.")


def _end(task: asyncio.Task[None]) -> None:
    task.cancel()


def _look(asked: Asked, task: asyncio.Task[None]) -> None:
    fault = None if task.cancelled() else task.exception()
    if fault is not None:
        asked.desk.house.log.error("a subscription to triggers ended by a bug", exc_info=fault)


def _watch(asked: Asked, args: dict[str, Any]) -> AsyncGenerator[Any, None]:
    who: dict[str, Any] = {"cause": asked.session.cause(), "login": asked.login}
    return asked.desk.house.ask_stream(WATCH_TRIGGER.worker, WATCH_TRIGGER.verb, args, ttl=_SILENCE, **who)


async def _tell(asked: Asked, parts: AsyncGenerator[Any, None], args: dict[str, Any]) -> None:
    """Each firing, until the client leaves; while the rules are away it is asked again now and then."""
    while True:
        try:
            async with aclosing(parts):
                async for part in parts:
                    if part["variables"]:
                        told = {"variables": part["variables"], "context": part["context"] or context(None)}
                        asked.session.event(asked.id, told)
        except CallError as error:
            asked.desk.house.log.info("a subscription to triggers was interrupted: %s", error)
            if error.error.code in _FOR_GOOD:
                return
        await asked.desk.house.clock.sleep(_AGAIN)
        parts = _watch(asked, args)


_SILENCE: Final = 1200.0
"""Seconds without a word of the rules, who say one more often, after which they count as gone."""
_AGAIN: Final = 5.0
_FOR_GOOD: Final = ("denied", "invalid", "too_many")


class TestCondition(Message):
    __test__ = False

    condition: Any
    variables: dict[str, Any] | None = None


async def _test(asked: Asked, message: TestCondition) -> Any:
    args = {"condition": message.condition, "variables": message.variables or {}}
    call = TEST_CONDITION
    _need(asked, call)
    return await asked.desk.ask(asked.login, call.worker, call.verb, args, asked.session.cause())


class ExecuteScript(Message):
    sequence: Any
    variables: dict[str, Any] | None = None


async def _execute(asked: Asked, message: ExecuteScript) -> Any:
    args, cause = {"sequence": message.sequence, "variables": message.variables or {}}, asked.session.cause()
    house, call = asked.desk.house, EXECUTE
    _need(asked, call)
    done = await house.ask(call.worker, call.verb, args, cause=cause, ttl=_LONGEST, login=asked.login)
    return {"context": context(cause), "response": done["answer"]}


_LONGEST: Final = 3600.0
"""Seconds that actions of a client may take."""


ROWS: Final = (
    Row("validate_config", Validate, _validate),
    Row("subscribe_trigger", Subscribe, _subscribe),
    Row("test_condition", TestCondition, _test),
    Row("execute_script", ExecuteScript, _execute),
)
