"""The bus contract: what holds on the broker in memory, on amqtt and on Mosquitto alike."""

import asyncio

import orjson

from homeserver.runtime.heard import Heard
from homeserver.topics.entity import COMMAND, Command
from homeserver.topics.process import PROCESS_STATUS, ProcessStatus
from tests.runtime.ground import Buses, Ground, until
from tests.runtime.spoken import EVENT, STATE, Ear, Word, listen, say, says_states


async def test_a_refused_login_is_not_connected(buses: Buses) -> None:
    bus = buses.make("core", "process.stranger")
    await bus.open()
    await until(lambda: bus.fault)
    assert "does not accept the login process.stranger" in bus.fault
    assert not bus.up.is_set()


async def test_a_state_reaches_a_hearer_in_the_same_process_at_once_as_the_object_itself(buses: Buses) -> None:
    bus = await buses.open("core", says_states)
    ear = listen(bus, STATE)
    word = Word("on")
    bus.say(STATE, word, ("light", "hall"))
    assert ear.heard[0][0] is word


async def test_a_state_reaches_another_process_once_and_its_speaker_hears_no_echo(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    own = listen(core, STATE)
    other = await buses.open("other")
    far = listen(other, STATE)
    say(core, "on")
    await until(lambda: far.heard)
    say(core, "off")
    await until(lambda: len(far.heard) == 2)
    assert far.texts == ["on", "off"]
    assert own.texts == ["on", "off"]
    assert not far.heard[1][1].snapshot


async def test_states_said_while_a_hearer_was_away_arrive(buses: Buses, ground: Ground) -> None:
    core = await buses.open("core", says_states)
    other = await buses.open("other")
    ear = listen(other, STATE)
    say(core, "one")
    await until(lambda: ear.texts == ["one"])
    await ground.cut("other", other._wire)
    await until(lambda: not other.up.is_set())
    say(core, "two")
    await until(lambda: ear.texts == ["one", "two"])
    assert not ear.heard[1][1].snapshot, "a difference after a reconnect is a change"


async def test_a_state_taken_away_while_a_hearer_was_away_is_heard_as_gone(buses: Buses, ground: Ground) -> None:
    core = await buses.open("core", says_states)
    other = await buses.open("other")
    ear = listen(other, STATE)
    say(core, "one")
    await until(lambda: ear.texts == ["one"])
    await ground.cut("other", other._wire)
    await until(lambda: not other.up.is_set())
    say(core, None)
    await until(lambda: ear.texts == ["one", None])


async def test_what_was_there_before_is_a_snapshot_complete_before_sync_returns(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    count = 15_000
    for number in range(count):
        say(core, str(number), f"lamp_{number}")
        if number % 500 == 499:
            await asyncio.sleep(0.01)
    last = listen(await buses.open("third"), STATE, object_id=f"lamp_{count - 1}")
    await until(lambda: last.heard, 30)
    other = await buses.open("other")
    ear = listen(other, STATE)
    async with asyncio.timeout(30):
        await other.sync()
    assert len(ear.heard) == count
    assert all(heard.snapshot for _, heard in ear.heard)


async def test_a_topic_cleared_then_set_ends_right_in_every_process(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    near, ear = listen(core, STATE), listen(await buses.open("other"), STATE)
    for _ in range(20):
        say(core, "before")
        say(core, None)
        say(core, "after")
    late = listen(await buses.open("third"), STATE)
    await until(lambda: ear.texts[-1:] == ["after"] and late.texts[-1:] == ["after"])
    say(core, None)
    await until(lambda: ear.texts[-1:] == [None] and late.texts[-1:] == [None])
    assert near.texts[-1] is None


async def test_what_one_writer_holds_is_said_again_after_the_broker_lost_it(buses: Buses, ground: Ground) -> None:
    core = await buses.open("core", says_states)
    say(core, "on")
    await asyncio.sleep(0.1)
    await ground.stop()
    await until(lambda: not core.up.is_set())
    say(core, "off")
    say(core, "dim", "desk")
    await ground.start()
    ear = listen(await buses.open("other"), STATE)
    await until(lambda: {"off", "dim"} <= set(ear.texts))
    assert [text for text in ear.texts if text != "dim"][-1] == "off"


async def test_events_said_while_the_broker_was_away_arrive_once(buses: Buses, ground: Ground) -> None:
    core = await buses.open("core")
    ear = listen(await buses.open("other"), EVENT)
    await until(lambda: "process/other/status" in core.present)
    await ground.stop()
    await until(lambda: not core.up.is_set())
    for number in range(20):
        core.say(EVENT, Word(str(number)), ("process.core",))
    await ground.start()
    await until(lambda: len(ear.heard) >= 20)
    await asyncio.sleep(0.2)
    assert ear.texts == [str(number) for number in range(20)]


async def test_order_is_kept_per_topic_even_where_a_handler_waits(buses: Buses) -> None:
    core = await buses.open("core")
    other = await buses.open("other")
    done: list[str] = []

    async def slowly(word: Word, heard: Heard) -> None:
        await asyncio.sleep(0.002 * (3 - int(word.text) % 3))
        done.append(word.text)

    other.replay(other.hear(EVENT, slowly, "test.slowly"))
    await other.sync()
    for number in range(30):
        core.say(EVENT, Word(str(number)), ("process.core",))
    await until(lambda: len(done) == 30)
    assert done == [str(number) for number in range(30)]


async def test_a_slow_handler_does_not_hold_up_others(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    other = await buses.open("other")
    stuck = asyncio.Event()

    async def never(word: Word) -> None:
        stuck.set()
        await asyncio.Event().wait()

    other.replay(other.hear(EVENT, never, "test.never"))
    ear = listen(other, STATE)
    await other.sync()
    core.say(EVENT, Word("wait"), ("process.core",))
    await asyncio.wait_for(stuck.wait(), 5)
    say(core, "on")
    await until(lambda: ear.texts == ["on"])


async def test_a_handler_that_falls_behind_loses_the_oldest_and_counts(buses: Buses) -> None:
    core = await buses.open("core")
    gate = asyncio.Event()
    done: list[str] = []

    async def wait(word: Word) -> None:
        await gate.wait()
        done.append(word.text)

    hearing = core.hear(EVENT, wait, "test.wait")
    hearing.inbox._limit = 10
    core.replay(hearing)
    for number in range(25):
        core.say(EVENT, Word(str(number)), ("process.core",))
        await asyncio.sleep(0)
    gate.set()
    await until(lambda: "24" in done)
    assert hearing.inbox.overflowed == 25 - len(done)
    assert done[0] == "0"
    assert done[-1] == "24"
    assert len(done) <= 12


async def test_nothing_is_delivered_before_a_hearing_is_open(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    other = await buses.open("other")
    ear = Ear()
    hearing = other.hear(STATE, ear, "test.ear")
    await other.sync()
    say(core, "on")
    await until(lambda: "entity/light/hall/state" in other.present)
    assert ear.heard == []
    other.replay(hearing)
    assert ear.texts == ["on"]
    assert ear.heard[0][1].snapshot


async def test_malformed_oversize_and_non_utf8_payloads_are_refused_and_counted(buses: Buses, ground: Ground) -> None:
    core = await buses.open("core")
    ear = listen(core, COMMAND)
    refused: list[tuple[str, str]] = []
    core.refused = lambda address, reason: refused.append((address, reason))
    await core.sync()
    wire = ground.wire("raw", "process.other")
    await wire.connect(None, lambda *_: None, lambda _: None)
    address = "homeserver/entity/light/hall/command/process.other"
    bad = [b"{", b"\xff\xfe", b"[1]", b'"x"', b'{"id": 1}', b'{"id": "a", "service": {}}', b"[" * 5000, b"x" * 300_000]
    for payload in bad:
        wire.publish(address, payload, 1, False)
    wire.publish(address, orjson.dumps({"id": "a", "service": "turn_on"}), 1, False)
    await until(lambda: ear.heard)
    assert len(refused) == len(bad)
    assert all(name == "entity/light/hall/command/process.other" for name, _ in refused)
    assert any("id" in reason for _, reason in refused)
    await wire.disconnect()


async def test_nobody_speaks_as_another_in_a_cause(buses: Buses, ground: Ground) -> None:
    core = await buses.open("core")
    ear = listen(core, COMMAND)
    await core.sync()
    wire = ground.wire("raw", "process.other")
    await wire.connect(None, lambda *_: None, lambda _: None)
    for number, by in enumerate(("person.anna", "process.core", "rule:hall#1", "process.other")):
        fields = {"id": str(number), "service": "turn_on", "cause": {"id": "c", "by": by}}
        wire.publish("homeserver/entity/light/hall/command/process.other", orjson.dumps(fields), 1, False)
    await until(lambda: len(ear.heard) == 4)
    assert [message.cause.by for message, _ in ear.heard] == [
        "process.other",
        "process.other",
        "rule:hall#1",
        "process.other",
    ]
    await wire.disconnect()


async def test_the_last_will_of_a_killed_process_is_heard_and_an_old_one_hides_no_new_one(
    buses: Buses, ground: Ground
) -> None:
    core = await buses.open("core")
    other = await buses.open("other")
    seen: list[ProcessStatus | None] = []
    other.replay(other.hear(PROCESS_STATUS, seen.append, "test.status", process="core"))
    await until(lambda: seen and seen[-1] is not None and seen[-1].state == "online")
    coming_back = core._connection._task
    assert coming_back is not None
    coming_back.cancel()  # its process is dead
    await ground.cut("core", core._wire)
    await until(lambda: seen[-1] is not None and seen[-1].state == "offline")
    again = await buses.open("core")
    await until(lambda: seen[-1] is not None and seen[-1].run == again.run)
    old_will = orjson.dumps({"state": "offline", "run": core.run, "from": core.run, "seq": 0})
    wire = ground.wire("raw", "process.third")
    await wire.connect(None, lambda *_: None, lambda _: None)
    wire.publish("homeserver/process/core/status", old_will, 1, True)
    late = await buses.open("third")
    await until(lambda: (p := late.present.get("process/core/status")) is not None and p.message.state == "online")
    await wire.disconnect()


async def test_stopping_takes_no_time_with_the_broker_gone(buses: Buses, ground: Ground) -> None:
    core = await buses.open("core", says_states)
    say(core, "on")
    await ground.stop()
    async with asyncio.timeout(2):
        await core.close()


async def test_states_are_coalesced_for_the_broker_and_the_last_one_wins(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    near, far = listen(core, STATE), listen(await buses.open("other"), STATE)
    for number in range(500):
        say(core, str(number))
        await asyncio.sleep(0)
    await until(lambda: far.texts[-1:] == ["499"])
    assert len(near.heard) == 500
    assert len(far.heard) < 100


async def test_an_own_command_is_handed_over_and_its_copy_is_not_carried_out_again(buses: Buses) -> None:
    core = await buses.open("core")
    ear = listen(core, COMMAND)
    other = await buses.open("other")
    watching = listen(other, COMMAND)
    await buses.gather(core.sync(), other.sync())
    core.say(COMMAND, Command("1", "turn_on"), ("light", "hall", "process.core"))
    assert len(ear.heard) == 1
    await until(lambda: watching.heard)
    await asyncio.sleep(0.1)
    assert len(ear.heard) == 1


async def test_a_broker_killed_while_filters_change_leaves_nobody_waiting(buses: Buses, ground: Ground) -> None:
    other = await buses.open("other", says_states)
    core = await buses.open("core")
    for round_ in range(4):
        waiting = []
        for number in range(5):
            name = f"lamp_{round_}_{number}"
            core.replay(core.hear(STATE, Ear(), "test.ear", object_id=name))
            waiting.append(asyncio.create_task(core.sync()))
            await asyncio.sleep(0.002 * number)
        await ground.stop()
        await asyncio.sleep(0.02 * round_)
        await ground.start()
        async with asyncio.timeout(15):
            await asyncio.gather(*waiting, core.up.wait(), other.up.wait())
