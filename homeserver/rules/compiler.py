"""What compiling a rule needs at hand: templates, the place in the file, and somewhere to put faults."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from homeserver.rules.program import Program
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import Code, RuleError
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged
from homeserver.topics.priority import UNSAID
from homeserver.view.templates import Template, TemplateError, Templates

if TYPE_CHECKING:
    from homeserver.rules.conditions.condition import Leaf


class Compiler:
    """One for each rule. Faults in different triggers, conditions and actions are all told, not only the first."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self.program = Program()
        self.loops = 0
        self.about = False
        """Whether a template may look at `this` or `context`, which are not made otherwise."""
        self.leaves: list[Leaf] = []
        """Every check of a condition, in the order of the rule."""
        self.line_of: Callable[[int], int] | None = None
        self.weight = UNSAID
        """What commands weigh of which an action says nothing."""
        self.faults: list[RuleError] = []
        self.warnings: list[RuleError] = []

    def shown(self, place: int) -> int:
        """The line that people are told for a place: the same, save for what came from another file."""
        return place if self.line_of is None else self.line_of(place)

    def warn(self, text: str, line: int, way: str, code: Code = "unknown") -> None:
        """Tell of something that does not keep the rule from running."""
        self.warnings.append(RuleError(text, line, way, code))

    def template(self, text: str, line: int, way: str) -> Template:
        """Compile; raises `RuleError` with the line in the file."""
        self.about = self.about or "this" in text or "context" in text
        try:
            return self.templates.compile(text)
        except TemplateError as error:
            raise RuleError(error.text, line + error.line - 1, way, "template") from error

    def template_in(self, fields: Fields, name: str) -> Template | None:
        """The template in a field, if the field is there."""
        value = fields.take(name)
        if value is None:
            return None
        if isinstance(value, Map | Seq):
            raise fields.wrong(f"{name} must be a template", name)
        return self.template(str(value), fields.line(name), fields.where(name))

    def data(self, value: Any, line: int, way: str) -> Any:
        """Any value with its texts compiled: what has no template in it stays as it is."""
        match value:
            case Tagged():
                raise value.refusal(way)
            case str() if "{" in value:
                template = self.template(value, line, way)
                return value if template.static else template
            case Map():
                return {key: self.data(part, value.lines[key], f"{way}.{key}") for key, part in value.items()}
            case Seq():
                rows = zip(value, value.lines, strict=True)
                return [self.data(part, at, f"{way}[{number}]") for number, (part, at) in enumerate(rows)]
            case _:
                return value

    def enabled(self, fields: Fields) -> bool:
        """`enabled`, which may be a template that needs nothing of the home."""
        value = fields.take("enabled")
        if not isinstance(value, str) or "{" not in value:
            return fields.flag("enabled", True)
        template = self.template(value, fields.line("enabled"), fields.where("enabled"))
        try:
            return truth(template.render({}))
        except TemplateError as error:
            raise fields.wrong(f"{error.text} (enabled is looked at once, when the rule is read)", "enabled") from error


def truth(text: str) -> bool:
    """Whether a rendered condition holds: only the word true does, in any case."""
    return text.lower() == "true"


def is_dynamic(value: Any) -> bool:
    """Whether compiled data holds a template."""
    if isinstance(value, Template):
        return True
    if isinstance(value, Mapping):
        return any(map(is_dynamic, value.values()))
    return isinstance(value, list) and any(map(is_dynamic, value))


def rendered(value: Any, variables: Mapping[str, Any]) -> Any:
    """Compiled data with its templates rendered to the values that they spell."""
    if isinstance(value, Template):
        return value.render_native(variables)
    if isinstance(value, Mapping):
        return {key: rendered(part, variables) for key, part in value.items()}
    if isinstance(value, list):
        return [rendered(part, variables) for part in value]
    return value
