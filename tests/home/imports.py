"""An import as the command asks for it, and the things of a home that it is played on."""

from typing import Any

from homeserver.home import import_words as words
from homeserver.home.entries import TOPICS
from homeserver.topics.entity import ENTITY_CONFIG
from homeserver.topics.topic import Topic
from tests.home.stage import Stage

ADDRESS = "0x00158d0001020304"
DEVICE = {"identifiers": [f"zigbee2mqtt_{ADDRESS}"], "name": "Lamp"}
LIGHT = {"name": None, "unique_id": "u1", "command_topic": "a/set", "device": DEVICE}
POWER = {"name": "Power", "unique_id": "u2", "state_topic": "a/power", "device": DEVICE, "device_class": "power"}

PLACES: tuple[words.Row, ...] = (
    words.FloorRow(key="ground", name="Ground floor", level=0, aliases=("Downstairs",)),
    words.LabelRow(key="evening", name="Evening", color="blue"),
    words.AreaRow(key="kitchen", name="Kitchen", floor="ground", aliases=("Galley",)),
)
LAMP = words.DeviceRow(
    key="d1", keys=(f"id:zigbee2mqtt_{ADDRESS}",), expect=True, title="Lamp", name="Big lamp", area="kitchen"
)


def light(**more: Any) -> words.EntityRow:
    return words.EntityRow(**{"key": "light.kitchen", "unique_id": "u1", "device": "d1", "expect": True, **more})


class Import:
    """One import, asked for as the command does."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.count = 0

    async def ask(self, verb: str, **fields: Any) -> Any:
        found = await self.stage.process.calls.ask("home", verb, fields)
        await self.stage.quiet()
        return found

    async def plan(self, *rows: words.Row, part: int = 500) -> dict[str, words.Line]:
        self.count += 1
        batch = f"batch{self.count:04d}"
        for start in range(0, len(rows), part):
            sent = [row.model_dump(mode="json") for row in rows[start : start + part]]
            await self.ask("import_rows", batch=batch, rows=sent)
        found = await self.ask("import_plan", batch=batch)
        self.changes = found.changes
        return {line.key: line for line in found.lines}

    async def do(self, *rows: words.Row) -> words.Imported:
        await self.plan(*rows)
        done: words.Imported = await self.ask("import", batch=f"batch{self.count:04d}")
        assert done.changes == self.changes
        return done


def entry(stage: Stage, topic: Topic[Any], *where: str) -> Any:
    fact = stage.bus.present.get(topic.address(where))
    return fact.message if fact is not None else None


def everything(stage: Stage) -> dict[str, Any]:
    """All that is said of things, their zones too."""
    templates = {topic.template for topic in (*TOPICS, ENTITY_CONFIG)}
    facts = stage.bus.present.items()
    return {at: one.message for at, one in facts if one.topic.template in templates and one.message is not None}
