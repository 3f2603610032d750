"""One message of a device, with its text and JSON made once for all entities that read it."""

from typing import Any, Final

import orjson


class Unreadable(Exception):
    """A value that means nothing to the entity that reads it; the text says what and why."""


class Ignored(Unreadable):
    """A report that is none of this entity's business: not worth a word."""


NO_JSON: Final = object()
"""Stands for the JSON of a payload that is none."""
_NOT_YET: Final = object()


class Report:
    """A payload on a topic. `json` is parsed at first use, `text` decoded at first use."""

    __slots__ = ("_json", "_text", "_variables", "address", "payload", "retained")

    def __init__(self, address: str, payload: bytes, retained: bool = False) -> None:
        self.address = address
        self.payload = payload
        self.retained = retained
        self._text: str | None = None
        self._json: Any = _NOT_YET
        self._variables: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The payload as UTF-8; raises `Unreadable`."""
        if self._text is None:
            self._text = decoded(self.payload, "utf-8")
        return self._text

    @property
    def json(self) -> Any:
        """The payload as JSON, or `NO_JSON`."""
        if self._json is _NOT_YET:
            try:
                self._json = orjson.loads(self.payload)
            except orjson.JSONDecodeError:
                self._json = NO_JSON
        return self._json

    @property
    def variables(self) -> dict[str, Any]:
        """What a value template sees; raises `Unreadable`."""
        if self._variables is None:
            json = self.json
            self._variables = {"value": self.text} if json is NO_JSON else {"value": self.text, "value_json": json}
        return self._variables

    def decoded(self, encoding: str) -> "Report":
        """The same message read in another encoding."""
        text = decoded(self.payload, encoding)
        other = Report(self.address, text.encode("utf-8", "replace"), self.retained)
        other._text = text
        return other


def decoded(payload: bytes, encoding: str) -> str:
    """The text of a payload; raises `Unreadable`."""
    try:
        return payload.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        raise Unreadable(f"the payload is no {encoding} text") from None
