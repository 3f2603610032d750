"""The gallery: the latest picture of each entity, within bounds."""

from datetime import UTC, datetime

import pytest

from homeserver.home.gallery import Gallery, Picture
from homeserver.topics.call import CallError
from tests.home.documented_pictures import JPEG
from tests.home.stage import Stage

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def picture(size: int) -> Picture:
    return Picture("image/jpeg", NOW, bytes(size))


def test_the_longest_unchanged_go_first() -> None:
    gallery = Gallery(room=100)
    for name, size in (("a", 40), ("b", 40), ("a", 50), ("c", 40)):
        gallery.keep(name, picture(size))
    assert gallery.get("b") is None
    assert [found.size for name in "ac" if (found := gallery.get(name))] == [50, 40]
    gallery.drop("a")
    gallery.keep("d", picture(60))
    assert gallery.get("c") is not None
    gallery.keep("e", picture(101))
    assert all(gallery.get(name) is None for name in "abcde")
    gallery.keep("f", picture(100))
    assert gallery.get("f") is not None


async def test_a_picture_is_had_by_a_call_and_goes_with_its_entity(stage: Stage) -> None:
    await stage.announce("camera", {"name": "Door", "topic": "door"})
    with pytest.raises(CallError, match="no picture of camera"):
        await stage.process.calls.ask("home", "image", {"entity": "camera.door"})
    await stage.report("door", JPEG)
    assert (await stage.process.calls.ask("home", "image", {"entity": "camera.door"})).size == len(JPEG)
    large = JPEG + bytes(200_000)
    await stage.report("door", large)
    found = await stage.process.calls.ask("home", "image", {"entity": "camera.door"})
    assert (found.size, found.content_type, found.data) == (len(large), "image/jpeg", None)
    await stage.announce("camera", "")
    await stage.announce("camera", {"name": "Door", "topic": "elsewhere"})
    with pytest.raises(CallError, match="no picture"):
        await stage.process.calls.ask("home", "image", {"entity": "camera.door"})


async def test_a_picture_is_in_no_state(stage: Stage) -> None:
    await stage.announce("image", {"name": "Map", "image_topic": "map"})
    await stage.report("map", JPEG)
    assert stage.states["image.map"].attributes == {}
    await stage.announce("image", {"name": "None"}, "none")
    reason = stage.home.refusals.entries["homeassistant/image/none/config"].reason
    assert reason == "`image_topic` or `url_topic` is missing: a image must have it"
