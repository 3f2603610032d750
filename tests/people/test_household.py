"""The household: ids, ends, epochs, and that there always is an owner."""

import pytest

from homeserver.topics.call import CallError
from tests.people.conftest import Ask


async def test_the_last_owner_stays_one(ask: Ask) -> None:
    await ask("create_user", name="Anna", role="owner")
    await ask("create_user", name="Ben", role="owner", expires="2026-02-01T00:00:00Z")
    later = "2026-03-01T00:00:00Z"
    for verb, change in (
        ("remove_user", {}),
        ("update_user", {"role": "adult"}),
        ("update_user", {"active": False}),
        ("update_user", {"expires": later}),
    ):
        with pytest.raises(CallError, match="anna is the last owner") as refused:
            await ask(verb, user="anna", **change)
        assert refused.value.error.code == "conflict"
    await ask("update_user", user="ben", expires=None)
    assert (await ask("remove_user", user="anna"))["user"] == "anna"
