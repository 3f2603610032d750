"""A home in memory with the worker `people`, and how to ask it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from homeserver.people.worker import setup
from homeserver.runtime.rehearsal import Rehearsal

Ask = Callable[..., Awaitable[Any]]
"""`await ask("create_user", name="Anna")`: the answer as JSON; `login` is who asks."""


@pytest.fixture
async def home() -> AsyncIterator[Rehearsal]:
    async with Rehearsal(setup) as home:
        yield home


@pytest.fixture
def ask(home: Rehearsal) -> Ask:
    async def ask(verb: str, login: str = "", **args: Any) -> Any:
        result = await home.process.calls.ask("people", verb, args, login=login)
        await home.clock.advance(0)
        return result.model_dump(mode="json")

    return ask
