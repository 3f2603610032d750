"""Real automations at work: a home has what a file names, all happens that its rules wait for, and actions come out.

Each automation acted, did nothing, or failed; for the latter two the reason is told. Files: see `test_corpus.py`.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from homeserver.rules.reading.rule_file import Book, read_text
from homeserver.rules.reading.yaml_source import Map, read
from tests.rules.corpus import instance
from tests.rules.corpus_home import House, Seen
from tests.rules.test_corpus import FILES, pytestmark

GOAL = 0.9
"""Share of the automations that must do something."""
pytestmark = [*pytestmark, pytest.mark.proof, pytest.mark.timeout(900)]


async def seen_of(path: Path, folder: Path) -> list[Seen]:
    """What the automations of one file do."""
    text = path.read_text()
    root, source = read(text).root, text
    if isinstance(root, Map) and "blueprint" in root:
        place = folder / "rules" / "blueprints" / "automation"
        place.mkdir(parents=True)
        (place / path.name).write_text(text)
        source = instance(root, path.name)
    async with House(folder, source, text) as house:
        book = read_text(source, "test.yaml", house.stage.rules.engine.templates, folder / "rules", Book(written={}))
        return await house.seen(book.written or {})


async def test_actions_come_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], portion: Callable[[int], int]
) -> None:
    found: list[tuple[str, Seen]] = []
    files = sorted(FILES.rglob("*.yaml"))
    for number, path in enumerate(files[:: len(files) // portion(len(files))]):
        found += [(path.name, seen) for seen in await seen_of(path, tmp_path / str(number))]
    outcomes = Counter(seen.outcome for _, seen in found)
    reasons = Counter(f"{seen.outcome}: {_plain(seen.why)}" for _, seen in found if seen.outcome != "acted")
    triggers, fired = (sum(getattr(seen, name) for _, seen in found) for name in ("triggers", "fired"))
    with capsys.disabled():
        print(f"\n{len(found)} automations: {dict(outcomes)}; {fired} of {triggers} triggers fired by what happened")
        print(f"{sum(seen.skipped for _, seen in found)} were told to fire, whatever their conditions say")
        print("\n".join(f"{count:5} {reason}" for reason, count in reasons.most_common(40)))
    assert found
    # Of a tenth of the files each automation weighs much: a few that wait for what no home does are no regression.
    assert outcomes["acted"] / len(found) >= (GOAL if len(found) > 150 else 0.75)


def _plain(text: str) -> str:
    return re.sub(r"template line \d+: ", "", text)[:110]
