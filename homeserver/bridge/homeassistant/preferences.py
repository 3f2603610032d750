"""Commands about what a page keeps for whoever looks at it: kept by `people` among his preferences, so that it follows
him to every browser, and goes with him.

Each key of a page stands there behind `PREFIX`. Changes are told to
whoever follows, and come by this way alone. Keeps nothing.
"""

from typing import Any, Final

from pydantic import JsonValue

from homeserver.bridge.homeassistant.command import Asked, Message, Row, Then

PREFIX: Final = "homeassistant."
_PEOPLE: Final = "people"


class Get(Message):
    key: str | None = None


class Set(Message):
    key: str
    value: JsonValue


async def _kept(asked: Asked, key: str | None) -> Any:
    """What is kept under a key, None where nothing is; all of it by key where none is given."""
    args: dict[str, Any] = {} if key is None else {"keys": [PREFIX + key]}
    told = await asked.desk.ask(asked.login, _PEOPLE, "preferences", args, asked.session.cause())
    own = {name.removeprefix(PREFIX): value for name, value in told["values"].items() if name.startswith(PREFIX)}
    return own if key is None else own.get(key)


async def _get(asked: Asked, message: Get) -> Any:
    return {"value": await _kept(asked, message.key)}


async def _set(asked: Asked, message: Set) -> None:
    args = {"values": {PREFIX + message.key: message.value}}
    await asked.desk.ask(asked.login, _PEOPLE, "set_preferences", args, asked.session.cause())
    asked.desk.followers.changed(asked.login, {message.key: message.value})


async def _subscribe(asked: Asked, message: Get) -> Then:
    key = message.key
    kept: Any = await _kept(asked, key)

    def changed(values: dict[str, Any]) -> None:
        nonlocal kept
        if key is None:
            kept = {name: value for name, value in {**kept, **values}.items() if value is not None}
        elif key not in values:
            return
        else:
            kept = values[key]
        asked.session.event(asked.id, {"value": kept})

    def begin() -> None:
        asked.session.event(asked.id, {"value": kept})
        asked.session.subscribe(asked.id, asked.desk.followers.follow(asked.login, changed))

    return Then(None, begin)


ROWS: Final = (
    Row("frontend/get_user_data", Get, _get),
    Row("frontend/set_user_data", Set, _set),
    Row("frontend/subscribe_user_data", Get, _subscribe),
)
