"""What is gone is forgotten one day, but never what people said a word about."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from homeserver.home import retention
from homeserver.home.device import Described, Details
from homeserver.home.journal import Journal, Kind, imported
from homeserver.home.registry import Registry
from homeserver.home.retention import KEPT, Retention
from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from tests.home.stage import Stage

DAY = 86_400.0
START = 1_800_000_000.0


class Memory:
    """A registry with lamps that are there or gone, each on a device of its own."""

    def __init__(self, turn: Turn) -> None:
        self.journal = Journal(turn)
        self.registry = Registry(turn, self.journal)
        self.retention = Retention(turn, self.registry, self.journal)

    def announce(self, *names: str) -> None:
        for name in names:
            device, _ = self.registry.device(Described((f"id:{name}",), Details(name=name)))
            self.registry.assign("light", name, f"homeassistant/light/{name}/config", name, device.own)

    def leave(self, *names: str) -> None:
        for name in names:
            self.registry.leave(f"light.{name}")

    def say(self, kind: Kind, of: str, /, **words: object) -> None:
        self.journal.do([self.journal.step(kind, of, words or None)], 0.0, "me")

    @property
    def known(self) -> set[str]:
        return {own.removeprefix("light.") for own in self.registry.rows} | {
            f"({own})" for own in self.registry.devices
        }


Memories = Callable[[], AbstractContextManager[Memory]]


@pytest.fixture
def memory(tmp_path: Path) -> Memories:
    @contextmanager
    def opened() -> Iterator[Memory]:
        with Ledger.open(tmp_path / "home.db", MIGRATIONS) as ledger:
            turn = Turn(ledger)
            yield Memory(turn)
            turn.end()

    return opened


async def test_what_nobody_said_a_word_about_goes_after_half_a_year_with_its_device(memory: Memories) -> None:
    with memory() as one:
        one.announce("stays", "back", "gone", "named", "placed", "undone", "awaited")
        one.say("entity", "light.named", name="Mine")
        one.say("device", "placed", area_id="attic")
        one.say("entity", "light.undone", name="Mine")
        one.say("entity", "light.undone")
        one.say("imported", imported("light", "awaited"), own="light.awaited", words={})
        one.leave("back", "gone", "named", "placed", "undone", "awaited")
        everything = one.known
        one.retention.sweep(0.0)  # a clock that was not set yet
        one.retention.sweep(START)
    with memory() as one:
        one.retention.sweep(START + 100 * DAY)
        one.announce("back")
        one.retention.sweep(START + 101 * DAY)
        one.leave("back")
        one.retention.sweep(START + 102 * DAY)
        one.retention.sweep(START + KEPT - DAY)
        assert one.known == everything
        one.retention.sweep(START + KEPT)
        assert everything - one.known == {"gone", "(gone)", "placed"}
        one.retention.sweep(START + 102 * DAY + KEPT)
        assert everything - one.known == {"gone", "(gone)", "placed", "back", "(back)"}
    with memory() as one:
        assert everything - one.known == {"gone", "(gone)", "placed", "back", "(back)"}
        one.announce("gone")
        assert one.registry.entities["light.gone"].own == "light.gone"


async def test_of_too_many_those_go_first_that_are_gone_for_longest(
    memory: Memories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST", 2)
    with memory() as one:
        for day, name in enumerate(("a", "b", "c", "d")):
            one.announce(name)
            if name == "a":
                one.say("entity", "light.a", icon="mdi:lamp")
            one.leave(name)
            one.retention.sweep(START + day * DAY)
        assert one.known == {"a", "(a)", "c", "(c)", "d", "(d)"}


async def test_when_a_device_was_heard_is_known_as_long_as_the_device(stage: Stage) -> None:
    """A home forgets by itself, with all that it keeps of a device."""
    device = {"identifiers": ["lab"], "name": "Lab"}
    await stage.announce("light", {"unique_id": "u", "command_topic": "a/set", "device": device}, "lab")
    await stage.virtual.advance(300)
    heard = "SELECT device_id FROM heard"
    assert [row["device_id"] for row in stage.home.turn.ledger.fetch(heard)] == ["lab"]
    await stage.report("homeassistant/light/lab/config", "", retain=True)
    await stage.virtual.advance(300)
    stage.home.retention.sweep(stage.virtual.now().timestamp() + KEPT)
    await stage.virtual.advance(300)
    assert stage.home.registry.devices == {}
    for table in ("heard", "gone", "entity", "device", "device_key"):
        assert stage.home.turn.ledger.fetch(f"SELECT * FROM {table}") == []
