"""Routes against a plain search over all subscriptions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.runtime.broker import routes as module
from homeserver.runtime.broker.access import ANYBODY
from homeserver.runtime.broker.routes import Routes
from homeserver.runtime.broker.session import Client
from homeserver.runtime.filters import matches

PATTERNS = ("a", "a/b", "a/#", "#", "+", "+/b", "a/+", "$x/#", "$x/a")
TOPICS = ("a", "a/b", "a/b/c", "b", "$x/a")

changes = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2), st.sampled_from(PATTERNS), st.integers(0, 1)), max_size=30
)


@given(changes)
def test_finds_whom_a_plain_search_finds(made: list[tuple[bool, int, str, int]]) -> None:
    clients = [Client(str(number), ANYBODY, True, 0) for number in range(3)]
    routes, plain = Routes(), {}
    for adds, who, pattern, qos in made:
        if adds:
            routes.add(pattern, clients[who], qos)
            plain[pattern, who] = qos
        else:
            routes.remove(pattern, clients[who])
            plain.pop((pattern, who), None)
        for topic in TOPICS:
            hits = [(who, qos) for (pattern, who), qos in plain.items() if matches(pattern, topic)]
            expected = {clients[who].name: max(q for w, q in hits if w == who) for who, _ in hits}
            assert {client.name: qos for client, qos in routes.targets(topic)} == expected


def test_remembers_a_bounded_number_of_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 10)
    routes, client = Routes(), Client("a", ANYBODY, True, 0)
    routes.add("#", client, 0)
    for number in range(100):
        assert routes.targets(f"t/{number}") == ((client, 0),)
        assert len(routes._found) <= 10
