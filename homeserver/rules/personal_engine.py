"""The engine as it works for one person: what triggers and conditions of his hear and see is what he may hear and see.

What is hidden is not there, at any moment: a trigger on it is silent. Events and tags are for whoever may call
`bridge.events`, which takes an adult, or a service that was given it; sentences, notifications, webhooks and topics of
devices tell of anything in the home, so that they take, beside that, somebody from whom nothing is hidden.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from homeserver.rules.device_topics import DeviceTopics
from homeserver.rules.device_topics import Hear as HearTopic
from homeserver.rules.engine import Engine, Happening, Hear, Key, Notice
from homeserver.rules.webhooks import WebhookIds
from homeserver.topics.call import CallError
from homeserver.topics.entity import EntityState
from homeserver.view.observed import Observer
from homeserver.view.permission import Permissions
from homeserver.view.sighted import Sighted, Through

_HEARD_WITH_EVENTS: Final = frozenset({"event", "tag"})
_ANYTHING: Final = frozenset({"sentence", "notification", "webhook"})


class PersonalEngine(Engine):
    """Around `engine`, whose clock, schedule and journal it shares. Its methods raise `CallError` (denied) where a
    trigger wants to hear what this person may not."""

    def __init__(self, engine: Engine, permissions: Permissions, login: str) -> None:
        self.__dict__.update(engine.__dict__)
        self._engine = engine
        self._login = login
        self._permissions = permissions
        self._sight = Sighted(engine.view, permissions, engine.house.people, login)
        self._hearing: dict[Any, Any] = {}
        self._afterwards = []
        self.calendars = Through(engine.calendars, lambda id, _: self._sight.sees(id))  # type: ignore[assignment]
        self.device_topics = _Topics(engine.device_topics, self._need_everything)
        self.webhooks = _Webhooks(engine.webhooks, self._need_everything)
        if not permissions.sees_all(login):
            self.view = self._sight
            home = engine.house.settings.home
            self.observer = Observer(self.view, self.zone, engine.clock.now, home, engine.allowances.of(login))
            self.templates = self.observer.templates

    def complain(self, trigger: Any, text: str) -> None:
        """Nobody who writes templates may fill the home's log with them."""
        self.house.log.debug("trigger %s of %s: %s", trigger.kind, self._login, text)

    # -- what is heard

    def listen(self, entity_id: str, hear: Hear) -> None:
        def changed(id: str, old: EntityState | None, new: EntityState | None) -> None:
            if self._sight.sees(id):
                hear(id, old, new)

        self._hearing[entity_id, hear] = changed
        self._engine.listen(entity_id, changed)

    def unlisten(self, entity_id: str, hear: Hear) -> None:
        if (changed := self._hearing.pop((entity_id, hear), None)) is not None:
            self._engine.unlisten(entity_id, changed)

    def notice(self, key: Key, notice: Notice) -> None:
        what = key[0]
        if what in _HEARD_WITH_EVENTS:
            self._need_events()
        elif what in _ANYTHING:
            self._need_everything(what)

        def happened(happening: Happening) -> None:
            if self._may_hear(*happening.key):
                notice(happening)

        self._hearing[key, notice] = happened
        self._engine.notice(key, happened)

    def unnotice(self, key: Key, notice: Notice) -> None:
        if (happened := self._hearing.pop((key, notice), None)) is not None:
            self._engine.unnotice(key, happened)

    def _may_hear(self, what: str, kind: str) -> bool:
        """Whether a happening is for this person, of those that he may listen for at all."""
        if what == "device":
            return self._sight.sees_device(kind)
        return what != "calendar" or self._sight.sees(kind)

    # -- what may be listened for

    def _need_events(self) -> None:
        if not self._permissions.may_call(self._login, "bridge", "events", "adult"):
            raise CallError("denied", "events of the home are for adults, and for services that were given them")

    def _need_everything(self, what: str) -> None:
        self._need_events()
        if not self._permissions.sees_all(self._login):
            raise CallError("denied", f"a trigger on a {what} is for somebody from whom nothing here is hidden")


class _Topics(DeviceTopics):
    """Topics of devices, for who may hear them."""

    def __init__(self, topics: DeviceTopics, need: Callable[[str], None]) -> None:
        self.__dict__.update(topics.__dict__)
        self._topics = topics
        self._need = partial(need, "topic")

    def listen(self, pattern: str, hear: HearTopic) -> None:
        self._need()
        self._topics.listen(pattern, hear)

    def unlisten(self, pattern: str, hear: HearTopic) -> None:
        self._topics.unlisten(pattern, hear)


class _Webhooks(WebhookIds):
    """Webhooks, for who may hear them; takes out only what it put in."""

    def __init__(self, webhooks: WebhookIds, need: Callable[[str], None]) -> None:
        self._webhooks = webhooks
        self._need = partial(need, "webhook")
        self._own = list[str]()

    def add(self, id: str) -> None:
        self._need()
        self._own.append(id)
        self._webhooks.add(id)

    def remove(self, id: str) -> None:
        if id in self._own:
            self._own.remove(id)
            self._webhooks.remove(id)
