"""Faults that are sown into faultless rules are found, and nothing else is."""

import os
from collections import Counter
from pathlib import Path

import pytest

from homeserver.rules.check.check import told
from homeserver.rules.reading.problem import Problem
from tests.rules.check.seeds import GOOD, MORE, RULES, Seed, problems, seeds


def test_faultless_rules_have_no_problem() -> None:
    assert [str(problem) for problem in problems(RULES)] == []


@pytest.mark.parametrize("text", GOOD, ids=range(1, len(GOOD) + 1))
def test_what_only_looks_like_a_fault_is_none(text: str) -> None:
    assert [str(problem) for problem in problems(RULES + text)] == []


def test_sown_faults_are_found_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """At least 95 of a hundred: told at their line, or at the begin of the rule for what the rule lacks."""
    sown, caught, missed = Counter[str](), Counter[str](), []
    for seed in seeds():
        sown[seed.kind] += 1
        found = problems(seed.text)
        begin = seed.text.count("\n", 0, seed.text.rfind("\n- id:", 0, _start(seed)) + 1) + 1
        if any(not seed.line or abs(one.line - seed.line) <= 2 or one.line == begin for one in found):
            caught[seed.kind] += 1
        else:
            missed.append(f"{seed.kind}: {seed.what} (line {seed.line}; told: {[str(one) for one in found][:3]})")
    with capsys.disabled():
        print("\n" + ", ".join(f"{kind} {caught[kind]}/{count}" for kind, count in sown.items()))
        print("\n".join(missed))
    assert len(sown) >= 10
    assert sum(sown.values()) >= 100
    assert sum(caught.values()) / sum(sown.values()) >= 0.95


def _start(seed: Seed) -> int:
    return sum(len(line) + 1 for line in seed.text.split("\n")[: seed.line])


@pytest.mark.parametrize("kind", list(MORE))
def test_what_only_the_whole_tells_has_its_own_code(kind: str) -> None:
    for text in MORE[kind]:
        assert kind in [problem.code for problem in problems(RULES + text)], text


@pytest.mark.timeout(20)
def test_a_file_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    [row] = told([Problem("pipe.yaml", 0, "", "", "it is no file")], tmp_path)
    assert row["text"] == "it is no file"
