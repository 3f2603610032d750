"""YAML with the place of every value, so that a fault in a rule can be told with its line.

Reads the parser's events and builds plain values itself: the composers that come with the library recurse in C and fall
over deeply nested text. YAML 1.1 as Home Assistant reads it, with two kindnesses: a key `on` is the text, and `12:30`
stays text instead of becoming 750.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from homeserver.rules.reading.problem import Code, RuleError
from homeserver.topics.record import record

LARGEST: Final = 1024 * 1024
"""Bytes of the largest rule file."""
DEEPEST: Final = 100
MOST: Final = 200_000
"""Values of one file, those repeated by aliases counted each time."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SourceError(Exception):
    """A file that is no YAML, or too much of it; `line` counts from 1."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.text = text
        self.line = line


class Map(dict[Any, Any]):
    """A mapping that knows its own line and that of each value; lines count from 1."""

    line: int = 1

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[Any, int] = {}


class Seq(list[Any]):
    """A list that knows its own line and that of each item."""

    line: int = 1

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


@record
class Tagged:
    """A value with a tag of Home Assistant's, such as `!secret name`, that nothing has been put in the place of yet.

    `fault` says why nothing could be.
    """

    tag: str
    value: Any
    line: int
    fault: str = ""
    code: Code = "unsupported"

    def refusal(self, field: str) -> RuleError:
        """What to tell where the value is needed."""
        return RuleError(self.fault or f"not supported yet: {self.tag}", self.line, field, self.code)


@dataclass(slots=True)
class _Open:
    """A collection that has not ended yet; `pending` is a key that waits for its value, `height` the deepest inside."""

    value: Any
    tag: str | None
    anchor: str | None
    before: int
    height: int = 0
    pending: Any = None
    has_key: bool = False
    key_line: int = 0
    merged: set[Any] | None = None
    """Keys that came by `<<`, which may be given another value before it or behind it."""


@dataclass(slots=True)
class Document:
    """What a file says. `remarks` are faults that do not keep it from being used: line and text.

    `count` is the number of its values, `depth` how deep they are nested; `has_tags` whether any of them is `Tagged`.
    """

    root: Any = None
    line: int = 1
    remarks: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0
    depth: int = 0
    has_tags: bool = False


def read(text: str) -> Document:
    """The one document of `text`; raises `SourceError`."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise SourceError(f"larger than {LARGEST // 1024} KiB: split the file", 1)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise SourceError(*_told(error, text)) from error
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise SourceError(f"no YAML: {' '.join(str(error).split())}", 1) from error
    builder.document.count = builder.count
    return builder.document


_REMEDIES: Final = {
    "mapping values are not allowed": "a text that holds ': ' needs quotes around it, and a field its line of its own",
    "did not find expected '-' indicator": "the lines of a list must begin below each other",
    "did not find expected key": "the fields of a mapping begin below each other, and quotes and brackets must end",
    "could not find expected ':'": "a field needs ': ' behind its name, and quotes must end",
    "did not find expected ',' or": "a bracket has no end, or a comma is missing",
    "found unexpected end of stream": "a quote or bracket has no end",
    "found unknown escape character": "in double quotes \\ means more than itself: write single quotes",
}
"""What to do, by the words of the parser."""


def _told(error: yaml.MarkedYAMLError, text: str) -> tuple[str, int]:
    """What to say of a text that the parser refused, and its line."""
    mark, said = error.problem_mark or error.context_mark, str(error.problem or error.context)
    if mark is None:
        return f"no YAML: {said}", 1
    rows = text.splitlines()
    sign = rows[mark.line][mark.column : mark.column + 1] if mark.line < len(rows) else ""
    if sign == "\t":
        return "no YAML: a line must be indented with blanks, and not with tabs", mark.line + 1
    if "cannot start any token" in said and sign:
        return f"no YAML: a text that begins with {sign} needs quotes around it", mark.line + 1
    remedy = next((words for key, words in _REMEDIES.items() if key in said), "")
    return f"no YAML: {said}" + (f": {remedy}" if remedy else ""), mark.line + 1


class _Builder:
    """Builds values out of the parser's events."""

    def __init__(self) -> None:
        self.document = Document()
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self.count = 0
        self._documents = 0

    def take(self, event: Event) -> None:
        line = _line(event)
        if isinstance(event, ScalarEvent):
            # The content of a block of text begins on the line after its mark.
            value = _scalar(event, self._awaits_key())
            self.document.has_tags = self.document.has_tags or type(value) is Tagged
            self._value(value, event, line + (event.style in ("|", ">")))
        elif isinstance(event, CollectionEndEvent):
            self._end()
        elif isinstance(event, CollectionStartEvent):
            self._begin(event, line)
        elif isinstance(event, AliasEvent):
            self._alias(event, line)
        elif isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise SourceError("more than one document: take the line `---` away", line)

    def _awaits_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].value, Map) and not self._stack[-1].has_key

    def _begin(self, event: CollectionStartEvent, line: int) -> None:
        if len(self._stack) >= DEEPEST:
            raise SourceError(f"nested more than {DEEPEST} deep", line)
        made: Map | Seq = Map() if isinstance(event, MappingStartEvent) else Seq()
        made.line = line
        tag = event.tag if event.tag and event.tag.startswith("!") else None
        self._stack.append(_Open(made, tag, event.anchor, self.count))

    def _end(self) -> None:
        done = self._stack.pop()
        value = Tagged(done.tag, done.value, done.value.line) if done.tag else done.value
        self.document.has_tags = self.document.has_tags or done.tag is not None
        if done.anchor:
            self._anchors[done.anchor] = (value, self.count - done.before, done.height + 1)
        self._rise(done.height + 1)
        self._place(value, done.value.line)

    def _rise(self, height: int) -> None:
        if not self._stack:
            self.document.depth = height
        elif self._stack[-1].height < height:
            self._stack[-1].height = height

    def _value(self, value: Any, event: NodeEvent, line: int) -> None:
        if event.anchor:
            self._anchors[event.anchor] = (value, 1, 0)
        self._place(value, line)

    def _alias(self, event: AliasEvent, line: int) -> None:
        found = self._anchors.get(event.anchor or "")
        if found is None:
            raise SourceError(f"there is no anchor &{event.anchor} before this place, or it holds itself", line)
        if len(self._stack) + found[2] > DEEPEST:
            raise SourceError(f"nested more than {DEEPEST} deep", line)
        self.count += found[1]
        self._rise(found[2])
        self._place(found[0], line)

    def _place(self, value: Any, line: int) -> None:
        self.count += 1
        if self.count > MOST:
            raise SourceError(f"more than {MOST} values: split the file", line)
        if not self._stack:
            self.document.root, self.document.line = value, line
            return
        top = self._stack[-1]
        if isinstance(top.value, Seq):
            top.value.append(value)
            top.value.lines.append(line)
        elif not top.has_key:
            top.pending, top.has_key, top.key_line = _key(value, line), True, line
            top.value.lines.setdefault(top.pending, line)
        else:
            top.has_key = False
            self._put(top, top.pending, value, line)

    def _put(self, top: _Open, key: Any, value: Any, line: int) -> None:
        into: Map = top.value
        if key == "<<":
            into.lines.pop(key, None)
            top.merged = (top.merged or set()) | self._merge(into, value, line)
            return
        if top.merged and key in top.merged:
            top.merged.discard(key)
            into.lines[key] = top.key_line
        elif key in into:
            self.document.remarks.append((line, f"{key!r} is given twice; the last one counts"))
        into[key] = value
        # The line of a value is that of its key, save where the value is text that begins further down.
        if isinstance(value, str) and value:
            into.lines[key] = line

    def _merge(self, into: Map, value: Any, line: int) -> set[Any]:
        """Take over what is not there; gives those keys."""
        merged = set()
        for part in value if isinstance(value, Seq) else (value,):
            if not isinstance(part, Map):
                raise SourceError("`<<` needs a mapping, or a list of them", line)
            for key, inner in part.items():
                if key not in into:
                    into[key] = inner
                    into.lines[key] = part.lines[key]
                    merged.add(key)
        return merged


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _key(value: Any, line: int) -> Any:
    if isinstance(value, dict | list | Tagged):
        raise SourceError("a key must be plain text; a template needs quotes around it", line)
    return value


