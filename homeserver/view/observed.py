"""What a template looked at while it was rendered, so that it is rendered again only when one of these has changed.

`Observer` makes the `Templates` of an engine. Whoever wants to know what a rendering depends on gives a `Look`:

    look = Look()
    text = observer.render(template, variables, look)  # `look` is filled even where this raises `TemplateError`
    if look.concerns("light.hall"): ...                # else `look.entities`, `.domains`, `.all`, `.time`

What is looked at can differ from one rendering to the next (`a and b` looks at `b` only if `a` holds), so look again
each time. A `Look` given twice gathers what both looked at. Renderings that nobody observes cost no more than without.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any, Final

from homeserver.runtime.home_settings import HomeSettings
from homeserver.topics.entity import EntityState
from homeserver.view.allowance import Allowance
from homeserver.view.counting import MissingValue
from homeserver.view.state import State
from homeserver.view.template_functions import template_questions
from homeserver.view.template_questions import Questions
from homeserver.view.templates import Template, Templates
from homeserver.view.view import View


class Look:
    """What was looked at."""

    def __init__(self) -> None:
        self.entities: set[str] = set()
        """By the ids that the template says: a former id stays one. Entities that do not exist are among them."""
        self.domains: set[str] = set()
        """Kinds that were gone through as a whole (`states.light | list`)."""
        self.all = False
        """Whether all states were gone through."""
        self.time = False
        """Whether the result depends on what time it is: `now()`, `today_at()`, `relative_time()`; as Home Assistant
        does, render such a template again at the begin of each minute."""

        self.undefined: set[str] = set()
        """What was used and not there, in words: `'x' is undefined`. It counts as empty."""

    def __repr__(self) -> str:
        return f"Look({sorted(self.entities)}, {sorted(self.domains)}, all={self.all}, time={self.time})"

    def concerns(self, entity_id: str) -> bool:
        """Whether a change of this entity can change the result."""
        return self.all or entity_id in self.entities or entity_id.partition(".")[0] in self.domains


class _NotingView(View):
    """The same picture of the home; writes down what is asked of it."""

    def __init__(self, view: View, look: Look) -> None:
        self.__dict__.update(view.__dict__)
        self._view = view
        self._look = look

    def said(self, entity_id: str) -> EntityState | None:
        self._look.entities.add(entity_id)
        return self._view.said(entity_id)

    def state(self, entity_id: str) -> State | None:
        self._look.entities.add(entity_id)
        return self._view.state(entity_id)

    def all_states(self, domain: str = "") -> Iterator[State]:
        if domain:
            self._look.domains.add(domain)
        else:
            self._look.all = True
        return self._view.all_states(domain)


class Observer:
    """Makes `templates`, and can say what they look at."""

    def __init__(
        self,
        view: View,
        zone: tzinfo,
        now: Callable[[], datetime],
        home: HomeSettings | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        """`allowance`: of the person for whom all of it is; None where it is for the home itself."""
        self._view: Final = view
        self._questions: tuple[Questions, ...] = template_questions(view, home)
        self._clock = now
        self._look: Look | None = None
        functions = {name: function for group in self._questions for name, function in group.functions().items()}
        self.templates = Templates(functions, zone=zone, now=self._now)
        self._allowance = self.templates.sandbox.allowance = allowance

    def _now(self) -> datetime:
        if self._look is not None:
            self._look.time = True
        return self._clock()

    @contextmanager
    def looking(self, look: Look, view: View | None = None, allowance: Allowance | None = None) -> Iterator[None]:
        """While this lasts, `look` is filled by whatever is rendered, `view` is what there is, and `allowance` pays."""
        before, self._look = self._look, look
        paid, self.templates.sandbox.allowance = self.templates.sandbox.allowance, allowance or self._allowance
        noted, MissingValue.noted = MissingValue.noted, look.undefined
        self._ask(_NotingView(view or self._view, look))
        try:
            yield
        finally:
            self._look, MissingValue.noted = before, noted
            self.templates.sandbox.allowance = paid
            self._ask(self._view if before is None else _NotingView(self._view, before))

    def render(self, template: Template, variables: Mapping[str, Any], look: Look) -> str:
        """The text that the template gives; raises `TemplateError`."""
        with self.looking(look):
            return template.render(variables)

    def _ask(self, view: View) -> None:
        for group in self._questions:
            group.view = view
