"""What may not be shown is not, in whatever form it comes along."""

from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.reading.hidden import Hidden
from homeserver.rules.reading.yaml_source import read


def hidden(*values: object) -> Hidden:
    made = Hidden()
    for value in values:
        made.add(value, "!secret pw")
    return made


def test_hides_the_whole_its_parts_and_any_case() -> None:
    mask = hidden("light.Hall, 'two words'").mask
    assert mask("x LIGHT.HALL y") == "x !secret pw y"
    assert mask("words: 'two'") == "!secret pw: '!secret pw'"


def test_hides_what_is_in_mappings_and_lists_but_no_word_of_all_days() -> None:
    mask = hidden(read("a: [hunter2, 4711]\nb: {c: 3.25, d: on, e: }\n").root).mask
    assert mask("hunter2 4711 3.25 True None on") == "!secret pw !secret pw !secret pw True None on"


def test_hides_what_a_representation_shows() -> None:
    secret = "tab\there\\there"
    assert hidden(secret).mask(f"not {secret!r}") == "not '!secret pw'"


def test_hides_nothing_where_there_is_nothing() -> None:
    assert not hidden("", True, None)
    assert hidden("").mask("abc") == "abc"


def test_a_short_word_is_hidden_as_a_word_and_not_within_others() -> None:
    mask = hidden("me", "a1b").mask
    assert mask("homeassistant, Me: me@home, xa1bx") == "homeassistant, !secret pw: !secret pw@home, x!secret pwx"


@given(st.text(min_size=1).filter(lambda text: text.strip() and not text.strip().isalpha()), st.text(), st.text())
def test_no_text_shows_it(secret: str, before: str, after: str) -> None:
    shown = hidden(secret).mask(f"{before}{secret}{after}")
    assert "!secret pw" in shown
