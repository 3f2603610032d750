"""`render_template`: a template of a client, rendered within bounds on what that person may see, and again whenever
something that it looked at changes.

An event is `{result, listeners}` or `{error, level}`: https://developers.home-assistant.io/docs/api/websocket.
"""

from collections.abc import Callable
from typing import Any, Final

from pydantic import Field

from homeserver.bridge.homeassistant.command import Asked, Message, Row, Then
from homeserver.bridge.homeassistant.desk import Desk
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.runtime.heard import Heard
from homeserver.topics.entity import EntityState
from homeserver.view.observed import Look
from homeserver.view.templates import Template, TemplateError

PAUSE: Final = 0.1
"""Seconds between two renderings of one subscription: a template that looks at everything would never rest."""
MINUTE: Final = 60.0


class Render(Message):
    template: str
    variables: dict[str, Any] = Field(default_factory=dict)
    entity_ids: Any = None
    timeout: float | None = None
    strict: bool = False
    report_errors: bool = False


class Live:
    """One template that is kept up to date. `say` is given each new event."""

    def __init__(self, desk: Desk, login: str, template: Template, message: Render, say: Callable[[Any], None]) -> None:
        self._desk = desk
        self._login = login
        self._template = template
        self._message = message
        self._say = say
        self._look = Look()
        self._told: Any = None
        self._due = False
        self._open = True
        self._unwatch = desk.view.watch_all(self._changed)
        self._unfollow = desk.house.people.watch(self._rights)
        self._render()
        self._each_minute()

    def close(self) -> None:
        self._open = False
        self._unwatch()
        self._unfollow()

    def _changed(self, entity_id: str, _: EntityState | None, __: EntityState | None, ___: Heard) -> None:
        if self._look.concerns(entity_id):
            self._soon()

    def _rights(self, login: str) -> None:
        if login == self._login:
            self._soon()

    def _soon(self) -> None:
        if not self._due:
            self._due = True
            self._desk.house.clock.call_later(PAUSE, self._render)

    def _each_minute(self) -> None:
        if self._open:
            if self._look.time:
                self._soon()
            wait = MINUTE - self._desk.house.clock.now().timestamp() % MINUTE
            self._desk.house.clock.call_later(wait, self._each_minute)

    def _render(self) -> None:
        self._due = False
        if not self._open:
            return
        if wait := self._desk.allowances.of(self._login).wait():
            self._due = True  # late, and not never: what it looks at may have changed by then
            self._desk.house.clock.call_later(wait, self._render)
            return
        event, self._look = _rendered(self._desk, self._login, self._template, self._message)
        if event != self._told:
            self._told = event
            self._say(event)


def _rendered(desk: Desk, login: str, template: Template, message: Render) -> tuple[dict[str, Any], Look]:
    look = Look()
    try:
        with desk.looking(look, login):
            result = template.render_native(message.variables)
    except TemplateError as error:
        return {"error": error.text, "level": "ERROR"}, look
    return {"result": result, "listeners": _listeners(look)}, look


def _listeners(look: Look) -> dict[str, Any]:
    return {
        "all": look.all,
        "entities": sorted(look.entities),
        "domains": sorted(look.domains),
        "time": look.time,
    }


def render_once(desk: Desk, login: str, text: str, variables: dict[str, Any]) -> str:
    """What a template gives now, as text; raises `TemplateError`."""
    with desk.looking(Look(), login):
        return desk.observer.templates.compile(text).render(variables)


def _render(asked: Asked, message: Render) -> Then:
    desk, session, id = asked.desk, asked.session, asked.id
    try:
        with desk.looking(Look(), session.login):
            template = desk.observer.templates.compile(message.template)
        first, _ = _rendered(desk, session.login, template, message)
    except TemplateError as error:
        raise Failure("template_error", error.text) from error
    if "error" in first and not message.report_errors:
        raise Failure("template_error", first["error"])

    def begin() -> None:
        live = Live(desk, session.login, template, message, lambda event: session.event(id, event))
        session.subscribe(id, live.close)

    return Then(None, begin)


ROWS: Final = (Row("render_template", Render, _render),)
