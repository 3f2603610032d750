"""Topics as objects: address, filter and match agree with each other for any parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.runtime.filters import matches
from homeserver.topics.entity import COMMAND, ENTITY_STATE
from homeserver.topics.names import BadNameError, level, login, slug, split_entity
from homeserver.topics.topic import Topic

LEVEL = st.text(st.characters(exclude_characters="/+#\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
TOPICS = st.sampled_from([COMMAND, ENTITY_STATE, Topic("process/{process}/status", dict), Topic("plain/words", dict)])


@given(TOPICS, st.data())
def test_an_address_matches_its_own_topic_and_gives_its_parameters_back(
    topic: Topic[object], data: st.DataObject
) -> None:
    where = tuple(data.draw(LEVEL) for _ in topic.parameters)
    address = topic.checked_address(where)
    assert topic.match(address) == where
    assert matches(topic.filter(), address)


@given(TOPICS, st.data())
def test_a_filter_with_a_fixed_parameter_lets_nothing_else_through(topic: Topic[object], data: st.DataObject) -> None:
    where = tuple(data.draw(LEVEL) for _ in topic.parameters)
    if not where:
        return
    other = data.draw(LEVEL)
    narrow = topic.filter(**{topic.parameters[0]: other})
    assert matches(narrow, topic.address(where)) == (where[0] == other)


@pytest.mark.parametrize("address", ["entity/light/hall", "entity/light/hall/state/more", "other/light/hall/state", ""])
def test_what_is_not_of_the_topic_does_not_match(address: str) -> None:
    assert ENTITY_STATE.match(address) is None


@pytest.mark.parametrize("text", ["", "a/b", "+", "a+", "#", "x\0", "y" * 256])
def test_what_would_change_an_address_is_no_level(text: str) -> None:
    with pytest.raises(BadNameError, match="one level"):
        level(text)


@pytest.mark.parametrize(
    "text", ["anna", "person.", "person.Anna", "robot.x", "person.a/b", "person.+", "device." + "x" * 33]
)
def test_what_is_no_login(text: str) -> None:
    with pytest.raises(BadNameError, match="no login"):
        login(text)


@pytest.mark.parametrize("text", ["light", "light.", ".hall", "light.Hall", "light.a.b", "light.a/b", "Light.hall"])
def test_what_is_no_entity_id(text: str) -> None:
    with pytest.raises(BadNameError, match="no entity id"):
        split_entity(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Wohnzimmer (Süd)", "wohnzimmer_sud"),
        ("Große Straße", "grosse_strasse"),
        ("smørrebrød", "smorrebrod"),
        ("  ", "unnamed"),
        ("温度", "unnamed"),
        ("Łazienka 2", "lazienka_2"),
    ],
)
def test_slug(text: str, word: str) -> None:
    assert slug(text) == word


@given(st.text(max_size=300))
def test_a_slug_is_always_an_object_id(text: str) -> None:
    assert split_entity(f"light.{slug(text)}") == ("light", slug(text))


def test_a_message_may_not_have_what_every_message_on_the_wire_has() -> None:
    class Numbered:
        seq: int

    with pytest.raises(TypeError, match=r"Numbered.seq"):
        Topic("plain/words", Numbered)
