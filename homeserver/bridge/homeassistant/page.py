"""Commands of our own page beside Home Assistant's: the home without its states, and why something is as it is."""

from typing import Any, Final

from homeserver.bridge.homeassistant.command import Asked, Message, Row, Then


class Subscribe(Message):
    known: str = ""
    """The mark of the cards that the page has already."""


class Why(Message):
    entity_id: str


def _subscribe(asked: Asked, message: Subscribe) -> Then:
    overview, session, id = asked.desk.overview, asked.session, asked.id
    return Then(None, lambda: session.subscribe(id, overview.join(session, id, message.known)))


def _why(asked: Asked, message: Why) -> Any:
    return {"why": asked.desk.sight(asked.login).why(message.entity_id)}


ROWS: Final = (Row("homeserver/subscribe_home", Subscribe, _subscribe), Row("homeserver/why", Why, _why))
