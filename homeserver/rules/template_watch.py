"""A template that is rendered again whenever something that it looked at has changed: for triggers and for waits.

Needs the engine's observer, which tells what a rendering looked at. That can differ from one rendering to the next
(`a and b` looks at `b` only if `a` holds), so it listens anew each time. As in Home Assistant a template that asks what
time it is is rendered at the begin of each minute too, and one that goes through a whole kind of entity not more often
than each `PAUSE` seconds, the last change always counting.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.rules.engine import Engine
from homeserver.runtime.clock import Timer
from homeserver.runtime.heard import Heard
from homeserver.topics.entity import EntityState
from homeserver.view.observed import Look
from homeserver.view.templates import Template, TemplateError

PAUSE: Final = 1.0
"""Seconds between two renderings of a template that goes through many entities."""
_MINUTE: Final = 60.0
Change = tuple[str, EntityState | None, EntityState | None]
"""Entity, old and new state; the entity is empty where only time went on."""
NO_CHANGE: Final[Change] = ("", None, None)
Told = Callable[[str | TemplateError, Change], None]
"""Called with what the template says now, or why it could not be rendered, and the change that led to it."""


class TemplateWatch:
    """Watches from `begin` until `cancel`. `variables` are made anew for each rendering."""

    __slots__ = (
        "_begun",
        "_engine",
        "_look",
        "_minute",
        "_not_before",
        "_pending",
        "_stop_all",
        "_template",
        "_told",
        "_variables",
    )

    def __init__(
        self, engine: Engine, template: Template, variables: Callable[[], Mapping[str, Any]], told: Told
    ) -> None:
        self._engine = engine
        self._template = template
        self._variables = variables
        self._told = told
        self._look = Look()
        self._begun = False
        self._minute: Timer | None = None
        self._pending: Timer | None = None
        self._not_before = 0.0
        self._stop_all: Callable[[], None] | None = None

    def begin(self) -> str | TemplateError:
        """What the template says now; from here on changes are told."""
        self._begun = True
        return self._render()

    def cancel(self) -> None:
        """Watch no more. Calling it again means nothing."""
        self._begun = False
        self._listen(Look())
        for timer in (self._minute, self._pending):
            if timer is not None:
                timer.cancel()
        self._minute = self._pending = None

    def _render(self) -> str | TemplateError:
        look, result = Look(), ""
        try:
            result = self._engine.observer.render(self._template, self._variables(), look)
        except TemplateError as error:
            return error
        finally:
            self._listen(look)
        return result

    def _listen(self, look: Look) -> None:
        """Listen for what was looked at this time."""
        before, self._look = self._look, look
        for entity_id in before.entities - look.entities:
            self._engine.unlisten(entity_id, self._hear)
        for entity_id in look.entities - before.entities:
            self._engine.listen(entity_id, self._hear)
        many = bool(look.all or look.domains)
        if many and self._stop_all is None:
            self._stop_all = self._engine.view.watch_all(self._hear_any)
        elif not many and self._stop_all is not None:
            self._stop_all()
            self._stop_all = None
        if look.time and self._minute is None:
            self._begin_minute()

    def _begin_minute(self) -> None:
        seconds = _MINUTE - self._engine.clock.now().timestamp() % _MINUTE
        self._minute = self._engine.clock.call_later(seconds, self._new_minute)

    def _new_minute(self) -> None:
        self._minute = None
        if self._look.time:
            self._again(NO_CHANGE)

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if self._begun and not (self._stop_all is not None and self._of_many(entity_id)):
            self._again((entity_id, old, new))

    def _of_many(self, entity_id: str) -> bool:
        return self._look.all or entity_id.partition(".")[0] in self._look.domains

    def _hear_any(self, entity_id: str, old: EntityState | None, new: EntityState | None, heard: Heard) -> None:
        if not self._begun or not self._of_many(entity_id):
            return
        if old is not None and new is not None and old.state == new.state and old.attributes == new.attributes:
            return
        left = self._not_before - self._engine.clock.monotonic()
        if left <= 0:
            self._not_before = self._engine.clock.monotonic() + PAUSE
            self._again((entity_id, old, new))
            return
        if self._pending is not None:
            self._pending.cancel()
        self._pending = self._engine.clock.call_later(left, self._late, (entity_id, old, new))

    def _late(self, change: Change) -> None:
        self._pending = None
        self._not_before = self._engine.clock.monotonic() + PAUSE
        self._again(change)

    def _again(self, change: Change) -> None:
        result = self._render()
        if self._begun:
            self._told(result, change)


def says_true(text: str) -> bool:
    """Whether a result counts as true where a template is watched: true, yes, on, enable, or a number but nought."""
    word = text.strip().lower()
    if word[:1].isalpha():
        return word in ("true", "yes", "on", "enable")
    try:
        return float(word) != 0
    except ValueError:
        return False
