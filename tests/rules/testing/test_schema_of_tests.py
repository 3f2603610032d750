"""The schema of files of tests: it is a schema, marks what is wrong, and never marks what is read."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from homeserver.rules.reading.yaml_source import read
from homeserver.rules.testing.rule_test import STEPS, read_tests
from homeserver.rules.testing.schema_of_tests import schema_of_tests
from tests.rules.test_editor_schema import plain
from tests.rules.testing import test_layout, test_report

ROOT = Path(__file__).parents[3]
VALIDATOR = Draft202012Validator(schema_of_tests())
SHIPPED = sorted((ROOT / "rules").rglob("*.test.yaml"))
WRITTEN = [test_layout.EVENING, test_layout.DOORS, test_report.DARK, test_report.FILM, "", "- {test: 5, then: []}"]
WRONG = [
    "test: one",
    "- test: one",
    "- {test: one, then: [], gvien: {}}",
    "- {test: one, then: [], given: {hall: 'on'}}",
    "- {test: one, then: [], where: {light.a: {aera: hall}}}",
    "- {test: one, then: [], devices: {lamp: {device: other}}}",
    "- {test: one, then: [], when: [{sleep: 5}]}",
    "- {test: one, then: [], when: [{tag: a, data: {}}]}",
    "- {test: one, then: [{light.turn_on: light.a, light.turn_off: light.b}]}",
]


def fits(text: str) -> bool:
    return VALIDATOR.is_valid(plain(read(text).root))


def test_is_a_schema_and_knows_every_step() -> None:
    Draft202012Validator.check_schema(schema_of_tests())
    values = {"set": "{light.a: 'on'}", "wait": "5", "home": "start"}
    for kind in STEPS:
        assert fits(f"- {{test: one, then: [], when: [{{{kind}: {values.get(kind, 'a')}}}]}}"), kind


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_what_is_shipped_fits(path: Path) -> None:
    assert fits(path.read_text())


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_read_fits(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.test.yaml").write_text(text)
    assert read_tests(tmp_path / "x.test.yaml", "x")[1] == []
    assert fits(text)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_marked_and_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.test.yaml").write_text(text)
    assert read_tests(tmp_path / "x.test.yaml", "x")[1] != []
    assert not fits(text)
