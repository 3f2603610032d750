"""Patterns of sentences: https://www.home-assistant.io/docs/automation/trigger/#sentence-trigger"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.triggers.sentences import LONGEST, Sentence, SentenceError, plain, slots_of


@pytest.mark.parametrize(
    ("pattern", "said", "slots"),
    [
        ("party time", "party time", {}),
        ("party time", "Party  Time!", {}),
        ("party time", "party times", None),
        ("party time", "my party time", None),
        ("party time", "partytime", None),
        # "[it's] party time": optional words
        ("[it's] party time", "it's party time", {}),
        ("[it's] party time", "Party time.", {}),
        ("turn [the] light [off] now", "turn light now", {}),
        ("turn [the] light [off] now", "turn the light off now", {}),
        ("turn [the] light", "turn thelight", None),
        ("turn [the] light", "turnlight", None),
        ("light[s] on", "lights on", {}),
        ("light[s] on", "light on", {}),
        # "happy (new year|birthday)": alternatives
        ("happy (new year|birthday)", "happy birthday", {}),
        ("happy (new year|birthday)", "Happy New Year", {}),
        ("happy (new year|birthday)", "happy year", None),
        ("[(please|kindly)] open (it|[the] door)", "kindly open the door", {}),
        ("[(please|kindly)] open (it|[the] door)", "open it", {}),
        ("[please|kindly] open", "kindly open", {}),
        # "play {album} by {artist}": slots hold any words
        (
            "play {album} by {artist}",
            "play the white album by the beatles",
            {"album": "the white album", "artist": "the beatles"},
        ),
        ("play {album} by {artist}", "play by", None),
        ("play {a} by {b}", "play one by two by three", {"a": "one", "b": "two by three"}),
        (
            "play {album} by {artist}",
            "Play Abbey Road by The Beatles.",
            {"album": "Abbey Road", "artist": "The Beatles"},
        ),
        ("set {area:where} to {what}", "set hall to red", {"where": "hall", "what": "red"}),
        (
            "set [the] {what} [light] to (red|{colour})",
            "set the hall light to blue",
            {"what": "hall", "colour": "blue"},
        ),
        ("set [the] {what} [light] to (red|{colour})", "set hall to red", {"what": "hall"}),
        ("({what} on|turn on {what})", "turn on lamp", {"what": "lamp"}),
        # signs that mean something to regular expressions mean nothing here
        ("c++ is 100% *fun*", "C++ is 100% *fun*", {}),
        ("größe ändern", "GRÖSSE ändern", None),
        ("Ölheizung an", "ölheizung AN", {}),
    ],
)
def test_patterns(pattern: str, said: str, slots: dict[str, str] | None) -> None:
    assert slots_of((Sentence(pattern),), said) == slots


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("turn [on", "lacks a ]"),
        ("turn (on|off", "lacks a )"),
        ("turn on]", "belongs to none"),
        ("turn (on]", "belongs to none"),
        ("on | off", "outside of brackets"),
        ("{a b}", "must be one word"),
        ("set {}", "must be one word"),
        ("set {a", "belongs to none"),
        ("what's up?", "punctuation"),
        ("one, two", "punctuation"),
        ("[please]", "silence"),
        ("(a|)", "silence"),
        ("", "silence"),
        (" ".join(f"{{s{number}}}" for number in range(9)), "more than 8 slots"),
    ],
)
def test_patterns_that_cannot_be_understood(pattern: str, text: str) -> None:
    with pytest.raises(SentenceError, match=text.replace("]", r"\]").replace(")", r"\)")):
        Sentence(pattern)


def test_what_is_said_is_made_plain() -> None:
    assert plain("  ¿Qué   hora es?! ") == "Qué hora es"
    assert len(plain("a" * 1_000)) == LONGEST
    assert slots_of((Sentence("a"),), " ?! ") is None


def test_a_long_sentence_and_many_slots_take_no_long_time() -> None:
    pattern = Sentence("{a} [and] {b} [and] {c} [(and|or)] {d} [and] {e} [and] {f} [and] {g} [and] {h} end")
    begun = time.process_time()
    assert slots_of((pattern,), "x y " * 75) is None
    assert time.process_time() - begun < 1


@given(st.lists(st.from_regex(r"\A[a-z]{1,8}\Z"), min_size=1, max_size=5))
def test_a_sentence_matches_itself(words: list[str]) -> None:
    text = " ".join(words)
    assert slots_of((Sentence(text),), text.upper()) == {}
    assert slots_of((Sentence("{it}"),), text) == {"it": text}
    assert slots_of((Sentence(f"[{text}] x"),), f"{text} x") == {}
