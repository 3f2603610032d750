"""Filters for device topics: each topic is heard once, none is heard twice, and there are few of them."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from homeserver.home.patterns import FEW, Patterns
from homeserver.runtime.filters import covers, filter_fault, matches

LEVELS = st.sampled_from(
    ["a", "b", "c", "home", "state", "set", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", ""]
)
TOPICS = st.lists(LEVELS, min_size=1, max_size=5).map("/".join).filter(bool)
CHANGES = st.lists(st.tuples(st.booleans(), TOPICS), max_size=60)


def applied(changes: list[tuple[bool, str]]) -> tuple[Patterns, Counter[str]]:
    patterns, wanted = Patterns(), Counter[str]()
    for add, topic in changes:
        before = set(patterns.filters)
        changed = patterns.add(topic) if add else patterns.remove(topic)
        assert changed == (patterns.filters != before)
        if add:
            wanted[topic] += 1
        elif wanted[topic]:
            wanted[topic] -= 1
    return patterns, +wanted


@given(CHANGES, TOPICS)
def test_each_wanted_topic_is_heard_once_and_no_topic_twice(changes: list[tuple[bool, str]], other: str) -> None:
    patterns, wanted = applied(changes)
    for topic in wanted:
        assert sum(matches(one, topic) for one in patterns.filters) == 1
    assert sum(matches(one, other) for one in patterns.filters) <= 1
    for one in patterns.filters:
        assert filter_fault(one) is None
        assert "#" not in one
        assert not any(one != two and covers(two, one) for two in patterns.filters)


@given(CHANGES)
def test_the_way_there_does_not_matter(changes: list[tuple[bool, str]]) -> None:
    patterns, wanted = applied(changes)
    afresh = Patterns()
    for topic in wanted.elements():
        afresh.add(topic)
    assert afresh.filters == patterns.filters


@given(CHANGES)
def test_the_homes_own_topics_are_not_among_them(changes: list[tuple[bool, str]]) -> None:
    patterns, _ = applied(changes)
    for own in ("homeserver/entity/light/x/state", "homeserver/process/core/status", "$SYS/broker/uptime"):
        assert not any(matches(one, own) for one in patterns.filters)


def test_many_devices_few_filters() -> None:
    patterns = Patterns()
    for number in range(1000):
        for last in ("state", "availability"):
            patterns.add(f"bench/l/{number:05d}/{last}")
        patterns.add(f"zigbee2mqtt/lamp {number}")
    assert patterns.filters == {"bench/+/+/state", "bench/+/+/availability", "zigbee2mqtt/+"}
    assert FEW == 8


WILD = st.sampled_from(["a/+", "a/#", "+/b/c", "home/+/state", "a/+/+", "+/+/x1", "a/b/#"])


@given(CHANGES, st.lists(st.tuples(st.booleans(), WILD), max_size=20), st.randoms())
def test_topics_with_wildcards_stay_whatever_else_comes_and_goes(
    changes: list[tuple[bool, str]], wild: list[tuple[bool, str]], random: Random
) -> None:
    mixed = [*changes, *wild]
    random.shuffle(mixed)
    patterns, wanted = applied(mixed)
    plain, _ = applied([(True, topic) for topic in wanted.elements() if "+" not in topic and "#" not in topic])
    assert patterns.filters == plain.filters | {topic for topic in wanted if "+" in topic or "#" in topic}
