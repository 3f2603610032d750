"""The persons of a Home Assistant: who they are and which trackers tell of them. Passwords never come, nor tokens.

Whoever comes is somebody who has no way of proving who he is yet, and so cannot come in: an owner gives him one. Facts:
the storage of the person integration. Since version 2 of the file they are its `items`, before they were its
`persons`. Needs the running home; keeps nothing.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from homeserver.cli.client import Client
from homeserver.cli.homeassistant.configuration import title
from homeserver.cli.homeassistant.folder import Stored
from homeserver.cli.homeassistant.source import Found, Lives, Source
from homeserver.topics.call import CallError
from homeserver.topics.names import slug
from homeserver.topics.record import record

PERSONS: Final = Stored("person", (1, 2), "")
_TRACKER: Final = re.compile(r"device_tracker\.[a-z0-9_]{1,255}")
_LONGEST: Final = 28
_MOST: Final = 20
"""Trackers of one person."""


def persons(source: Source) -> Iterator[Found]:
    """Of the storage and of the YAML; one who is in both is told by the storage."""
    data = source.folder.data(PERSONS)
    stored = data.get("items", data.get("persons"))
    known: set[str] = set()
    rows = [(title(item, "person"), item) for item in (stored if isinstance(stored, list) else [])]
    for name, item in [*rows, *source.configuration.items("person")]:
        fields = item if isinstance(item, dict) else {}
        key = str(fields.get("id") or slug(name))
        if key not in known:
            known.add(key)
            yield Lives(key, name, _trackers(fields.get("device_trackers")))


def _trackers(given: Any) -> tuple[str, ...]:
    named = given if isinstance(given, list) else [given]
    return tuple(dict.fromkeys(one for one in named if isinstance(one, str) and _TRACKER.fullmatch(one)))[:_MOST]


@record
class Settled:
    """What becomes of one person: `outcome` is new, changed, same or refused."""

    lives: Lives
    user: str
    outcome: str
    why: str = ""


async def judged_persons(client: Client, found: Iterable[Lives]) -> list[Settled]:
    """What would become of them; nobody where no worker for people answers."""
    try:
        here = (await client.calls.ask("people", "list_users", {}))["users"]
    except CallError as error:
        return [Settled(one, "", "refused", str(error)) for one in found]
    return [_settled(one, here) for one in found]


def _settled(lives: Lives, here: list[dict[str, Any]]) -> Settled:
    id = slug(lives.name)[:_LONGEST]
    id = f"{id}_1" if id == "owner" else id
    known = next((user for user in here if user["source"] == _source(lives)), None)
    known = known or next((user for user in here if user["id"] == id), None)
    if known is None:
        return Settled(lives, id, "new", ", ".join(("an adult who cannot log in yet", *lives.trackers)))
    fresh = [one for one in lives.trackers if one not in known["trackers"]]
    return Settled(lives, known["id"], "changed" if fresh else "same", ", ".join(fresh))


async def settle_persons(client: Client, settled: Iterable[Settled]) -> int:
    """Let them live here; how many are new or changed. Raises `CallError`."""
    count = 0
    here = {user["id"]: user for user in (await client.calls.ask("people", "list_users", {}))["users"]}
    for one in settled:
        trackers = list(one.lives.trackers)
        if one.outcome == "new":
            fields = {"id": one.user, "name": one.lives.name, "trackers": trackers, "source": _source(one.lives)}
            await client.calls.ask("people", "create_user", fields)
        elif one.outcome == "changed":
            union = list(dict.fromkeys([*here[one.user]["trackers"], *trackers]))[:_MOST]
            await client.calls.ask("people", "update_user", {"user": one.user, "trackers": union})
        else:
            continue
        count += 1
    return count


def _source(lives: Lives) -> str:
    return f"homeassistant:{lives.key}"[:200]
