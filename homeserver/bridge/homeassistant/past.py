"""Commands about the past: history, logbook and statistics, answered by the worker `history` where there is one.

What the client gives goes to a call of `history`, in the name of whoever asks, and its answer comes back as it is; the
parts of a streamed call are the events of a subscription. The command `logbook/get_events` is the call
`logbook_get_events`, and `history/stream` is `stream`. Without such a call the client is told so. Keeps nothing.
"""

import asyncio
from contextlib import aclosing
from typing import Any, Final

from pydantic import ConfigDict

from homeserver.bridge.homeassistant.command import Asked, Bare, Message, Row, Then
from homeserver.bridge.homeassistant.desk import Desk
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause

HISTORY: Final = "history"
NOBODY: Final = "Nothing keeps the past of this home: no worker answers for its history."
SILENCE: Final = 24 * 3600.0
"""Seconds after which a subscription to the past that said nothing ends."""


class Period(Message):
    """Fields that the worker checks."""

    model_config = ConfigDict(defer_build=True, extra="allow", frozen=True)


def verb_of(type: str) -> str:
    """The verb of `history` that answers a command."""
    return type.removeprefix("history/").replace("/", "_")


async def remembered(desk: Desk, login: str, verb: str, args: dict[str, Any], cause: Cause) -> Any:
    """What `history` answers; raises `Failure` where nobody does, or `CallError`."""
    for entity_id in _named(args):
        desk.sight(login).config(entity_id)
    if desk.announced.shape(HISTORY, verb) is None:
        raise Failure("not_supported", NOBODY)
    return await desk.ask(login, HISTORY, verb, args, cause)


def _named(args: dict[str, Any]) -> list[str]:
    given = args.get("entity_ids") or []
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _row(type: str) -> Row:
    async def ask(asked: Asked, message: Period) -> Any:
        args = dict(message.model_extra or {})
        return await remembered(asked.desk, asked.login, verb_of(type), args, asked.session.cause())

    return Row(type, Period, ask)


def _streamed(type: str) -> Row:
    def subscribe(asked: Asked, message: Period) -> Then:
        desk, session, id, verb = asked.desk, asked.session, asked.id, verb_of(type)
        args = dict(message.model_extra or {})
        for entity_id in _named(args):
            desk.sight(session.login).config(entity_id)
        shape = desk.announced.shape(HISTORY, verb)
        if shape is None or not shape.stream:
            raise Failure("not_supported", NOBODY)

        async def follow() -> None:
            who: dict[str, Any] = {"cause": session.cause(), "login": session.login}
            try:
                async with aclosing(desk.house.ask_stream(HISTORY, verb, args, ttl=SILENCE, **who)) as parts:
                    async for part in parts:
                        session.event(id, part)
            except CallError as error:
                desk.house.log.info("a subscription to the past ended: %s", error)

        def begin() -> None:
            task = asyncio.get_running_loop().create_task(follow())
            task.add_done_callback(lambda ended: _look(desk, ended))
            session.subscribe(id, lambda: _end(task))

        return Then(None, begin)

    return Row(type, Period, subscribe)


def _end(task: asyncio.Task[None]) -> None:
    task.cancel()


def _look(desk: Desk, task: asyncio.Task[None]) -> None:
    fault = None if task.cancelled() else task.exception()
    if fault is not None:
        desk.house.log.error("a subscription to the past ended by a bug", exc_info=fault)


def _info(asked: Asked, message: Bare) -> dict[str, Any]:
    kept = asked.desk.announced.shape(HISTORY, "history_during_period") is not None
    rest = {"backlog": 0, "max_backlog": 0, "migration_in_progress": False, "migration_is_live": False}
    return {**rest, "recording": kept, "thread_running": kept}


ROWS: Final = (
    _row("history/history_during_period"),
    _row("logbook/get_events"),
    _row("recorder/statistics_during_period"),
    _row("recorder/list_statistic_ids"),
    _row("recorder/get_statistics_metadata"),
    Row("recorder/info", Bare, _info),
    _streamed("history/stream"),
    _streamed("logbook/event_stream"),
)
