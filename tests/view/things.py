"""A home of a few entities that says itself on the bus; for tests of what looks at it. Lives in a `Rehearsal`."""

from typing import Any, Final

from homeserver.runtime.house import House
from homeserver.runtime.worker import Worker
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, Device, EntityConfig, EntityState
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, AreaEntry, DeviceEntry, EntityEntry
from homeserver.view.view import View

LAMP: Final = Device("d1", "Lamp", suggested_area="Living Room")


class Things(Worker):
    """Says what a test wants said, and looks at the view."""

    name = "things"
    says = (ENTITY_STATE, ENTITY_CONFIG, ENTITY_ENTRY, DEVICE_ENTRY, AREA_ENTRY)

    def __init__(self, house: House, view: View) -> None:
        super().__init__(house)
        self.view = view

    def state(self, entity_id: str, state: str | None, **attributes: Any) -> None:
        domain, _, object_id = entity_id.partition(".")
        now = self.house.clock.now()
        made = None if state is None else EntityState(state, attributes, now, now)
        self.house.say(ENTITY_STATE, made, domain, object_id)

    def furnish(self) -> None:
        """Four entities in two rooms on one floor, one of them hidden."""
        say = self.house.say
        say(ENTITY_CONFIG, EntityConfig("Lamp", "things", ("turn_on",), device=LAMP, icon="mdi:lamp"), "light", "lamp")
        say(
            ENTITY_CONFIG,
            EntityConfig("Power", "things", device=LAMP, unit="W", device_class="power"),
            "sensor",
            "power",
        )
        say(ENTITY_CONFIG, EntityConfig("Strip", "things"), "light", "strip")
        say(ENTITY_CONFIG, EntityConfig("Secret", "things"), "switch", "secret")
        say(AREA_ENTRY, AreaEntry("Living room", "ground", ("Lounge",)), "living_room")
        say(AREA_ENTRY, AreaEntry("Kitchen", "ground"), "kitchen")
        say(DEVICE_ENTRY, DeviceEntry("Floor lamp", "living_room", ("cosy",), "ACME"), "d1")
        say(ENTITY_ENTRY, EntityEntry("Kitchen strip", "kitchen", labels=("bright",)), "light.strip")
        say(ENTITY_ENTRY, EntityEntry(area_id="kitchen", hidden=True), "switch.secret")
        for entity_id, state in {
            "light.lamp": "on",
            "sensor.power": "12",
            "light.strip": "off",
            "switch.secret": "on",
        }.items():
            self.state(entity_id, state)


def setup(house: House) -> Things:
    return Things(house, house.shared(View))
