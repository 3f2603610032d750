"""What the broker still holds of an earlier run: read once, and not said again where nothing changed."""

from tests.runtime.ground import Buses, until
from tests.runtime.spoken import STATE, Word, listen, say, says_states


async def test_a_process_restarted_under_its_name_regains_all(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    ear = listen(await buses.open("other"), STATE)
    say(core, "on")
    await until(lambda: ear.texts == ["on"])
    await core.close()
    again = await buses.open("core", says_states)
    assert (await again.leftovers((STATE,))).of(STATE) == [(("light", "hall"), Word("on"))]
    say(again, "off")
    await until(lambda: ear.texts == ["on", "off"])


async def test_what_the_broker_holds_of_an_earlier_run_is_not_said_again(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    for name in ("hall", "desk", "shelf"):
        say(core, "before", name)
    other = await buses.open("other")
    ear = listen(other, STATE)
    await until(lambda: len(ear.texts) == 3)
    await core.close()
    again = await buses.open("core", says_states)
    await again.leftovers((STATE,))
    say(again, "before", "hall")
    say(again, "after", "desk")
    say(again, None, "shelf")
    await until(lambda: ear.texts[3:] == ["after", None])
    late = await buses.open("third")
    listen(late, STATE)
    await late.sync()
    runs = {address.split("/")[2]: fact.stamp[0] for address, fact in late.present.items() if fact.topic is STATE}
    assert runs == {"hall": core.run, "desk": again.run}, "who wrote what the broker holds"
    say(again, "other")
    await until(lambda: ear.texts[-1] == "other")
    say(again, "before")
    await until(lambda: ear.texts[-1] == "before")


async def test_what_was_written_over_since_is_said(buses: Buses) -> None:
    core = await buses.open("core", says_states)
    say(core, "ours")
    ear = listen(await buses.open("other"), STATE)
    await until(lambda: ear.texts == ["ours"])
    await core.close()
    again = await buses.open("core", says_states)
    own = listen(again, STATE)
    await again.leftovers((STATE,))
    late = await buses.open("third", says_states)  # the broker tells us now who else says such states
    await again.sync()
    say(late, "theirs")
    await until(lambda: ear.texts[-1] == own.texts[-1] == "theirs")
    say(again, "ours")
    await until(lambda: ear.texts[-1] == "ours")
