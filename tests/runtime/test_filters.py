"""MQTT filters against the definition itself: every topic of a small world, enumerated."""

import itertools
import weakref
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.runtime.filters import FilterSet, covers, filter_fault, matches, overlaps, topic_fault

LEVELS = ("a", "b", "", "$s", "fresh")  # `fresh` never stands in a filter: it is "any other word"
TOPICS = ["/".join(levels) for depth in range(1, 6) for levels in itertools.product(LEVELS, repeat=depth)]
TOPICS.remove("")

words = st.sampled_from(("a", "b", "", "$s", "+"))
filters = (
    st.tuples(st.lists(words, max_size=3), st.sampled_from(((), ("#",), ("+",), ("a",))))
    .map(lambda parts: "/".join((*parts[0], *parts[1])))
    .filter(bool)
)


def by_definition(pattern: str, topic: str) -> bool:
    """MQTT 3.1.1 section 4.7, level by level."""
    if topic.startswith("$") and pattern[0] in "+#":
        return False
    asked, given_ = pattern.split("/"), topic.split("/")
    if asked[-1] == "#":
        asked = asked[:-1]
        if len(given_) < len(asked):
            return False
        given_ = given_[: len(asked)]
    return len(asked) == len(given_) and all(want in ("+", have) for want, have in zip(asked, given_, strict=True))


@given(filters)
def test_matches_what_the_standard_says(pattern: str) -> None:
    assert filter_fault(pattern) is None
    assert [t for t in TOPICS if matches(pattern, t)] == [t for t in TOPICS if by_definition(pattern, t)]


@given(filters, filters)
def test_covers_exactly_when_no_topic_is_left_out(allowed: str, asked: str) -> None:
    inside = all(matches(allowed, topic) for topic in TOPICS if matches(asked, topic))
    assert covers(allowed, asked) == inside


@given(st.lists(filters, max_size=6))
def test_set_matches_when_one_of_its_filters_does(patterns: list[str]) -> None:
    table = FilterSet(patterns)
    for topic in TOPICS[::7]:
        assert table.matches(topic) == any(matches(pattern, topic) for pattern in patterns)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("a/#/b", "'#'"),
        ("a#", "'#'"),
        ("##", "'#'"),
        ("#/#", "'#'"),
        ("a+/b", "'+'"),
        ("++", "'+'"),
        ("a\0b", "U+0000"),
        ("a\nuser x", "U+000A"),
        ("a\x7f", "U+007F"),
        ("a\x9f", "U+009F"),
        ("\ud800", "U+D800"),
        ("\ufdd0", "U+FDD0"),
        ("\ufdef", "U+FDEF"),
        ("a\ufffe", "U+FFFE"),
        ("\U0010ffff", "U+10FFFF"),
        ("/".join("a" * 202), "200 slashes"),
        ("a" * 65_536, "65535"),
        ("ä" * 32_768, "65535"),
    ],
)
def test_names_what_is_wrong_with_a_filter(text: str, fault: str) -> None:
    assert fault in (filter_fault(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "#",
        "+",
        "/",
        "a//b",
        "+/+/#",
        "größe/°C",
        "a b",
        "\u200b\ufdf0\ufdcf\ufffd\ue000",
        "/".join("a" * 201),
        "a" * 65_535,
    ],
)
def test_accepts_every_filter_that_mqtt_allows(text: str) -> None:
    assert filter_fault(text) is None


@pytest.mark.parametrize("text", ["a/+", "#", "a+", "", "a\0"])
def test_refuses_topics_that_cannot_be_published_to(text: str) -> None:
    assert topic_fault(text)


def test_accepts_topics_in_any_script() -> None:
    assert topic_fault("wohnung/küche/温度 °C") is None


@given(filters, filters)
def test_overlap_is_a_topic_that_both_match(one: str, other: str) -> None:
    assert overlaps(one, other) == any(by_definition(one, topic) and by_definition(other, topic) for topic in TOPICS)
    assert overlaps(one, other) == overlaps(other, one)


class Text(str):
    """A text of which one can tell whether anybody keeps it."""

    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("fault", [filter_fault, topic_fault])
def test_long_texts_of_devices_are_judged_and_not_kept(fault: Callable[[str], str | None]) -> None:
    for end, wrong in (("", ""), ("\0", "U+0000")):
        text = Text("a" * 60_000 + end)
        kept = weakref.ref(text)
        assert wrong in (fault(text) or "")
        del text
        assert kept() is None
