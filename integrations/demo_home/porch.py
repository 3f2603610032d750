"""The porch: who stands before the front door, and the bell with a camera that sees them.

Needs the timeline and the bell inside. Keeps who is there, what the bell's display says, and the picture of the latest
visitor.
"""

from base64 import b64encode
from collections.abc import Callable
from random import Random
from typing import Final

from integrations.demo_home.scenery import VISITORS, draw
from integrations.demo_home.sensors import Bell
from integrations.demo_home.sun import Light
from integrations.demo_home.timeline import Timeline

LONGEST_TEXT: Final = 60
STAYS: Final = (25.0, 90.0)
"""Seconds that somebody waits or talks."""


class Porch:
    """`visitor` is who stands there now; `latest` the picture taken when somebody rang, in base64."""

    def __init__(
        self,
        timeline: Timeline,
        chance: Random,
        bell: Bell,
        sky: Callable[[], tuple[Light, float]],
        changed: Callable[[], None],
        rang: Callable[[], None],
    ) -> None:
        self.visitor: str | None = None
        self.text = "Welcome"
        self.latest: str | None = None
        self._timeline = timeline
        self._chance = chance
        self._bell = bell
        self._sky = sky
        self._changed = changed
        self._rang = rang

    def visit(self) -> None:
        """Somebody comes, rings, and goes again after a while."""
        self.visitor = self._chance.choice(list(VISITORS))
        self.latest = self.picture()
        self._bell.press()
        self._rang()
        self._timeline.after(self._chance.uniform(*STAYS), self._leave)

    def say(self, text: str) -> None:
        self.text = text

    def picture(self) -> str:
        """What the camera sees now: a PNG in base64."""
        light, cloud = self._sky()
        return b64encode(draw(self._timeline.time(), light, cloud, self.visitor)).decode()

    def _leave(self) -> None:
        self.visitor = None
        self._changed()
