"""What leaves for the broker: windows of states, what is kept for a reconnect, and for how long."""

from collections.abc import Callable

import orjson
import pytest

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.codec import encode
from homeserver.runtime.outgoing import BUSY, WINDOW, Outgoing
from homeserver.topics.entity import COMMAND, Command
from tests.runtime.spoken import EVENT, STATE, Word


class Recorder:
    """A wire that notes what it is given; acknowledges only when told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, int, bool]] = []
        self.acks: list[Callable[[], None]] = []
        self.flushes = 0

    def publish(
        self, address: str, payload: bytes, qos: int, retain: bool, on_ack: Callable[[], None] | None = None
    ) -> None:
        self.sent.append((address, payload, qos, retain))
        if on_ack is not None:
            self.acks.append(on_ack)

    def flush(self) -> None:
        self.flushes += 1

    def texts(self) -> list[str]:
        return [orjson.loads(payload)["text"] if payload else "" for _, payload, _, _ in self.sent]


@pytest.fixture
def wire() -> Recorder:
    return Recorder()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def outgoing(wire: Recorder, clock: VirtualClock) -> Outgoing:
    made = Outgoing(wire, clock, "run", "homeserver")  # type: ignore[arg-type]  # only `publish` is used
    made.connected()
    made.release()
    return made


def state(outgoing: Outgoing, text: str, name: str = "hall") -> None:
    outgoing.say(STATE, f"entity/light/{name}/state", Word(text))


async def test_the_first_state_goes_at_once_the_last_at_the_end_of_the_window(
    outgoing: Outgoing, wire: Recorder, clock: VirtualClock
) -> None:
    for text in "abc":
        state(outgoing, text)
    await settle()
    assert wire.texts() == ["a"]
    await clock.advance(WINDOW)
    assert wire.texts() == ["a", "c"]
    await clock.advance(WINDOW)
    state(outgoing, "d")
    await settle()
    assert wire.texts() == ["a", "c", "d"], "after a silence the next one goes at once"


async def test_each_address_has_a_window_of_its_own(outgoing: Outgoing, wire: Recorder) -> None:
    state(outgoing, "a", "hall")
    state(outgoing, "b", "desk")
    await settle()
    assert wire.texts() == ["a", "b"]


async def test_the_window_is_stretched_under_load(outgoing: Outgoing, wire: Recorder, clock: VirtualClock) -> None:
    for turn in range(2):
        for number in range(BUSY + 1):
            state(outgoing, str(turn), f"lamp_{number}")
    await clock.advance(WINDOW)
    assert len(wire.sent) == 2 * (BUSY + 1)
    state(outgoing, "late", "lamp_0")
    await clock.advance(4 * WINDOW)
    assert len(wire.sent) == 2 * (BUSY + 1), "the next window is five times as long"
    await clock.advance(WINDOW)
    assert wire.texts()[-1] == "late"


async def test_an_event_is_kept_until_it_is_acknowledged(outgoing: Outgoing, wire: Recorder) -> None:
    outgoing.say(EVENT, "event/spoke/process.core", Word("one"))
    outgoing.say(EVENT, "event/spoke/process.core", Word("two"))
    await settle()
    wire.acks[0]()
    outgoing.lost()
    outgoing.say(EVENT, "event/spoke/process.core", Word("three"))
    await settle()
    wire.sent.clear()
    outgoing.connected()
    assert wire.sent == [], "those who hear have to be back first"
    outgoing.release()
    assert wire.texts() == ["two", "three"]


async def test_a_command_that_has_outlived_its_ttl_is_not_said_again(
    outgoing: Outgoing, wire: Recorder, clock: VirtualClock
) -> None:
    outgoing.lost()
    outgoing.say(COMMAND, "entity/cover/garage/command/process.core", Command("1", "open_cover", ttl=30))
    await clock.advance(31)
    outgoing.connected()
    outgoing.release()
    assert wire.sent == []


async def test_the_time_that_a_command_waited_is_off_its_ttl(
    outgoing: Outgoing, wire: Recorder, clock: VirtualClock
) -> None:
    outgoing.lost()
    outgoing.say(COMMAND, "entity/cover/garage/command/process.core", Command("1", "open_cover", ttl=30))
    await clock.advance(29)
    outgoing.connected()
    outgoing.release()
    assert [orjson.loads(payload)["ttl"] for _, payload, _, _ in wire.sent] == [pytest.approx(1)]


async def test_what_is_on_its_way_is_not_said_twice(outgoing: Outgoing, wire: Recorder) -> None:
    outgoing.say(EVENT, "event/spoke/process.core", Word("one"))
    await settle()
    outgoing.release()
    assert wire.texts() == ["one"]


async def test_a_retraction_said_without_a_connection_is_made_up_for(outgoing: Outgoing, wire: Recorder) -> None:
    outgoing.lost()
    outgoing.say(STATE, "entity/light/hall/state", None)
    await settle()
    outgoing.connected()
    assert wire.sent == [("homeserver/entity/light/hall/state", b"", 0, True)]


async def test_what_the_broker_holds_already_is_not_sent_once(outgoing: Outgoing, wire: Recorder) -> None:
    outgoing.held["entity/light/hall/state"] = encode(Word("on"), "earlier", 7)
    for text in ("on", "off", "on"):
        state(outgoing, text)
        await settle()
        outgoing._end_window()
    assert wire.texts() == ["off", "on"]


async def test_a_connection_that_was_lost_may_have_led_to_another_broker(outgoing: Outgoing, wire: Recorder) -> None:
    outgoing.held["entity/light/hall/state"] = encode(Word("on"), "earlier", 7)
    outgoing.lost()
    outgoing.connected()
    state(outgoing, "on")
    await settle()
    assert wire.texts() == ["on"]


async def test_a_copy_for_watching_is_not_kept(outgoing: Outgoing, wire: Recorder) -> None:
    outgoing.say(COMMAND, "entity/light/hall/command/process.core", Command("1", "turn_on"), for_watching=True)
    await settle()
    assert [(qos, retain) for _, _, qos, retain in wire.sent] == [(0, False)]
    outgoing.lost()
    outgoing.connected()
    outgoing.release()
    assert len(wire.sent) == 1


@pytest.mark.parametrize("value", [2**70, "\ud800", object()])
async def test_what_json_cannot_hold_is_told_and_holds_up_nothing(
    outgoing: Outgoing, wire: Recorder, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    outgoing.say(EVENT, "event/spoke/process.core", Command("1", "x", {"value": value}))
    outgoing.say(EVENT, "event/spoke/process.core", Word("next"))
    await settle()
    assert wire.texts() == ["next"]
    assert "event/spoke/process.core cannot be said" in caplog.text
