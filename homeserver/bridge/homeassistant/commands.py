"""All commands of the WebSocket, by their type."""

from typing import Final

from homeserver.bridge.homeassistant import (
    acting,
    conversation,
    entries,
    page,
    past,
    persons,
    preferences,
    proofs,
    reading,
    registries,
    related,
    rules,
    telling,
    templates,
)
from homeserver.bridge.homeassistant.command import table

COMMANDS: Final = table(
    *(reading.ROWS, acting.ROWS, templates.ROWS, registries.ROWS, entries.ROWS, related.ROWS, persons.ROWS),
    *(preferences.ROWS, past.ROWS, rules.ROWS, conversation.ROWS, telling.ROWS, proofs.ROWS, page.ROWS),
)
