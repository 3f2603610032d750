"""Pictures reach only who may see the home, and only as what they are."""

import asyncio
from typing import Any

import pytest

from homeserver.bridge.pictures import PAUSE, pictures
from homeserver.topics.entity import EntityConfig
from tests.bridge.kinds import picture

DOOR = "/api/camera_proxy/camera.door"


@pytest.fixture
async def door(home: Any) -> Any:
    """A home with a camera and an image."""
    for entity_id in ("camera.door", "image.visitor"):
        home.owner.config(entity_id, EntityConfig("Door", "owner"))
    await home.settle()
    return home


async def test_a_picture_comes_as_what_its_first_bytes_say(door: Any) -> None:
    for address in (DOOR, "/api/image_proxy/image.visitor"):
        answer = await door.get(address)
        assert (answer.status_code, answer.content) == (200, picture(3, 2))
        assert answer.headers["content-type"] == "image/png"  # the device called it image/svg+xml
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-store"
    door.gallery.content = b"\xff\xd8\xff\xe0 JFIF"
    assert (await door.get(DOOR)).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"<!doctype html>", b"", b"\x89PN"])
async def test_what_is_no_picture_is_not_handed_on(door: Any, content: bytes) -> None:
    door.gallery.content = content
    answer = await door.get(DOOR)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/camera_proxy/image.visitor", 404),
        ("/api/camera_proxy/light.hall", 404),
        ("/api/camera_proxy/camera.cellar", 404),
        ("/api/camera_proxy/..%2Fimage", 404),
    ],
)
async def test_only_cameras_and_images_have_pictures(door: Any, address: str, status: int) -> None:
    assert (await door.get(address)).status_code == status


async def test_where_only_its_address_is_known_that_is_said(door: Any) -> None:
    door.gallery.content, door.gallery.url = None, "http://camera.test/now.jpg"
    answer = await door.get(DOOR)
    message = answer.json()["message"]
    assert (answer.status_code, "only its address is known" in message) == (503, True)
    assert "camera.test" not in message  # cameras carry passwords in theirs
    door.gallery.url = None
    assert (await door.get(DOOR)).status_code == 404


async def test_strangers_see_nothing(door: Any) -> None:
    async with door.stranger() as stranger:
        answer = await door.during(stranger.get(DOOR))
    assert answer.status_code == 401


async def test_picture_after_picture_for_as_long_as_somebody_may_look(door: Any) -> None:
    valid, house = [True], door.bridge.house
    cause = house.cause()
    asked = pictures(house, "camera.door", "camera", "person.owner", cause, lambda: valid[0])
    parts = (await door.during(asked)).body_iterator
    first = await door.during(anext(parts))
    assert first.startswith(b"--frame\r\ncontent-type: image/png\r\ncontent-length: ")
    assert picture(3, 2) in first
    second = asyncio.ensure_future(anext(parts))
    await door.clock.advance(PAUSE * 3)
    assert not second.done()  # it is still the same
    door.gallery.content = b"<svg>"
    await door.clock.advance(PAUSE * 2)
    door.gallery.content = b"\xff\xd8\xff\xe0 JFIF"
    await door.clock.advance(PAUSE * 2)
    assert b"image/jpeg" in second.result()
    valid[0] = False
    with pytest.raises(StopAsyncIteration):
        await door.during(anext(parts))
    assert (await door.get("/api/camera_proxy_stream/light.hall")).status_code == 404
    assert (await door.get("/api/camera_proxy_stream/camera.cellar")).status_code == 404
