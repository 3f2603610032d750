"""Records: equal by their fields, shown by them, and read by pydantic like any dataclass."""

from copy import copy
from dataclasses import asdict, field, replace

import pytest
from pydantic import TypeAdapter, ValidationError

from homeserver.topics.record import record


@record
class Point:
    x: int
    y: int = 0
    note: str = field(default="", compare=False)
    key: str = field(default="", repr=False)


@record
class Place(Point):
    z: int = 0


@record
class Nothing:
    pass


@record
class Holder:
    things: dict[str, int] = field(default_factory=dict)


def test_is_equal_by_the_fields_that_count() -> None:
    assert Point(1, 2, "a") == Point(1, 2, "b")
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, key="a") != Point(1, key="b")
    assert Point(1, 2) != Place(1, 2)
    assert Point(1) != object()
    assert Nothing() == Nothing()


def test_is_hashable_where_its_fields_are() -> None:
    assert {Point(1, 2, "a"): "found"}[Point(1, 2, "b")] == "found"
    with pytest.raises(TypeError, match="unhashable"):
        hash(Holder({"a": 1}))


def test_shows_what_may_be_shown() -> None:
    assert repr(Place(1, 2, "n", "secret", 3)) == "Place(x=1, y=2, note='n', z=3)"
    assert repr(Nothing()) == "Nothing()"


def test_has_slots_and_no_shared_defaults() -> None:
    assert not hasattr(Point(1), "__dict__")
    assert Holder().things is not Holder().things


def test_is_a_dataclass_to_others() -> None:
    assert replace(Point(1, 2), y=5) == Point(1, 5)
    assert asdict(Place(1)) == {"x": 1, "y": 0, "note": "", "key": "", "z": 0}
    assert copy(Place(1)) == Place(1)
    match Point(7):
        case Point(x, y):
            assert (x, y) == (7, 0)


def test_pydantic_reads_it() -> None:
    adapter = TypeAdapter(Place)
    assert adapter.validate_python({"x": "1", "z": 4}) == Place(1, z=4)
    with pytest.raises(ValidationError):
        adapter.validate_python({"x": "one"})


@record
class Safe:
    secret: str

    def __repr__(self) -> str:
        return "Safe"


def test_what_a_class_says_of_itself_holds() -> None:
    assert f"{Safe('hunter2')!r} {[Safe('hunter2')]}" == "Safe [Safe]"
    assert Safe("hunter2") == Safe("hunter2")
