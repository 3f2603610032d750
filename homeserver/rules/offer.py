"""Services that are no entity's: `mqtt.publish`, `logbook.log`, a script called by its name.

A row is an `Offer`. Those that are always there stand in the table of `actions/own_services.py`; those that come and go
(scripts) are put into `engine.offers` by whoever offers them, under their full name, and taken out again.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from homeserver.topics.record import record
from homeserver.topics.service import Data

if TYPE_CHECKING:
    from homeserver.rules.run import Run


class Pending:
    """What `work` gives where the answer comes later, by `run.arrive((answer,))`, or by `run.arrive(RunError(...))`.
    `cancel` is called when the run ends before that."""

    __slots__ = ("_cancel",)

    def __init__(self, cancel: Callable[[], object]) -> None:
        self._cancel = cancel

    def cancel(self) -> None:
        self._cancel()


Work = Callable[["Run", dict[str, Any]], Any]
"""Does it at once and gives the answer (None where there is none), or `Pending`; raises `RunError`. The data holds the
fields of the target too: `entity_id` and its like, one or a list of them."""


@record
class Offer:
    """One service. `model` is what its data must be; without one it takes any. `answers`: whether it has an answer, for
    `response_variable`."""

    work: Work
    model: type[Data] | None = None
    answers: bool = False
    resume: Callable[["Run"], Any] | None = None
    """As `work`, for a run that waited for the answer when the rules were restarted; without it the action fails."""
