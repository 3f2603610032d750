"""The fields of one mapping in a rule file: each with its type, its line, and a complaint that says what to write."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from homeserver.rules.reading.problem import RuleError, nearest
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged
from homeserver.topics.names import BadNameError, split_entity

T = TypeVar("T")
_MISSING: Final = object()


class Fields:
    """One mapping and the way to it. What was taken is known; `done` refuses the rest."""

    def __init__(self, node: Map, way: str = "") -> None:
        self.node = node
        self.way = way
        self._taken: set[Any] = set()
        self._asked: set[Any] = set()

    # -- places and faults

    def line(self, name: str = "") -> int:
        return self.node.lines.get(name, self.node.line)

    def where(self, name: str = "") -> str:
        return f"{self.way}.{name}" if self.way and name else self.way or name

    def wrong(self, text: str, name: str = "") -> RuleError:
        return RuleError(text, self.line(name), self.where(name))

    def done(self, *also: str) -> None:
        """Refuse fields that nobody took; `also` are allowed and mean nothing."""
        for name in self.node:
            if name not in self._taken and name not in also:
                known = [str(known) for known in self._taken | self._asked]
                raise self.wrong(f"unknown field {name!r}{nearest(str(name), known)}", str(name))

    # -- values

    def __contains__(self, name: str) -> bool:
        self._asked.add(name)
        return name in self.node

    def take(self, name: str, default: Any = None) -> Any:
        """The plain value."""
        self._taken.add(name)
        value = self.node.get(name, default)
        if type(value) is Tagged:
            raise value.refusal(self.where(name))
        return value

    def first(self, *names: str) -> str:
        """Which of several spellings is used; the first one if none is."""
        self._taken.update(names)
        found = [name for name in names if name in self.node]
        if len(found) > 1:
            raise self.wrong(f"say {found[0]} or {found[1]}, not both", found[1])
        return found[0] if found else names[0]

    def need(self, name: str, what: str) -> Any:
        value = self.take(name, _MISSING)
        if value is _MISSING or value is None:
            raise self.wrong(*self._missing(name, what))
        return value

    def _missing(self, name: str, what: str) -> tuple[str, str]:
        """What to say, and of which field: perhaps of one that is spelled almost so."""
        others = [str(other) for other in self.node if other not in self._taken]
        if name not in self.node and (near := get_close_matches(name, others, 1, 0.75)):
            return f"{name} is missing, and {near[0]!r} is nothing known: {what}; did you mean {name}?", near[0]
        return f"{name} is missing: {what}", name

    def text(self, name: str, default: str = "") -> str:
        """A text; a number is taken as it is written, true and false as on and off."""
        value = self.take(name)
        if value is None:
            return default
        return word(value, self, name)

    def flag(self, name: str, default: bool) -> bool:
        value = self.take(name, default)
        if value in (True, "true", "on", "yes"):
            return True
        if value in (False, "false", "off", "no"):
            return False
        raise self.wrong(f"{name} must be true or false, not {value!r}", name)

    def whole(self, name: str, default: int, least: int = 0) -> int:
        value = self.take(name, default)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(f"{name} must be a whole number from {least}, not {value!r}", name)
        return value

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in options:
            raise self.wrong(
                f"{name} must be one of {', '.join(options)}, not {value!r}{nearest(value, options)}", name
            )
        return value

    def words(self, name: str) -> tuple[str, ...] | None:
        """One word or a list of them; None where the field is missing or empty."""
        value = self.take(name)
        if value is None:
            return None
        return tuple(word(part, self, name) for part in (value if isinstance(value, Seq) else (value,)))

    def entities(self, name: str, *, required: bool = True) -> tuple[str, ...]:
        """Entity ids: one, several with commas, or a list."""
        value = self.need(name, "name an entity, such as light.hall") if required else self.take(name)
        parts = value if isinstance(value, Seq) else (value,) if value is not None else ()
        found = [part.strip().lower() for text in parts for part in word(text, self, name).split(",")]
        for entity_id in found:
            check_entity(entity_id, self, name)
        return tuple(dict.fromkeys(found))

    def maps(self, name: str) -> Iterator["Fields | tuple[Any, int, str]"]:
        """The items of a list of mappings, one alone counting as a list; what is no mapping comes with line and way."""
        value = self.take(name)
        items = value if isinstance(value, Seq) else Seq() if value is None else None
        if items is None:
            yield self._item(value, self.line(name), self.where(name))
            return
        for number, item in enumerate(items):
            yield self._item(item, items.lines[number], f"{self.where(name)}[{number}]")

    @staticmethod
    def _item(value: Any, line: int, way: str) -> "Fields | tuple[Any, int, str]":
        return Fields(value, way) if isinstance(value, Map) else (value, line, way)

    def inner(self, name: str) -> "Fields":
        """A mapping inside this one."""
        value = self.take(name)
        if not isinstance(value, Map):
            raise self.wrong(f"{name} must be a mapping, not {kind_of(value)}", name)
        return Fields(value, self.where(name))


def word(value: Any, fields: Fields, name: str) -> str:
    """A state word: `on` unquoted is read by YAML as true and means on."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, Tagged):
        raise value.refusal(fields.where(name))
    raise fields.wrong(f"{name} must be text, not {kind_of(value)}", name)


def check_entity(entity_id: str, fields: Fields, name: str) -> None:
    try:
        split_entity(entity_id)
    except BadNameError as error:
        raise fields.wrong(str(error), name) from error


def kind_of(value: Any) -> str:
    """What to call a value before people."""
    match value:
        case None:
            return "nothing"
        case Map():
            return "a mapping"
        case Seq():
            return "a list"
        case Tagged():
            return value.fault or value.tag
        case _:
            return repr(value)
