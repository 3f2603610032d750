"""Names and places of what other workers own, such as rules and helpers: the words are people's, the ids theirs."""

from pathlib import Path

import pytest

from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from homeserver.topics.registry import ENTITY_ENTRY
from tests.home.stage import Stage, memory_stage
from tests.home.test_editing import ask, home, said

__all__ = ["home"]


async def own(stage: Stage, config: EntityConfig | None) -> None:
    """The worker `rules` says what automation.night is."""
    stage.bus.say(ENTITY_CONFIG, config, ("automation", "night"))
    await stage.quiet()


NIGHT = EntityConfig("Night", "rules")


async def test_what_another_worker_owns_gets_names_and_places_that_last(home: Stage) -> None:
    await own(home, NIGHT)
    await ask(home, "edit_area", name="Attic")
    await ask(home, "edit_label", name="Evening")
    edited = await ask(
        home, "edit_entity", entity="automation.night", name="Good night", area="Attic", labels=["evening"]
    )
    entry = said(home, ENTITY_ENTRY, "automation.night")
    assert (entry.name, entry.area_id, entry.labels) == ("Good night", "attic", ("evening",))
    await own(home, None)  # the file does not name it any more
    assert said(home, ENTITY_ENTRY, "automation.night") is None
    await own(home, NIGHT)
    assert said(home, ENTITY_ENTRY, "automation.night") == entry
    await ask(home, "undo", deed=edited.deed.deed)
    assert said(home, ENTITY_ENTRY, "automation.night") is None


async def test_the_words_on_what_another_worker_owns_outlast_a_restart(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await own(stage, NIGHT)
        await ask(stage, "edit_entity", entity="automation.night", hidden=True)
    async with memory_stage(tmp_path, broker) as stage:
        assert said(stage, ENTITY_ENTRY, "automation.night").hidden
        await ask(stage, "edit_entity", entity="automation.night", hidden=None)
        assert said(stage, ENTITY_ENTRY, "automation.night") is None


@pytest.mark.parametrize("field", ["id", "disabled", "unit"])
async def test_the_id_of_what_another_worker_owns_is_that_workers(home: Stage, field: str) -> None:
    await own(home, NIGHT)
    value = True if field == "disabled" else "automation.other"
    with pytest.raises(
        CallError, match=rf"alone says its {field}: change it there \(what the rules own, in the rule files"
    ):
        await ask(home, "edit_entity", entity="automation.night", **{field: value})
