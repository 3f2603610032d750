"""The engine: an index from entity to the triggers that listen for it, a schedule, and what rules need of the house.

A state that no rule asks about costs one look-up. Triggers, conditions and actions are closures that were compiled when
the rule was read; most runs are over before the call returns.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from homeserver.rules.device_topics import DeviceTopics
from homeserver.rules.journal.journal import Journal
from homeserver.rules.notes import Notes
from homeserver.rules.offer import Offer
from homeserver.rules.schedule import Schedule
from homeserver.rules.sun import Sun
from homeserver.rules.telling import tell
from homeserver.rules.traces.traces import Traces
from homeserver.rules.webhooks import WebhookIds
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityState
from homeserver.topics.event import WEBHOOKS, CalendarAhead, Webhooks
from homeserver.topics.record import record
from homeserver.view.allowance import Allowances
from homeserver.view.announced import Announcements
from homeserver.view.observed import Observer
from homeserver.view.state import State
from homeserver.view.view import View

if TYPE_CHECKING:
    from homeserver.rules.owned.owner import Owner

Hear = Callable[[str, EntityState | None, EntityState | None], None]
Key = tuple[str, str]
"""What happened, and of what kind: `("event", "doorbell_rung")`, `("home", "start")`, `("tag", "04-a7")`."""


@record
class Happening:
    """Something that happened and left no state behind. `data` differs by what it was."""

    key: Key
    data: Mapping[str, Any]
    cause: Cause | None = None


Notice = Callable[[Happening], None]
DEEPEST: Final = 10
"""Runs in one chain of causes."""
PAUSE: Final = 1.0
"""Seconds after which a chain counts as over."""
_REMEMBERED: Final = 4096


class Engine:
    """What triggers and runs work with. Begins to listen at `start`."""

    def __init__(self, house: House, view: View) -> None:
        self.house = house
        self.view = view
        self.clock = house.clock
        self.zone = ZoneInfo(house.settings.home.time_zone)
        self.observer = Observer(view, self.zone, house.clock.now, house.settings.home)
        self.templates = self.observer.templates
        self.allowances = Allowances(house.clock)
        """What templates of persons from whom something is hidden may take."""
        self.schedule = Schedule(house.clock, self.zone)
        self.sun = Sun(house.settings.home.latitude, house.settings.home.longitude)
        self.device_topics = DeviceTopics(house)
        self.webhooks = WebhookIds(lambda marks: house.say(WEBHOOKS, Webhooks(marks), house.worker))
        self.calendars: dict[str, CalendarAhead] = {}
        """What is ahead in each calendar, by entity."""
        self._index: dict[str, tuple[Hear, ...]] = {}
        self.recent: dict[str, tuple[tuple[datetime, str, str], ...]] = {}
        """By entity: when it changed lately, from what and to what."""
        self._notices: dict[Key, tuple[Notice, ...]] = {}
        self._stop: Callable[[], None] | None = None
        self._chains: dict[str, tuple[int, float]] = {}
        self.announced = Announcements()
        """What workers answer now: any of it can be an action."""
        self.offers: dict[str, Offer] = {}
        """Services that are no entity's and that come and go, by their full names: `script.movie_night`."""
        self.notes = Notes(house)
        self.journal: Journal
        """What is under way; the worker opens it."""
        self.traces: Traces
        """What runs did; the worker opens it."""
        self.owner: Owner | None = None
        """Of the entities that the rules have; the worker opens it."""
        self.changed: Callable[[Any], None] = _nobody
        """Called with a rule that the engine has stopped by itself."""
        self._afterwards: list[Callable[[], object]] = []

    def start(self) -> None:
        self._stop = self.view.watch_all(self.on_state)
        self.schedule.start()

    def stop(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None
        self.schedule.close()
        self.device_topics.close()

    def _remember(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        """Keep what an entity did lately that rules listen to, for those who ask why nothing came of it."""
        row = (
            self.clock.now(),
            old.state if old is not None else "nothing",
            new.state if new is not None else "nothing",
        )
        self.recent[entity_id] = (*self.recent.get(entity_id, ())[-5:], row)

    def afterwards(self, do: Callable[..., object], *what: Any) -> None:
        """Do what no device waits for, once the commands of this turn have left."""
        if not self._afterwards:
            asyncio.get_running_loop().call_soon(self.catch_up)
        self._afterwards.append(partial(do, *what))

    def catch_up(self) -> None:
        """Do all of it now; a bug in one thing keeps none of the others from being done."""
        waiting, self._afterwards = self._afterwards, []
        tell(iter(waiting))

    # -- for triggers

    def listen(self, entity_id: str, hear: Hear) -> None:
        """Call `hear` whenever state or attributes of the entity have changed."""
        self._index[entity_id] = (*self._index.get(entity_id, ()), hear)

    def unlisten(self, entity_id: str, hear: Hear) -> None:
        left = tuple(other for other in self._index.get(entity_id, ()) if other != hear)
        if left:
            self._index[entity_id] = left
        else:
            self._index.pop(entity_id, None)

    def on_state(self, entity_id: str, old: EntityState | None, new: EntityState | None, heard: Heard) -> None:
        hears = self._index.get(entity_id, ())
        former = self.view.former.of.get(entity_id)
        if not hears and former is None:
            return
        if old is not None and new is not None and old.state == new.state:
            if old.attributes == new.attributes:
                return
        else:
            self._remember(entity_id, old, new)
        try:
            tell(iter(hears), entity_id, old, new)
        finally:
            for id in former or ():  # rules hear of an entity under the id by which they know it
                tell(iter(self._index.get(id, ())), id, old, new)

    def notice(self, key: Key, notice: Notice) -> None:
        """Call `notice` whenever this happens; the kind `*` stands for every kind."""
        self._notices[key] = (*self._notices.get(key, ()), notice)

    def unnotice(self, key: Key, notice: Notice) -> None:
        left = tuple(other for other in self._notices.get(key, ()) if other != notice)
        if left:
            self._notices[key] = left
        else:
            self._notices.pop(key, None)

    def is_awaited(self, key: Key) -> bool:
        """Whether anybody wants to be told when this happens."""
        return key in self._notices or (key[0], "*") in self._notices

    def happened(self, happening: Happening) -> None:
        """Tell every trigger that asked for it, in the order in which they asked."""
        what, kind = happening.key
        notices = (*self._notices.get((what, kind), ()), *self._notices.get((what, "*"), ()))
        tell(iter(notices), happening)

    # -- for people and templates

    def shown(self, entity_id: str, state: EntityState | None) -> State | None:
        """A state as templates see it."""
        return None if state is None else State(entity_id, state, self.view)

    @staticmethod
    def span(seconds: float | None) -> timedelta | None:
        return None if seconds is None else timedelta(seconds=seconds)

    # -- chains of rules

    def caused(self, cause: Cause, depth: int, begun: float) -> None:
        """Remember that a run under `cause` gave a command; `depth` counts the runs that led to it."""
        now = self.clock.monotonic()
        self._chains[cause.id] = (depth + 1 if now - begun < PAUSE else 1, now)
        if len(self._chains) > _REMEMBERED:
            del self._chains[next(iter(self._chains))]

    def followed(self, link: Cause, cause: Cause | None) -> Cause:
        """Gives `link`, which came of `cause` without a run between them: an entity of the rules did as another is."""
        found = self._link(cause)
        if found is not None:
            self._chains[link.id] = found
        return link

    def _link(self, cause: Cause | None) -> tuple[int, float] | None:
        if cause is None or not self._chains:
            return None
        return self._chains.get(cause.id) or self._chains.get(cause.parent or "")

    def depth(self, cause: Cause | None) -> int:
        """How many runs led to `cause`, one within a second of the other: a slow circle is no fault, a quick one is."""
        link = self._link(cause)
        return link[0] if link is not None and self.clock.monotonic() - link[1] < PAUSE else 0

    def complain(self, trigger: Any, text: str) -> None:
        """A trigger could not do its work this time."""
        text = f"trigger {trigger.kind} {trigger.id}: {text}"
        if trigger.rule is not None:
            trigger.rule.grumble(f"line {trigger.line}: {text}")
        else:
            self.house.log.warning("%s", text)


def _nobody(rule: Any) -> None:
    """Hears of changes until a worker does."""
