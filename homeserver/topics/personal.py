"""How a worker that keeps something of persons takes part when all of one person's data is taken out, or away.

It answers two calls of its own, made with `person_calls`; `people` finds them among what workers announce, and asks.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import Call

EXPORT_PERSON: Final = "export_person"
ERASE_PERSON: Final = "erase_person"


class OfPerson(BaseModel):
    """Name somebody of whom all is to be told, or forgotten."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    user: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$", description="the id of somebody, such as anna")]


class PersonData(BaseModel):
    """What a worker keeps of somebody, as JSON."""

    data: dict[str, Any]


class PersonErased(BaseModel):
    """How many things a worker forgot. It is asked again where another failed, and then answers 0."""

    erased: int


def person_calls(worker: str) -> tuple[Call[OfPerson, PersonData], Call[OfPerson, PersonErased]]:
    """The two calls by which `worker` takes part."""
    told = Call(worker, EXPORT_PERSON, OfPerson, PersonData, role="owner", doc="Tell all that is kept of somebody.")
    erased = Call(worker, ERASE_PERSON, OfPerson, PersonErased, role="owner", doc="Forget somebody for good.")
    return told, erased
