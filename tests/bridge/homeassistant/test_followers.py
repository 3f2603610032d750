"""Who is told of changes."""

from typing import Any

from homeserver.bridge.homeassistant.followers import Followers


def test_only_his_own_and_until_he_leaves() -> None:
    followers, told = Followers(), list[Any]()
    leave = followers.follow("person.anna", told.append)
    followers.changed("person.ben", {"x": 1})
    followers.changed("person.anna", {"x": 2})
    leave()
    followers.changed("person.anna", {"x": 3})
    assert told == [{"x": 2}]
