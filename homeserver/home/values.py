"""Templates of devices: from a report to the text that is read, from a value to the payload that is sent.

The templates themselves run in the bounded sandbox of `homeserver.view`; one that fails costs its own message only.
"""

from ast import literal_eval
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from homeserver.home.config import Config, Refused
from homeserver.home.report import Ignored, Report, Unreadable
from homeserver.topics.call import CallError
from homeserver.view.templates import Template, TemplateError, Templates

Value = Callable[[Report], str]
Payload = Callable[[Any, Mapping[str, Any]], bytes]
"""Makes a payload of a value and the further variables of a command template; raises `CallError`."""


def compiled(config: Config, key: str, templates: Templates) -> Template | None:
    """The template of a key, or of the first of several (`a|b`) that is given; raises `Refused` for a wrong one."""
    for name in key.split("|"):
        if name and (source := config.maybe_text(name)):
            try:
                return templates.compile(source)
            except TemplateError as error:
                raise Refused(f"`{name}` is no template: {error}") from None
    return None


def given(config: Config, key: str) -> bool:
    """Whether all templates of `a,b` are given, or one of `a|b`."""
    return all(any(config.has(name) for name in part.split("|")) for part in key.split(","))


def value(config: Config, key: str, templates: Templates) -> Value:
    """How the text of a report is found: by the template of `key`, or as it came; several (`a,b`) joined by
    commas."""
    if "," in key:
        parts = [value(config, part, templates) for part in key.split(",")]
        return lambda report: ",".join([part(report) for part in parts])
    template = compiled(config, key, templates)
    encoding = config.encoding()
    plain: Value = attrgetter("text") if template is None else _rendered(template, _personal(config, template))
    if encoding in ("utf-8", ""):
        return plain
    return lambda report: plain(report.decoded(encoding))


def _personal(config: Config, template: Template | None) -> dict[str, Any]:
    """`entity_id` and the like, for the few templates that name them."""
    if template is None or not any(name in template.text for name in config.names):
        return {}  # a first look, for the names of a template are found by parsing it once more
    return {} if template.names.isdisjoint(config.names) else config.names


def _rendered(template: Template, names: dict[str, Any]) -> Value:
    render = template.render
    fault = Ignored if "is_defined" in template.text else Unreadable

    def rendered(report: Report) -> str:
        try:
            return render(report.variables | names if names else report.variables)
        except TemplateError as error:
            raise fault(str(error)) from None

    return rendered


def text_of(value: Any) -> str:
    """A value as it is written into a payload: whole numbers without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def payload(config: Config, key: str, templates: Templates, text: Callable[[Any], str] = text_of) -> Payload:
    """How a value becomes a payload: by the command template of `key`, or as plain text."""
    template = compiled(config, key, templates)
    encoding = config.encoding() or "utf-8"
    names = _personal(config, template)

    def encoded(value: Any, variables: Mapping[str, Any]) -> bytes:
        if template is None:
            return text(value).encode(encoding, "replace")
        try:
            return as_bytes(template.render({"value": value, **variables, **names}), encoding)
        except TemplateError as error:
            raise CallError("failed", f"the device's `{key}` cannot make a payload of this: {error}") from error

    return encoded


def as_bytes(text: str, encoding: str = "utf-8") -> bytes:
    """A rendered payload; text that spells a Python bytes literal stands for these bytes."""
    if text.startswith(("b'", 'b"')):
        try:
            literal = literal_eval(text)
        except (ValueError, SyntaxError):
            return text.encode(encoding, "replace")
        if isinstance(literal, bytes):
            return literal
    return text.encode(encoding, "replace")
