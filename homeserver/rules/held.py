"""What a run tells of a command that waits, because somebody stronger holds its entity: no fault, and worth knowing."""

from datetime import datetime, tzinfo
from typing import Any

from homeserver.topics.priority import priority_of, word_of


def waits(id: str, held: Any, login: str, said: int | None, zone: tzinfo) -> dict[str, str]:
    """Who holds the entity and until when, under the command's id; nothing where the command is strong enough. `held`
    is the attribute of the entity, `said` the priority that the command says."""
    try:
        priority, until = int(held["priority"]), datetime.fromisoformat(held["until"])
    except (LookupError, TypeError, ValueError):
        return {}  # an attribute of a device that is called so by chance
    if priority_of(login, said) >= priority:
        return {}
    return {id: f"{held.get('by')} ({word_of(priority)}) until {until.astimezone(zone):%Y-%m-%d %H:%M:%S}"}
