"""Lines of several files in one number."""

from homeserver.rules.reading.places import STEP, Places
from homeserver.rules.reading.problem import Problem, RuleError
from homeserver.rules.reading.yaml_source import LARGEST


def test_a_place_is_found_again() -> None:
    places = Places("a.yaml")
    first, second = places.base("b.yaml"), places.base("b.yaml")
    assert [places.find(place) for place in (7, first + 1, second + LARGEST)] == [
        ("a.yaml", 7),
        ("b.yaml", 1),
        ("b.yaml", LARGEST),
    ]
    assert LARGEST < STEP


def test_a_fault_is_told_with_its_file_and_without_secrets() -> None:
    places = Places("a.yaml")
    places.hidden.add("hunter2", "!secret pw")
    error = RuleError("must not be 'hunter2'", places.base("b.yaml") + 3, "x.hunter2", "unknown")
    assert places.problem(error, "hall", "warning") == Problem(
        "b.yaml", 3, "hall", "x.!secret pw", "must not be '!secret pw'", "unknown", "warning"
    )
