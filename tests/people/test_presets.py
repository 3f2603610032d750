"""What a family may at first: every kind of thing and role, by hand, and never from the rows that are checked."""

from pathlib import Path

import pytest

from homeserver.people.worker import setup
from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker
from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from homeserver.view.permission import Permissions
from homeserver.view.view import View

EXPECTED = """
kind                 adult child
light                edit  control
switch               edit  control
media_player         edit  control
fan                  edit  control
cover                edit  control
scene                edit  control
climate              edit  control
humidifier           edit  control
input_boolean        edit  control
input_number         edit  control
input_select         edit  control
timer                edit  control
sensor               edit  see
binary_sensor        edit  see
weather              edit  see
sun                  edit  see
calendar             edit  see
water_heater         edit  see
valve                edit  see
event                edit  see
lock                 edit  -
alarm_control_panel  edit  -
camera               edit  -
image                edit  -
siren                edit  -
button               edit  -
script               edit  -
automation           edit  -
person               edit  -
device_tracker       edit  -
zone                 edit  -
update               edit  -
vacuum               edit  -
lawn_mower           edit  -
text                 edit  -
number               edit  -
select               edit  -
input_text           edit  -
remote               edit  -
"""
VERBS = ("see", "control", "edit")
ROWS = [line.split() for line in EXPECTED.strip().splitlines()[1:]]


class Things(Worker):
    """Has one thing of each kind."""

    name = "things"
    says = (ENTITY_CONFIG,)

    async def open(self) -> None:
        for kind, *_ in ROWS:
            self.house.say(ENTITY_CONFIG, EntityConfig(kind, "things"), kind, "one")


def things(house: House) -> Things:
    return Things(house)


async def test_roles_begin_with_what_a_family_expects() -> None:
    async with Rehearsal(setup, things) as home:
        for role in ("owner", "adult", "child", "guest", "service"):
            await home.process.calls.ask("people", "create_user", {"name": role, "id": f"a_{role}", "role": role})
        await home.clock.advance(0)
        worker = home.process.hosted["people"].worker
        assert worker is not None
        permissions = Permissions(worker.house.shared(View), home.process.calls.people)
        for kind, adult, child in ROWS:
            may = {"owner": "edit", "adult": adult, "child": child, "guest": "-", "service": "-"}
            for role, most in may.items():
                allowed = [verb for verb in VERBS if permissions.may(f"person.a_{role}", verb, f"{kind}.one")]  # type: ignore[arg-type]
                assert allowed == list(VERBS[: VERBS.index(most) + 1] if most != "-" else ()), (role, kind)


@pytest.mark.parametrize("restarts", [1, 2])
async def test_presets_that_people_took_away_do_not_come_back(restarts: int, tmp_path: Path) -> None:
    async with Rehearsal(setup, folder=tmp_path) as home:
        listed = await home.process.calls.ask("people", "list_policies", {})
        for line in listed.policies:
            await home.process.calls.ask("people", "remove_policy", {"policy": line.id})
    for _ in range(restarts):
        async with Rehearsal(setup, folder=tmp_path) as home:
            assert (await home.process.calls.ask("people", "list_policies", {})).policies == []
