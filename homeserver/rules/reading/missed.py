"""`missed`: what becomes of moments that passed while the home was off or asleep. Our own; Home Assistant skips them.

`run` makes up for the last one however long ago it was, `skip` for none, `if_younger_than: 00:30:00` for the last one
if it is younger. Without it times of day and of the sun are made up for when they are younger than ten minutes, as long
as an update or a power cut may take, and patterns are not, since they come again.
"""

import math
from typing import Final

from homeserver.rules.reading.durations import DurationError, seconds_of
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.yaml_source import Map

USUAL: Final = 600.0
"""Seconds for which a time of day is made up for where a rule says nothing."""
SKIP: Final = 0.0
RUN: Final = math.inf
_FORMS: Final = "run, skip or if_younger_than with a length of time, such as if_younger_than: 00:30:00"


def missed(fields: Fields, usual: float = USUAL) -> float:
    """For how many seconds a missed moment is made up for."""
    if not isinstance(fields.take("missed"), Map):
        word = fields.text("missed")
        if word not in ("", "run", "skip"):
            raise fields.wrong(f"missed must be {_FORMS}, not {word!r}", "missed")
        return {"run": RUN, "skip": SKIP}.get(word, usual)
    inner = fields.inner("missed")
    value = inner.need("if_younger_than", f"missed is {_FORMS}")
    inner.done()
    try:
        return seconds_of(value)
    except DurationError as error:
        raise inner.wrong(str(error), "if_younger_than") from error
