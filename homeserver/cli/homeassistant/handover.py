"""Hands the rows of an import to `home`, a part at a time, and asks what becomes of them; then has it done."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from homeserver.cli.client import Client
from homeserver.home.import_words import MOST_IN_A_PART, Row
from homeserver.topics.call import CallError
from homeserver.topics.names import random_name

_ROOM: Final = 160 * 1024
"""Bytes of the rows of one part: a message holds 256 KiB."""
_PATIENCE: Final = 120.0
"""Seconds that a deed of many thousand steps may take."""


class Handover:
    """One import in one connection."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._batch = random_name(12)

    async def send(self, rows: Iterable[Row]) -> None:
        for part in _parts(rows):
            await self._ask("import_rows", {"rows": part})

    async def plan(self) -> tuple[list[dict[str, Any]], int]:
        """What becomes of each row, and how many things would be other than they are."""
        lines: list[dict[str, Any]] = []
        offset: int | None = 0
        changes = 0
        while offset is not None:
            page = await self._ask("import_plan", {"offset": offset, "limit": 500})
            lines += page["lines"]
            offset, changes = page["next"], page["changes"]
        return lines, changes

    async def do(self) -> dict[str, Any]:
        done: dict[str, Any] = await self._ask("import", {})
        return done

    async def _ask(self, verb: str, fields: dict[str, Any]) -> Any:
        return await self._client.calls.ask("home", verb, {"batch": self._batch, **fields}, ttl=_PATIENCE)


async def rules_folder(client: Client) -> Path | None:
    """Where the home that runs has its rule files; None where no worker for rules answers."""
    try:
        found = await client.calls.ask("rules", "reload", {}, ttl=_PATIENCE)
    except CallError:
        return None
    return Path(found["folder"])


def _parts(rows: Iterable[Row]) -> Iterator[list[dict[str, Any]]]:
    """As many rows as fit into one message; one empty part where there are none."""
    part: list[dict[str, Any]] = []
    room = _ROOM
    for row in rows:
        size = len(row.model_dump_json().encode())
        if part and (size > room or len(part) == MOST_IN_A_PART):
            yield part
            part, room = [], _ROOM
        part.append(row.model_dump(mode="json"))
        room -= size
    yield part
