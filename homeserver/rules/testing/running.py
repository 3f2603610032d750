"""Runs tests on the stage and compares what was told with what was expected."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from homeserver.rules.program import RunError
from homeserver.rules.reading.problem import Problem, nearest
from homeserver.rules.rule import Compiled
from homeserver.rules.testing.rule_test import Expected, RuleTest, Step, read_tests, subject
from homeserver.rules.testing.scenery import Told
from homeserver.rules.testing.stage import Stage
from homeserver.runtime.clock import settle
from homeserver.topics.record import record

EARLY: Final = 0.5
"""Seconds by which a command may be off its `after`."""
_ENDING: Final = (".test.yaml", ".test.yml")


@record
class Result:
    """What came of one test; `faults` are empty where it passed."""

    test: RuleTest
    faults: tuple[str, ...]
    seconds: float


def files_of_tests(path: Path) -> list[Path]:
    """The files of tests in a folder and below, or the one that is meant."""
    if path.is_file():
        beside = [path.with_name(path.stem + end) for end in _ENDING]
        return [path] if path.name.endswith(_ENDING) else [each for each in beside if each.exists()]
    return sorted(each for each in path.rglob("*") if each.name.endswith(_ENDING) and not each.name.startswith("."))


def load(root: Path, files: Iterable[Path]) -> tuple[list[RuleTest], list[Problem]]:
    """All tests of some files."""
    tests: list[RuleTest] = []
    problems: list[Problem] = []
    for path in files:
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        found, wrong = read_tests(path, name)
        tests += found
        problems += wrong
    return tests, problems


def taking_part(test: RuleTest, stage: Stage, root: Path) -> dict[str, Compiled]:
    """The rules and scripts that a test is about; raises `RunError` where one that it names is not there."""
    book = stage.rules.book
    known = book.rules | {f"script.{id}": script for id, script in book.scripts.items()}
    if test.rules:
        for id in test.rules:
            if id not in known:
                raise RunError(f"there is no rule {id!r} that runs{nearest(id, known)}")
        return {id: known[id] for id in test.rules}
    about = subject(root / test.file)
    name = about.relative_to(root).as_posix()
    if not about.exists():
        return dict(known)
    return {id: compiled for id, compiled in known.items() if compiled.file == name}


async def run_test(test: RuleTest, stage: Stage, rules: Mapping[str, Compiled]) -> Result:
    """One test from an empty stage to the comparison."""
    loop = asyncio.get_running_loop()
    begun, errors = loop.time(), len(stage.witness.errors)
    stage.scenery.obeys = test.obeys
    try:
        await stage.begin(test.at, rules, test.given, test.answers, test.layout)
        for step in test.steps:
            await _take(step, stage, test)
        faults = compared(test.then, stage.told) + answered(test.said, stage.said())
    except RunError as error:
        faults = [str(error)]
    if faults:
        faults += [f"meanwhile: {text}" for text in dict.fromkeys(stage.witness.errors[errors:])]
    return Result(test, tuple(faults), loop.time() - begun)


async def _take(step: Step, stage: Stage, test: RuleTest) -> None:
    value, beside = step.value, step.beside
    match step.kind:
        case "set":
            for entity_id, (state, attributes) in value.items():
                stage.become(entity_id, state, attributes)
            await settle()
        case "wait":
            await stage.wait(value)
        case "until":
            await stage.wait(_until(str(value), stage))
        case "event":
            stage.scenery.event(str(value), beside["data"] or {})
            await settle()
        case "tag":
            stage.scenery.device("tag_scanned", None, {"tag_id": str(value)})
            await settle()
        case "button":
            stage.scenery.device("device_trigger", beside["device_id"], {"type": value, "subtype": beside["subtype"]})
            await settle()
        case "sentence":
            await stage.sentence(str(value))
        case "home":
            await stage.happen("home", str(value))
        case "mqtt":
            await stage.publish(str(value), str(beside["payload"]))
        case "call":
            await stage.command(str(value), dict(beside["data"] or {}))
        case "run":
            await stage.run(str(value), dict(beside["variables"] or {}))


def _until(text: str, stage: Stage) -> float:
    """Seconds until a time of day comes next, or a moment."""
    now = stage.clock.now().astimezone(stage.engine.zone)
    try:
        if len(text) > len("00:00:00"):
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=stage.engine.zone)
        else:
            clock = datetime.strptime(text if text.count(":") == 2 else f"{text}:00", "%H:%M:%S")  # noqa: DTZ007
            moment = now.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
            moment += timedelta(days=moment <= now)
    except ValueError as error:
        raise RunError(f"until must be a time such as 07:30 or 2026-01-05 07:30, not {text!r}") from error
    seconds = moment.timestamp() - now.timestamp()  # of one zone they would be told apart by the clock on the wall
    if seconds < 0:
        raise RunError(f"until {text}: that is over at {now:%Y-%m-%d %H:%M:%S}")
    return seconds


# -- comparing


def compared(then: Sequence[Expected], told: Sequence[Told]) -> list[str]:
    """Where what was told differs from what was expected: one sentence for each."""
    faults = []
    for number, expected in enumerate(then):
        if number >= len(told):
            faults.append(f"line {expected.line}: {_wanted(expected)} was expected, and nothing more came")
            break
        if differs := _difference(expected, told[number]):
            faults.append(f"line {expected.line}: {_wanted(expected)} was expected, but {differs}")
            break
    else:
        faults += [f"{_shown(each)} came, and was not expected" for each in told[len(then) :]]
    return faults


def answered(expected: Sequence[str] | None, said: Sequence[str]) -> list[str]:
    """Where what the home answered to sentences differs from what was expected; None: anything will do."""
    if expected is None or list(expected) == list(said):
        return []
    return [f"{_quoted(expected)} was to be said, and {_quoted(said)} was"]


def _quoted(said: Sequence[str]) -> str:
    return ", then ".join(map(repr, said)) or "nothing"


def _difference(expected: Expected, told: Told) -> str:
    if (expected.name, expected.entity_id or told.entity_id) != (told.name, told.entity_id):
        return f"{_shown(told)} came"
    for name, value in expected.data.items():
        if told.data.get(name) != value:
            return f"{name} was {told.data.get(name)!r}"
    if expected.after is not None and abs(told.at - expected.after) > EARLY:
        return f"it came after {told.at:g} s"
    return ""


def _wanted(expected: Expected) -> str:
    parts = [expected.entity_id, *(f"{name}: {value}" for name, value in expected.data.items())]
    when = f" after {expected.after:g} s" if expected.after is not None else ""
    return f"{expected.name} {', '.join(filter(None, parts))}".strip() + when


def _shown(told: Told) -> str:
    parts: list[Any] = [told.entity_id, *(f"{name}: {value}" for name, value in told.data.items())]
    return f"{told.name} {', '.join(map(str, filter(None, parts)))}".strip() + f" after {told.at:g} s"
