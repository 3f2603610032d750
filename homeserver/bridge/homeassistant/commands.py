"""All commands of the WebSocket, by their type."""

from typing import Final

from homeserver.bridge.homeassistant import acting, past, persons, proofs, reading, registries, rules, templates
from homeserver.bridge.homeassistant.command import table

COMMANDS: Final = table(
    reading.ROWS, acting.ROWS, templates.ROWS, registries.ROWS, persons.ROWS, past.ROWS, rules.ROWS, proofs.ROWS
)
