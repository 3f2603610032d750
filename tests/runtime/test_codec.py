"""What is said is JSON with all that a message holds, however it gets there."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.runtime.codec import body_of, encode, parse, plain, validate
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, ENTITY_STATE, Command, EntityState
from homeserver.topics.topic import Topic

TEXTS = st.text(max_size=20)
CAUSES = st.none() | st.builds(Cause, TEXTS, TEXTS, st.none() | TEXTS)
TIMES = st.datetimes(timezones=st.just(UTC))  # orjson writes years from 1 to 9999
DATA = st.dictionaries(
    TEXTS, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS | st.frozensets(TEXTS), max_size=4
)
STATES = st.builds(EntityState, TEXTS, DATA, TIMES, TIMES, CAUSES)
COMMANDS = st.builds(
    Command,
    TEXTS,
    TEXTS,
    DATA,
    st.floats(0, 1e6),
    CAUSES,
    st.none() | TEXTS,
    st.booleans(),
    st.none() | st.integers(1, 9),
    st.none() | st.floats(0, 1e6),
)


@given(STATES | COMMANDS)
def test_what_is_spelt_out_here_is_what_orjson_makes_of_the_record(message: Any) -> None:
    payload = encode(message, "run", 7)
    assert body_of(payload).removesuffix(b",") == orjson.dumps(message, default=plain)[:-1]
    assert list(parse(payload)) == [*(field.name for field in fields(message)), "from", "seq"]


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        (
            ENTITY_STATE,
            EntityState("on", {"a": [1]}, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
        ),
        (COMMAND, Command("x", "turn_on", {"brightness": 3}, 5.0, Cause("c", "rule:a", "b"), "me", True, 4, 60.0)),
    ],
)
def test_what_was_said_is_what_is_heard(topic: Topic[Any], message: Any) -> None:
    said = parse(encode(message, "run", 7))
    assert (said.pop("from"), said.pop("seq")) == ("run", 7)
    assert validate(topic, said) == message