_BOOL: Final = {
    **dict.fromkeys(("yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_NUMBERS: Final[tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...]] = (
    (re.compile(r"[-+]?(?:0|[1-9][0-9_]*)"), lambda text: int(text.replace("_", ""))),
    (re.compile(r"[-+]?0[0-7_]+"), lambda text: int(text.replace("_", ""), 8)),
    (re.compile(r"[-+]?0x[0-9a-fA-F_]+"), lambda text: int(text.replace("_", ""), 16)),
    (
        re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?"),
        lambda t: float(t.replace("_", "")),
    ),
)
_STARTS_NUMBER: Final = frozenset("+-.0123456789")


def _scalar(event: ScalarEvent, is_key: bool) -> Any:
    text: str = event.value
    if event.tag and event.tag.startswith("!") and event.tag != "!":
        return Tagged(event.tag, text, _line(event))
    plain = event.implicit[0] and not event.style
    if not plain or (is_key and text in _BOOL):
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] in _STARTS_NUMBER and len(text) < 100:
        for form, convert in _NUMBERS:
            if form.fullmatch(text):
                return convert(text)
    return text


def tagged(value: Any) -> Iterator[Tagged]:
    """Every tagged value inside `value`."""
    if isinstance(value, Tagged):
        yield value
    elif isinstance(value, Map):
        for part in value.values():
            yield from tagged(part)
    elif isinstance(value, Seq):
        for part in value:
            yield from tagged(part)
