"""A person walks through the hall, is seen, finds the switch, and comes back from errands."""

from itertools import pairwise

import pytest

from integrations.demo_home.house import BERLIN as PLACE
from integrations.demo_home.household import Household
from integrations.demo_home.person import Person
from integrations.demo_home.plans import AWAY, FAMILY, Row
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.world import World
from tests.integrations.demo_home.conftest import WINTER


class Alone:
    """One adult in the house, at midnight in winter: every room is dark."""

    def __init__(self) -> None:
        self.timeline = Timeline(WINTER)
        self.world = World(1, self.timeline, PLACE, lambda key: None)
        self.house = Household(self.world)
        self.passed: list[float] = []
        self.person = Person(
            FAMILY[0], self.house, self.world.chance("one"), lambda _: self.passed.append(self.timeline.now)
        )
        self.house.persons = [self.person]
        self.person.place(Row("", 0, "bedroom", "dress"))

    def run(self, seconds: float) -> list[str]:
        """Run, and say the rooms that the person was in."""
        rooms = [self.person.room]
        for _ in range(int(seconds * 2)):
            self.timeline.run(self.timeline.now + 0.5)
            if rooms[-1] != self.person.room:
                rooms.append(self.person.room)
        return rooms


@pytest.fixture
def alone() -> Alone:
    return Alone()


def test_the_way_from_room_to_room_leads_through_the_hall(alone: Alone) -> None:
    alone.person.do(Row("", 0, "kitchen", "eat"))
    assert alone.run(10) == ["hall", "kitchen"]
    assert alone.world.motions["hall"].count == 1
    assert alone.world.motions["kitchen"].count == 1
    assert alone.passed == []


def test_who_enters_a_dark_room_switches_on_and_who_leaves_it_empty_mostly_off(alone: Alone) -> None:
    alone.person.do(Row("", 0, "kitchen", "eat"))
    alone.run(15)
    assert alone.world.lamps["kitchen_ceiling"].on
    left_on = 0
    for _ in range(30):
        alone.person.do(Row("", 0, "office", "work"))
        alone.run(15)
        assert alone.world.lamps["office_desk_lamp"].on
        left_on += alone.world.lamps["kitchen_ceiling"].on
        alone.person.do(Row("", 0, "kitchen", "eat"))
        alone.run(15)
        assert alone.world.lamps["kitchen_ceiling"].on
    assert 0 < left_on < 15  # Anna forgets one time in seven


def test_leaving_and_coming_home_pass_the_door(alone: Alone) -> None:
    alone.person.do(Row("", 0, AWAY, "out"))
    assert alone.run(70) == ["hall", AWAY]
    assert len(alone.passed) == 1
    alone.person.do(Row("", 0, "living_room", "read"))
    assert alone.run(20) == ["hall", "living_room"]
    assert len(alone.passed) == 2


def test_whoever_changes_their_mind_on_the_way_goes_to_the_new_place_only(alone: Alone) -> None:
    alone.person.do(Row("", 0, "kitchen", "eat"))
    alone.run(1)
    alone.person.do(Row("", 0, "office", "work"))
    rooms = alone.run(60)
    assert rooms[-1] == "office"
    assert "kitchen" not in rooms
    assert (alone.person.base, alone.person.doing) == ("office", "work")


def test_errands_end_where_they_began(alone: Alone) -> None:
    alone.person.do(Row("", 0, "living_room", "tidy"))
    rooms = alone.run(4 * 3_600)
    assert rooms.count("living_room") >= 4
    assert all("hall" in pair for pair in pairwise(rooms))
    alone.run(600)
    assert alone.person.base == "living_room"


def test_in_bed_the_lamp_goes_out_and_motion_is_rare(alone: Alone) -> None:
    alone.person.do(Row("", 0, "bathroom", "wash"))
    alone.run(15)
    alone.person.do(Row("", 0, "bedroom", "sleep"))
    alone.run(1_000)
    assert not alone.world.lamps["bedroom_bedside"].on
    assert alone.person.asleep
    before = alone.world.motions["bedroom"].count
    alone.run(4 * 3_600)
    assert alone.world.motions["bedroom"].count - before < 12
