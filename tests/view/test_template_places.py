"""Areas, floors, devices and labels where the answer is not the plain one of the documented examples."""

from typing import Any

import pytest

from homeserver.topics.registry import FloorEntry, LabelEntry
from homeserver.view.template_places import PlaceQuestions
from tests.view.things import Things


def asked(things: Things) -> PlaceQuestions:
    things.view.floors.update(ground=FloorEntry("Ground floor", aliases=("Downstairs",)), attic=FloorEntry("Attic"))
    things.view.labels["bright"] = LabelEntry("Very bright")
    return PlaceQuestions(things.view)


@pytest.mark.parametrize(
    ("name", "given", "answer"),
    [
        ("floor_id", "Downstairs", "ground"),
        ("floor_id", "d1", "ground"),
        ("floor_name", "light.strip", "Ground floor"),
        ("floor_name", "nowhere", None),
        ("floor_icon", "attic", None),
        ("floor_areas", "attic", []),
        ("floor_areas", "nowhere", []),
        ("floor_entities", "Attic", []),
        ("label_id", "very bright", "bright"),
        ("label_id", "dark", None),
        ("label_name", "dark", None),
        ("label_description", "bright", None),
        ("label_devices", "dark", []),
        ("labels", "nobody", []),
        ("device_id", "Nothing", None),
        ("device_name", "light.strip", None),
        ("area_id", "nothing", None),
        ("aliases", "ground", ["Downstairs"]),
        ("aliases", "light.lamp", []),
    ],
)
async def test_answers(things: Things, name: str, given: str, answer: Any) -> None:
    assert getattr(asked(things), name)(given) == answer


async def test_all_floors_and_those_that_only_an_area_names(things: Things) -> None:
    assert asked(things).floors() == ["ground", "attic"]
    things.view.floors.clear()
    assert PlaceQuestions(things.view).floors() == ["ground"]


async def test_a_device_by_what_people_and_its_maker_say(things: Things) -> None:
    places = asked(things)
    assert places.device_attr("d1", "name") == "Floor lamp"
    assert places.device_attr("d1", "suggested_area") == "Living Room"
    assert places.device_attr("d1", "labels") == ["cosy"]
    assert places.device_attr("light.lamp", "id") == "d1"
    del things.view.devices["d1"]
    assert places.device_attr("d1", "name") == "Lamp"
    assert places.device_attr("none", "name") is None
