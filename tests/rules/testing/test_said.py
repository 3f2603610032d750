"""What the home answers to sentences, in tests that people write beside their rules."""

from pathlib import Path

import pytest

from homeserver.rules.testing.report import run_tests

RULES = """
- id: greet
  triggers: {trigger: conversation, command: "hello [there]"}
  actions:
    - set_conversation_response: "Hello, {{ states('input_text.name') }}."
- id: silent
  triggers: {trigger: conversation, command: be quiet}
  actions: []
"""
TEST = """
- test: It says hello
  when: [{{sentence: hello there}}, {{sentence: be quiet}}, {{sentence: what is this}}, {{sentence: hello}}]
  then: []
  said: {said}
"""
TOLD = "'Hello, unknown.', then 'Hello, unknown.'"


async def faults(tmp_path: Path, said: str) -> list[str]:
    (tmp_path / "a.yaml").write_text(RULES)
    (tmp_path / "a.test.yaml").write_text(TEST.format(said=said))
    report = await run_tests(tmp_path, tmp_path, [])
    return [*map(str, report.problems), *(fault for result in report.results for fault in result.faults)]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('["Hello, unknown.", "Hello, unknown."]', []),
        ('"Hello, unknown."', [f"'Hello, unknown.' was to be said, and {TOLD} was"]),
        ("[]", [f"nothing was to be said, and {TOLD} was"]),
        ("", [f"nothing was to be said, and {TOLD} was"]),
        ("[Hi, Hi]", [f"'Hi', then 'Hi' was to be said, and {TOLD} was"]),
    ],
)
async def test_answers_are_compared_in_order(tmp_path: Path, said: str, told: list[str]) -> None:
    assert await faults(tmp_path, said) == told


async def test_what_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    (told,) = await faults(tmp_path, "{a: b}")
    assert told.startswith("a.test.yaml:5: said: what the home answers is a text, or a list of texts")
