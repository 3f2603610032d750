"""Whatever a file holds, under whatever name: it is read or refused, with a place that there is."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.reading.book import Book
from homeserver.rules.reading.columns import column_of
from homeserver.rules.reading.rule_file import read_text
from homeserver.view.templates import Templates

TEMPLATES = Templates()
NAMES = st.sampled_from(("x.yaml", "scripts.yaml", "scenes.yaml", "packages/x.yaml", "timer.yaml", "templates.yaml"))
KEYS = st.sampled_from(
    (
        *("automation", "automation old", "script", "scene", "homeassistant", "packages", "input_boolean", "timer"),
        *(
            "group",
            "template",
            "sensor",
            "zone",
            "mqtt",
            "blueprint",
            "use_blueprint",
            "path",
            "input",
            "name",
            "domain",
        ),
        *("entities", "states", "platform", "sequence", "fields", "selector", "default", "triggers", "actions", "id"),
        *("alias", "light.a", "x"),
    )
)
TAGS = st.sampled_from(
    ("!input x", "!secret x", "!include x.yaml", "!include_dir_list x", "!env_var X y", "!ruby z", "!include [a]")
)
WORDS = st.sampled_from(("automation", "x.yaml", "template", "homeassistant", "light.turn_on", "{{ x }}", "on", ""))
PLAIN = st.none() | st.booleans() | st.integers() | WORDS.map(repr) | TAGS
DOCUMENTS = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=25
)


def flow(value: Any) -> str:
    match value:
        case None:
            return "null"
        case dict():
            return "{" + ", ".join(f"'{key}': {flow(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case bool():
            return str(value).lower()
    return str(value)


@given(NAMES, DOCUMENTS)
def test_any_document_is_read_or_refused(name: str, document: Any) -> None:
    text = flow(document)
    book = read_text(text, name, TEMPLATES, Path("/nowhere"), Book(written={}))
    lines = text.count("\n") + 1
    for problem in book.problems:
        assert problem.text
        assert problem.file == name
        assert 1 <= problem.line <= lines
        assert column_of(text, problem) >= 1
    for owned in book.owned:
        assert owned.fields.node is not None


@given(NAMES, st.text(alphabet="-: \n'\"{}[]ab&*!%|>#", max_size=60))
def test_any_text_in_a_package_is_read_or_refused(name: str, text: str) -> None:
    book = read_text(f"script:\n  a: {{sequence: []}}\n{text}", name, TEMPLATES)
    assert all(problem.line >= 1 for problem in book.problems)
