"""How long a search of the audit takes among many rows: `python -m tests.bench.audit [ROWS]`, a million if not said.

Prints milliseconds: median, 95th percentile and the longest for each kind of question, and for all; then rows a second
of writing, and seconds of verifying. Judges nothing.
"""

import asyncio
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homeserver.people.audit.entry import row_of
from homeserver.people.audit.seal import Seal
from homeserver.people.audit.search import find
from homeserver.people.audit.trail import Trail
from homeserver.people.words import AskAudit
from homeserver.runtime.store import Store
from homeserver.topics.audit import AuditEvent
from homeserver.topics.cause import Cause

GROUP = 5_000
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
WHO = [f"person.p{at}" for at in range(6)] + ["process.cli"]
RARE = "person.rare"


def event(at: int, dice: random.Random) -> AuditEvent:
    """A row as a home makes them: nine of ten are commands, one in 10,000 is of somebody rare."""
    who = RARE if at % 10_000 == 77 else dice.choice(WHO)
    cause = Cause(f"run-{at:x}", who)
    if dice.random() < 0.9:
        entity = f"light.room_{dice.randrange(300)}"
        details = {"entity": entity, "service": dice.choice(("turn_on", "turn_off"))}
        return AuditEvent("command", who, entity, where=f"192.0.2.{dice.randrange(250)}", details=details, cause=cause)
    kind, what = dice.choice([("call", "home.edit_entity"), ("call", "people.set_policy"), ("sign_in", "session")])
    return AuditEvent(kind, who, what, dice.choice(("ok", "ok", "ok", "refused")), "192.0.2.1", {"args": "name"}, cause)


def questions(rows: int, dice: random.Random) -> dict[str, dict[str, Any]]:
    """One of each kind, with other values each time."""
    since = BEGIN + timedelta(seconds=60 * dice.randrange(rows))
    hall = f"light.room_{dice.randrange(300)}"
    return {
        "latest": {},
        "who": {"who": dice.choice(WHO)},
        "rare who": {"who": RARE},
        "kind": {"kind": dice.choice(("call", "command", "sign_in"))},
        "entity": {"entity": hall},
        "entity and rare who": {"entity": hall, "who": RARE},
        "who, kind and outcome": {"who": dice.choice(WHO), "kind": "call", "outcome": "refused"},
        "a day": {"since": since, "until": since + timedelta(days=1)},
        "a day of somebody": {"since": since, "until": since + timedelta(days=1), "who": dice.choice(WHO)},
        "until, of somebody": {"until": since, "who": dice.choice(WHO), "kind": "sign_in"},
        "text": {"text": dice.choice(("policy", "turn_on", "192.0.2.7", "room_12"))},
        "text of somebody rare": {"text": "turn", "who": RARE},
        "nothing": {"text": "xyzzy"},
    }


async def main(rows: int) -> None:
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        migrations = Path(__file__).parents[2] / "homeserver" / "people" / "audit" / "migrations"
        async with Store.open(Path(folder) / "audit.db", migrations) as store:
            trail = await Trail.open(store, Seal(Path(folder)))
            await fill(trail, rows, dice)
            await ask(trail, rows, dice)
            began = time.perf_counter()
            _, mark, fault = await trail.verify()
            print(f"verified {mark.id} rows in {time.perf_counter() - began:.1f} s: {fault or 'whole'}")
        size = (Path(folder) / "audit.db").stat().st_size
        print(f"{size / 1e6:.0f} MB, {size / rows:.0f} bytes a row")


async def fill(trail: Trail, rows: int, dice: random.Random) -> None:
    began, first = time.perf_counter(), int(BEGIN.timestamp()) * 1_000_000
    for start in range(0, rows, GROUP):
        ats = range(start, min(rows, start + GROUP))
        made = [
            row_of(event(at, dice), "process.core", first + at * 60_000_000, trail.names, frozenset()) for at in ats
        ]
        await trail.append(made, {})
    print(f"wrote {rows / (time.perf_counter() - began):.0f} rows/s in groups of {GROUP}")


async def ask(trail: Trail, rows: int, dice: random.Random, rounds: int = 30) -> None:
    took: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, asked in questions(rows, dice).items():
            began = time.perf_counter()
            await find(trail.store, AskAudit(**asked), trail.names, None)
            took.setdefault(name, []).append((time.perf_counter() - began) * 1e3)
    for name, times in (*took.items(), ("all", [one for each in took.values() for one in each])):
        ordered = sorted(times)
        p95 = ordered[int(len(ordered) * 0.95)]
        print(f"{name:24} p50 {ordered[len(ordered) // 2]:7.2f}  p95 {p95:7.2f}  max {ordered[-1]:7.2f} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
