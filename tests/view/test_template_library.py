"""Files of macros that templates import: bounded as templates are, whatever they hold."""

from pathlib import Path

import pytest

from homeserver.view.template_library import MOST, read_library
from homeserver.view.templates import TemplateError, Templates

MATHS = (
    "{% set factor = 2 %}{% macro twice(x) %}{{ x * factor }}{% endmacro %}{% macro who() %}{{ name }}{% endmacro %}"
)


def knowing(**files: str) -> Templates:
    templates = Templates()
    assert templates.learn({f"{name}.jinja": text for name, text in files.items()}) == {}
    return templates


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{% from 'maths.jinja' import twice %}{{ twice(4) }}", "8"),
        ("{% from 'maths.jinja' import twice as t %}{{ [1, 2] | map('apply', t) | list }}", "['2', '4']"),
        ("{% import 'maths.jinja' as maths %}{{ maths.twice(3) }} {{ maths.factor }}", "6 2"),
        ("{% from 'maths.jinja' import who with context %}{{ who() }}", "Anna"),
        ("{% from 'maths.jinja' import who %}{{ who() }}", ""),
        ("{% include 'hello.jinja' %}", "Hello Anna at 5.0"),
        ("{% include 'none.jinja' ignore missing %}x", "x"),
        ("{% include ['none.jinja', 'hello.jinja'] %}", "Hello Anna at 5.0"),
        ("{% set which = 'maths' %}{% import which ~ '.jinja' as m %}{{ m.twice(1) }}", "2"),
    ],
)
def test_is_imported_and_included(text: str, result: str) -> None:
    templates = knowing(maths=MATHS, hello="Hello {{ name }} at {{ '5' | float }}")
    assert templates.compile(text).render({"name": "Anna"}) == result


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "{% import 'math.jinja' as m %}",
            "no 'math.jinja' in the folder custom_templates; did you mean 'maths.jinja'",
        ),
        ("{% include ['a', 'b'] %}", "there is no 'a, b'"),
        ("{% import 'maths.jinja' as m %}{{ m }}", "use its macros"),
        ("{% import 'maths.jinja' as m %}{{ [m] }}", "use its macros"),
        ("{% import 'maths.jinja' as m %}{{ m._body_stream }}", "may not use"),
        ("{% include 'itself.jinja' %}", "nests or calls itself too deeply|takes more than"),
        ("{% import 'ring.jinja' as m %}", "nests or calls itself too deeply|takes more than"),
        ("{% from 'loop.jinja' import f %}{{ f() }}", "takes more than"),
        ("{% for i in range(9999) %}{% include 'long.jinja' %}{% endfor %}", "longer than 64 KiB|writes more than"),
        ("{% set x %}{% for i in range(9999) %}{% include 'long.jinja' %}{% endfor %}{% endset %}", "writes more than"),
        (
            "{% for i in range(9999) %}{% for j in range(9999) %}{% include 'empty.jinja' %}{% endfor %}{% endfor %}",
            "takes",
        ),
    ],
)
def test_ends_and_stays_small(text: str, words: str) -> None:
    templates = knowing(
        maths=MATHS,
        itself="{% include 'itself.jinja' %}",
        ring="{% import 'gnir.jinja' as r %}",
        gnir="{% import 'ring.jinja' as r %}",
        loop="{% macro f() %}" + "{% for i in range(9999) %}" * 2 + "{{ i }}{% endfor %}{% endfor %}{% endmacro %}",
        long="x" * 10_000,
        empty="",
    )
    with pytest.raises(TemplateError, match=words):
        templates.compile(text).render({})


def test_a_bad_file_is_left_out_and_the_others_serve() -> None:
    templates = Templates()
    faults = templates.learn({"bad.jinja": "\n{{ x | flaot }}", "good.jinja": "{% macro f() %}1{% endmacro %}"})
    assert {name: (error.line, error.text) for name, error in faults.items()} == {
        "bad.jinja": (2, "there is no filter 'flaot'; did you mean float?")
    }
    assert templates.compile("{% from 'good.jinja' import f %}{{ f() }}").render({}) == "1"
    assert list(templates.learn({"long.jinja": "{{ " + " ~ ".join("1" * 25_000) + " }}"})) == ["long.jinja"]
    with pytest.raises(TemplateError, match="there is no 'good"):
        templates.compile("{% from 'good.jinja' import f %}{{ f() }}").render({})


def test_reads_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "custom_templates"
    (folder / "in").mkdir(parents=True)
    (folder / "a.jinja").write_text("a")
    (folder / "in" / "b.jinja").write_text("ü")
    (folder / "c.txt").write_text("c")
    (folder / "d.jinja").write_bytes(b"\xff\xfe")
    (folder / "e.jinja").mkdir()
    found, faults = read_library(tmp_path)
    assert found == {"a.jinja": "a", "in/b.jinja": "ü"}
    assert [name for name, _ in faults] == ["d.jinja", "e.jinja"]
    for number in range(MOST):
        (folder / f"x{number:03}.jinja").write_text("")
    assert any("more than" in text for _, text in read_library(tmp_path)[1])


def test_no_folder_is_no_fault(tmp_path: Path) -> None:
    assert read_library(tmp_path) == ({}, [])
