"""`priority` and `hold_for` of a service over HTTP, as parameters of the address: the body is the data of the service.

How much of it is believed, the owner of the entity decides by the login of whoever asks.
"""

import math
from typing import Annotated

from fastapi import Query

from homeserver.bridge.refusals import Refusal
from homeserver.topics.priority import LONGEST_HOLD, Weight, number_of

Priority = Annotated[
    str | None,
    Query(
        description="how much the commands weigh: low, rule, manual, safety or 1 to 9; without it, that of who asks",
        json_schema_extra={"pattern": "^(low|rule|manual|safety|[1-9])$"},
    ),
]
HoldFor = Annotated[
    str | None,
    Query(
        description=f"seconds for which weaker commands to the same entities wait, {LONGEST_HOLD:g} at most",
        json_schema_extra={"pattern": r"^[0-9]{1,7}(\.[0-9]{1,6})?$"},
    ),
]


def weight_of(priority: str | None, hold_for: str | None) -> Weight:
    """Raises `Refusal`."""
    return Weight(_number(priority), _seconds(hold_for))


def _number(said: str | None) -> int | None:
    if said is None:
        return None
    try:
        return number_of(said[:50])
    except ValueError as error:
        raise Refusal("invalid", f"{error}.", "priority") from error


def _seconds(said: str | None) -> float | None:
    if said is None:
        return None
    try:
        seconds = float(said)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_HOLD:
        raise Refusal("invalid", f"hold_for is a number of seconds, a year at most, not {said[:50]!r}.", "hold_for")
    return seconds
