"""One entity's discovery config, read key by key: lenient where the field is, with a reason where it cannot be.

Numbers may come as text and texts as numbers or booleans; a null counts as absent. It remembers which keys were asked
for, so that those that mean nothing here can be named.
"""

import codecs
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from homeserver.home.surroundings import Surroundings
from homeserver.home.tuning import UNTUNED
from homeserver.runtime.filters import filter_fault, topic_fault

_YES: Final = frozenset(("1", "true", "yes", "on", "enable", "enabled"))
_NO: Final = frozenset(("0", "false", "no", "off", "disable", "disabled", ""))
_LONGEST_LIST: Final = 1000
P = ParamSpec("P")
T = TypeVar("T")


class Refused(Exception):
    """A config that cannot become an entity; the text says which key is at fault, why, and what would do."""


class Config:
    """The fields of one config under their full names. `root` is the first level of the home's own topics; `key` that
    of the announcement that it belongs to."""

    def __init__(
        self,
        fields: Mapping[str, Any],
        root: str = "homeserver",
        *,
        key: str = "",
        around: Surroundings | None = None,
    ) -> None:
        self.fields = fields
        self.root = root
        self.key = key
        self.around = around or Surroundings()
        self.tuning = UNTUNED
        self.used: set[str] = set()
        self.names: dict[str, Any] = {}
        """What templates may know of the entity itself."""
        self.tells: dict[str, str] = {}
        """The topics that were asked for, each with its key: what is told to a device goes to one of them."""
        self._made: dict[Any, Any] = {}

    def once(self, make: Callable[Concatenate["Config", P], T], *args: P.args, **more: P.kwargs) -> T:
        """What `make` makes of this config, made at the first asking: a light asks for its lamp a dozen times."""
        if make not in self._made:
            self._made[make] = make(self, *args, **more)
        return cast(T, self._made[make])

    @property
    def unused(self) -> list[str]:
        """The keys that nothing asked for."""
        return sorted(set(self.fields) - self.used)

    def get(self, key: str) -> Any:
        """The value as it came; None where it is absent, as most of the many keys are that are asked for."""
        if key not in self.fields:
            return None
        self.used.add(key)
        return self.fields[key]

    def has(self, key: str) -> bool:
        return self.get(key) is not None

    def maybe_text(self, key: str) -> str | None:
        if key not in self.fields:
            return None
        self.used.add(key)
        value = self.fields[key]
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool | int | float):
            return str(value)
        raise Refused(f"`{key}` must be text, not {_kind(value)}")

    def text(self, key: str, default: str) -> str:
        value = self.maybe_text(key)
        return default if value is None else value

    def number(self, key: str, default: float, least: float = -1e300, most: float = 1e300) -> float:
        value = self.maybe_number(key, least, most)
        return default if value is None else value

    def maybe_number(self, key: str, least: float = -1e300, most: float = 1e300) -> float | None:
        value = self.get(key)
        if value is None or value == "":
            return None
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise Refused(f"`{key}` must be a number, not {_shown(value)}") from None
        if not least <= number <= most:
            raise Refused(f"`{key}` is {number:g}: it must lie between {least:g} and {most:g}")
        return number

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        return int(self.number(key, default, least, most))

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool | int | float):
            return bool(value)
        word = value.strip().lower() if isinstance(value, str) else None
        if word in _YES:
            return True
        if word in _NO:
            return False
        raise Refused(f"`{key}` must be true or false, not {_shown(value)}")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single one is a list of one."""
        value = self.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if len(items) > _LONGEST_LIST:
            raise Refused(f"`{key}` has {len(items)} items, more than {_LONGEST_LIST}")
        for item in items:
            if not isinstance(item, str | bool | int | float):
                raise Refused(f"`{key}` must be a list of texts, but holds {_kind(item)}")
        return tuple(str(item) for item in items)

    def word(self, key: str, default: str, words: tuple[str, ...]) -> str:
        value = self.text(key, default)
        if value not in words:
            raise Refused(f"`{key}` is {_shown(value)}: it must be one of {', '.join(words)}")
        return value

    def topic(self, key: str) -> str | None:
        """A topic that this home may hear or publish on; raises `Refused` for any other."""
        value = self.maybe_text(key)
        if value is None or value == "":
            return None
        check_topic(key, value, self.root)
        self.tells[value] = key
        return value

    def filter(self, key: str) -> str | None:
        """The same for what is only heard: it may have wildcards."""
        value = self.maybe_text(key)
        if value is None or value == "":
            return None
        check_filter(key, value, self.root)
        return value

    def needed_topic(self, key: str) -> str:
        value = self.topic(key)
        if value is None:
            raise Refused(f"`{key}` is missing: it must be given")
        return value

    def encoding(self) -> str:
        """The codec of texts in payloads; "" leaves them as bytes."""
        name = self.text("encoding", "utf-8")
        if not name:
            return ""
        try:
            info = codecs.lookup(name)
            "".encode(name)
        except (LookupError, ValueError):
            raise Refused(f"`encoding` {_shown(name)} is not known: leave it out for utf-8") from None
        return "utf-8" if info.name == "utf-8" else info.name


def check_topic(key: str, topic: str, root: str) -> None:
    """Raise `Refused` for a topic with wildcards, or one that no device may use."""
    if fault := topic_fault(topic):
        raise Refused(f"`{key}` {_shown(topic)} cannot be used: {fault}")
    _check_owner(key, topic, root)


def check_filter(key: str, text: str, root: str) -> None:
    """The same for a topic that may have wildcards. One that begins with a wildcard never gives what is said on the
    home's own topics, but it must name something, lest the broker send all there is."""
    if fault := filter_fault(text):
        raise Refused(f"`{key}` {_shown(text)} cannot be used: {fault}")
    levels = text.split("/")
    if levels[0] in _WILD and (levels[-1] == "#" or all(level in _WILD for level in levels)):
        raise Refused(f"`{key}` {_shown(text)} would hear all there is: begin it with a word, or name a level")
    _check_owner(key, text, root)


_WILD: Final = frozenset("+#")


def _check_owner(key: str, topic: str, root: str) -> None:
    if topic.startswith("$"):
        raise Refused(f"`{key}` {_shown(topic)} belongs to the broker: a device must use a topic of its own")
    if topic == root or topic.startswith(f"{root}/"):
        raise Refused(f"`{key}` {_shown(topic)} belongs to the home itself: a device must use a topic of its own")


def _kind(value: object) -> str:
    return {dict: "an object", list: "a list", str: "text", bool: "true or false"}.get(type(value), "a number")


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
