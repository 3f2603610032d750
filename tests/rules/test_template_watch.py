"""A template is rendered again only when something that it looked at has changed."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.template_watch import PAUSE, Change, TemplateWatch, says_true
from homeserver.view.templates import TemplateError
from tests.rules.stage import Stage

START = {"light.a": "off", "light.b": "off", "sensor.t": "20", "switch.s": "off"}


class Watched:
    """A watch and what it told."""

    def __init__(self, stage: Stage, text: str, **variables: Any) -> None:
        engine = stage.rules.engine
        self.told: list[str] = []
        self.changes: list[str] = []
        self.rendered = 0
        self._variables = variables
        self.watch = TemplateWatch(engine, engine.templates.compile(text), self._count, self._note)
        self.first = self.watch.begin()

    def _count(self) -> dict[str, Any]:
        self.rendered += 1
        return self._variables

    def _note(self, result: str | TemplateError, change: Change) -> None:
        self.told.append(str(result))
        self.changes.append(change[0])


async def test_hears_of_what_it_looked_at_and_of_nothing_else(tmp_path: Path) -> None:
    async with Stage(tmp_path, "[]", START) as stage:
        watched = Watched(stage, "{{ states('light.a') }}{{ x }}", x="!")
        await stage.set("light.b", "on")
        assert (watched.first, watched.told, watched.rendered) == ("off!", [], 1)
        await stage.set("light.a", "on")
        assert (watched.told, watched.changes, watched.rendered) == (["on!"], ["light.a"], 2)
        watched.watch.cancel()
        watched.watch.cancel()
        await stage.set("light.a", "off")
        assert watched.rendered == 2


async def test_what_it_looks_at_may_differ_from_time_to_time(tmp_path: Path) -> None:
    async with Stage(tmp_path, "[]", START) as stage:
        watched = Watched(stage, "{{ is_state('light.a', 'on') and is_state('light.b', 'on') }}")
        await stage.set("light.b", "on")
        assert watched.rendered == 1
        await stage.set("light.a", "on")
        await stage.set("light.b", "off")
        assert watched.told == ["True", "False"]
        await stage.set("light.a", "off")
        await stage.set("light.b", "on")
        assert watched.told == ["True", "False", "False"]


async def test_a_fault_is_told_and_it_watches_on(tmp_path: Path) -> None:
    async with Stage(tmp_path, "[]", START) as stage:
        watched = Watched(stage, "{{ 10 / (states('sensor.t') | float) }}")
        await stage.set("sensor.t", "0")
        await stage.set("sensor.t", "5")
        assert watched.told == ["template line 1: divides by nought: test the divisor first", "2.0"]


async def test_the_time_is_looked_at_each_minute(tmp_path: Path) -> None:
    async with Stage(tmp_path, "[]", START) as stage:
        await stage.wait(10)
        watched = Watched(stage, "{{ now().minute }}")
        await stage.wait(49)
        assert watched.told == []
        await stage.wait(61)
        assert (watched.told, watched.changes) == (["1", "2"], ["", ""])
        watched.watch.cancel()
        await stage.wait(120)
        assert watched.rendered == 3


async def test_a_crowd_of_entities_is_gone_through_once_a_second(tmp_path: Path) -> None:
    """Home Assistant, too, limits how often a template over a whole domain is rendered."""
    async with Stage(tmp_path, "[]", START) as stage:
        watched = Watched(stage, "{{ states.light | selectattr('state', 'eq', 'on') | list | count }}")
        await stage.set("switch.s", "on")
        assert watched.rendered == 1
        await stage.set("light.a", "on")
        await stage.set("light.b", "on")
        assert watched.told == ["1"]
        await stage.wait(PAUSE)
        assert (watched.told, watched.changes) == (["1", "2"], ["light.a", "light.b"])
        watched.watch.cancel()
        await stage.set("light.b", "off")
        await stage.wait(PAUSE)
        assert watched.rendered == 3


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        *((text, True) for text in ("True", "yes", " on ", "enable", "1", "-2.5")),
        *((text, False) for text in ("False", "off", "0", "0.0", "", "None", "nan", "maybe", "[1]")),
    ],
)
def test_what_counts_as_true(text: str, holds: bool) -> None:
    assert says_true(text) is holds
