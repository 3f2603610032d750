"""Macros beside the rules can be imported by templates, as Home Assistant documents for `custom_templates`."""

import os
from pathlib import Path

from homeserver.rules.reading.folder import Folder
from homeserver.rules.reading.macros import Macros
from homeserver.view.templates import Templates

RULE = """
- id: tell
  triggers: {trigger: state, entity_id: light.hall}
  actions:
    - action: notify.me
      data:
        message: "{% from 'words.jinja' import greet %}{{ greet('Anna') }}"
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / "custom_templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_macros_are_found_and_followed(tmp_path: Path) -> None:
    templates, macros = Templates(), Macros(tmp_path)
    assert not macros.changed()
    path = write(tmp_path, "words.jinja", "{% macro greet(name) %}Hello {{ name }}{% endmacro %}")
    write(
        tmp_path,
        "more/inner.jinja",
        "{% from 'words.jinja' import greet %}{% macro g() %}{{ greet('B') }}{% endmacro %}",
    )
    assert macros.changed()
    assert macros.teach(templates) == []
    assert not macros.changed()
    template = templates.compile("{% from 'words.jinja' import greet %}{{ greet('Anna') }}")
    assert template.render({}) == "Hello Anna"
    assert templates.compile("{% import 'more/inner.jinja' as i %}{{ i.g() }}").render({}) == "Hello B"
    path.write_text("{% macro greet(name) %}Good day {{ name }}{% endmacro %}")
    os.utime(path, (1, 1))
    macros.teach(templates)
    assert template.render({}) == "Good day Anna"  # the compiled template finds the new one


def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, "bad.jinja", "\n\n{% macro x() %}")
    write(tmp_path, "large.jinja", "x" * 300_000)
    problems = Macros(tmp_path).teach(Templates())
    assert [(problem.file, problem.line) for problem in problems] == [
        ("custom_templates/large.jinja", 1),
        ("custom_templates/bad.jinja", 3),
    ]
    assert "longer than 256 KiB" in problems[0].text


async def test_the_folder_teaches_them(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULE)
    write(tmp_path, "words.jinja", "{% macro greet(name) %}Hello {{ name }}{% endmacro %}")
    templates, folder = Templates(), Folder(tmp_path)
    book = await folder.read(templates)
    assert list(book.rules) == ["tell"], book.problems
    assert not folder.changed()
    assert templates.compile("{% include 'words.jinja' %}").render({}) == ""
    write(tmp_path, "bad.jinja", "{% macro %}")
    assert folder.changed()
    assert [problem.file for problem in (await folder.read(templates)).problems] == ["custom_templates/bad.jinja"]
