"""Reports of commands that were accepted and not carried out: said when somebody can hear them.

A report is an event: the broker keeps none for hearers that are away, and after a break they come back in any order.
So nothing is reported while the connection is broken or fresh, and the command's row stays open until the connection
has stood for a while after the report. What a break may have taken along is said again, after a restart too; a hearer
knows a second report by the command's id.
"""

from typing import Final

from homeserver.home.outbox import Outbox
from homeserver.runtime.house import House
from homeserver.topics.entity import COMMAND_FAILED, CommandOutcome

RETURN: Final = 1.5
"""Seconds that hearers are given to come back after a break."""
STANDS: Final = 3.0
"""Seconds without a break after which a report counts as heard."""


class Reporting:
    """`report` once for each command that ends this way."""

    def __init__(self, house: House, outbox: Outbox) -> None:
        self._house = house
        self._outbox = outbox
        self._unheard: dict[str, CommandOutcome] = {}
        self._breaks = 0
        self._fresh = True

    def report(self, id: str, outcome: CommandOutcome) -> None:
        """`id` is that of the command's row."""
        self._unheard[id] = outcome
        if self._house.connected and not self._fresh:
            self._say(id)

    def reconnected(self) -> None:
        """The connection stands, at first or again."""
        self._breaks += 1
        self._fresh = True
        self._house.clock.call_later(RETURN, self._say_again, self._breaks)

    def _say_again(self, breaks: int) -> None:
        if breaks == self._breaks and self._house.connected:
            self._fresh = False
            for id in list(self._unheard):
                self._say(id)

    def _say(self, id: str) -> None:
        self._house.say(COMMAND_FAILED, self._unheard[id])
        self._house.clock.call_later(STANDS, self._heard, id, self._breaks)

    def _heard(self, id: str, breaks: int) -> None:
        if breaks == self._breaks and self._house.connected and self._unheard.pop(id, None) is not None:
            self._outbox.finish(id)
