"""Commands that read: states, configuration, services, panels, and what `subscribe_entities` and events give."""

from typing import Any, Final

from pydantic import Field

from homeserver.bridge.homeassistant.command import Asked, Bare, Message, Row, Then
from homeserver.bridge.homeassistant.events import EVERYTHING
from homeserver.bridge.homeassistant.failure import Failure


class SubscribeEntities(Message):
    entity_ids: list[str] | None = None
    include: dict[str, Any] | None = None


class SubscribeEvents(Message):
    event_type: str = EVERYTHING


class Unsubscribe(Message):
    subscription: int


class Features(Message):
    features: dict[str, int] = Field(default_factory=dict)


def _states(asked: Asked, _: Bare) -> Any:
    sight = asked.desk.sight(asked.login)
    return [sight.state(entity_id) for entity_id in sight.ids()]


def _config(asked: Asked, _: Bare) -> Any:
    return asked.desk.config(asked.login)


def _services(asked: Asked, _: Bare) -> Any:
    return asked.desk.offered(asked.login)


def _panels(_: Asked, __: Bare) -> Any:
    return {}


def _subscribe_entities(asked: Asked, message: SubscribeEntities) -> Then:
    desk, session, id = asked.desk, asked.session, asked.id
    only = None if message.entity_ids is None else frozenset(map(desk.view.current, message.entity_ids))

    def begin() -> None:
        session.subscribe(id, desk.feed.join(session.out, id, session.login, only))

    return Then(None, begin)


def _subscribe_events(asked: Asked, message: SubscribeEvents) -> Then:
    desk, session, id, type = asked.desk, asked.session, asked.id, message.event_type
    if type not in ("state_changed", EVERYTHING) and not desk.events.may_hear(session.login, type):
        raise Failure("unauthorized", f"You may not hear events of the type {type}.")
    return Then(None, lambda: session.subscribe(id, desk.events.listen(session.out, id, session.login, type)))


def _unsubscribe(asked: Asked, message: Unsubscribe) -> None:
    if not asked.session.unsubscribe(message.subscription):
        raise Failure("not_found", "Subscription not found.")


def _features(asked: Asked, message: Features) -> Then:
    def change() -> None:
        asked.session.out.together = bool(message.features.get("coalesce_messages"))

    return Then(None, change)


ROWS: Final = (
    Row("get_states", Bare, _states),
    Row("get_config", Bare, _config),
    Row("get_services", Bare, _services),
    Row("get_panels", Bare, _panels),
    Row("subscribe_entities", SubscribeEntities, _subscribe_entities),
    Row("subscribe_events", SubscribeEvents, _subscribe_events),
    Row("unsubscribe_events", Unsubscribe, _unsubscribe),
    Row("supported_features", Features, _features),
)
