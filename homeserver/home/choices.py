"""What is one of a list: modes, presets and the like, as a device reports them and as it is told.

A list that the config does not give is the one that Home Assistant's documentation names.
"""

from collections.abc import Callable, Mapping
from typing import Any

from homeserver.home.component import Make
from homeserver.home.config import Config
from homeserver.home.entity import Entity
from homeserver.home.parsing import IGNORED, NONE, Parse, ParseOf
from homeserver.home.report import Unreadable
from homeserver.topics.call import CallError


def list_of(config: Config, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The choices that a key gives; null counts as not given."""
    return config.texts(key) if config.has(key) else default


def listed(
    key: str, default: tuple[str, ...] = (), *, reset: str = "", none: str | None = None, also: tuple[str, ...] = ()
) -> ParseOf:
    """A text that is one of the list in `key` or of `also`. `reset` is the key of the word that takes it back, which
    is then `none`."""

    def made(config: Config) -> Parse:
        taken_back = config.text(reset, NONE) if reset else NONE
        return _parse((*list_of(config, key, default), *also), taken_back, none)

    return made


def one_of(*choices: str) -> ParseOf:
    """A text that is one of these."""
    return lambda config: _parse(choices, NONE, None)


def _parse(choices: tuple[str, ...], taken_back: str, none: str | None) -> Parse:
    known = frozenset(choices)

    def parse(text: str) -> Any:
        if text == taken_back:
            return none
        if not text.strip():
            return IGNORED
        if text not in known:
            raise Unreadable(f"{text[:60]!r} is none of {', '.join(choices)[:200] or 'the choices: there are none'}")
        return text

    return parse


def chosen(
    name: str, key: str, default: tuple[str, ...] = (), *, fact: str = "", also: tuple[str, ...] = ()
) -> Callable[[Config], Make]:
    """A service that sends its datum `name`, one of the list in `key` or of `also`; it becomes the fact of that name
    or `fact`."""

    def of(config: Config) -> Make:
        choices = (*list_of(config, key, default), *also)

        def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
            wanted = data[name]
            if wanted not in choices:
                raise CallError("invalid", f"{wanted!r} is none of {', '.join(choices)[:300]}", name)
            return wanted, {fact or name: wanted}

        return make

    return of
