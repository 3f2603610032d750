"""Holds from the command line: what a person holds, a weaker command waits for, until it is released."""

import pytest
import typer

from homeserver.cli.durations import seconds_of
from homeserver.cli.options import priority_given
from tests.cli.conftest import Run
from tests.cli.homes import Home

LAMP = "light.hall_ceiling"


def test_hold_wait_list_and_release(home: Home, at: Run) -> None:
    assert "nobody holds anything" in at("holds").out
    assert at("set", LAMP, "turn_on", "--hold", "2h", "--wait").code == 0
    waits = at("set", LAMP, "turn_off", "--priority", "rule", "--wait")
    assert waits.code == 0
    assert "is held by process.cli (manual) until" in waits.out
    assert at("set", LAMP, "turn_off", "--priority", "3", "--wait", "--json").json["outcome"] == "held"
    (row,) = at("holds", "--json").json
    assert (row["entity"], row["by"], row["priority"]) == (LAMP, "process.cli", 6)
    assert row["waiting"] == ["turn_off", "turn_off"]
    assert "manual" in at("holds").out
    done = at("release", LAMP)
    assert f"{LAMP}: the hold of process.cli (manual) has ended; turn_off is asked for now" in done.out
    again = at("release", LAMP)
    assert again.code != 0
    assert "nobody holds it" in again.err


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400), ("1.5 h", 5400)]
)
def test_times_as_people_type_them(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "3 weeks", "h"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="no length of time"):
        seconds_of(text)


def test_priorities_as_people_type_them() -> None:
    assert [priority_given(said) for said in ("low", "Rule", "manual", "safety", "9")] == [2, 4, 6, 8, 9]
    for bad in ("0", "10", "strong", ""):
        with pytest.raises(typer.BadParameter, match="is no priority"):
            priority_given(bad)
