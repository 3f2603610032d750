"""Why a message was said: a chain of ids that leads from every effect back to its first cause."""

from homeserver.topics.record import record


@record
class Cause:
    """One link of the chain.

    `by` is who or what: `person.anna`, `rule:hall_light#2`, `device:0x00158d`, `worker:home`. `parent` is the id
    of the cause that this one follows from. The receiver never believes `by` for a person: the bus sets it from the
    login in the address.
    """

    id: str
    by: str
    parent: str | None = None
