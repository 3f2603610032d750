"""Anna and Ben, adults who may all there is: for tests of workers whom people command."""

import pytest

from homeserver.runtime.clock import Clock
from homeserver.runtime.people import People
from homeserver.topics.person import Grant, Person


@pytest.fixture(autouse=True)
def household(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known in every process."""
    begin = People.__init__

    def lived_in(self: People, clock: Clock) -> None:
        begin(self, clock)
        for id in ("anna", "ben"):
            self.learn(id, Person(id.title(), "adult", (Grant("all", "", "edit"),)))

    monkeypatch.setattr(People, "__init__", lived_in)
