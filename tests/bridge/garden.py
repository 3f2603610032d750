"""A worker that brings a page of its own to the dashboard, written as by somebody who does not know the dashboard."""

from pathlib import Path

from pydantic import BaseModel, Field

from homeserver.runtime.house import House
from homeserver.runtime.worker import Page, Worker, answers
from homeserver.topics.call import Call, Caller

MODULE = Path(__file__).with_name("garden.js")
ALLOWED = '[bridge]\npages = ["garden"]\n'
"""`homeserver.toml` of a household that wants this page."""


class Water(BaseModel):
    """Water the garden."""

    minutes: int = Field(ge=1, le=60)


class Watered(BaseModel):
    by: str


WATER = Call("garden", "water", Water, Watered, role="adult")


class Garden(Worker):
    name = "garden"
    page = Page("Garden", MODULE, role="adult", icon="droplet", titles={"de": "Garten"})

    @answers(WATER)
    async def water(self, request: Water, caller: Caller) -> Watered:
        return Watered(by=caller.login)


def set_up_garden(house: House) -> Garden:
    return Garden(house)
