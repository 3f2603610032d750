"""Commands about rules: whether triggers, conditions and actions are sound, as the rules themselves find.

Each part is put into a rule that is otherwise sound, and checked as a file that is not there yet. Keeps nothing.
"""

from typing import Any, Final

import orjson

from homeserver.bridge.homeassistant.command import Asked, Message, Row
from homeserver.rules.words import CHECK_RULES

_SOUND: Final[dict[str, Any]] = {
    "id": "looked_at",
    "triggers": [{"trigger": "event", "event_type": "never"}],
    "actions": [{"event": "never"}],
}
_FILE: Final = "looked_at.yaml"


class Validate(Message):
    """The names that Home Assistant had before are taken too."""

    triggers: Any = None
    conditions: Any = None
    actions: Any = None
    trigger: Any = None
    condition: Any = None
    action: Any = None


async def _validate(asked: Asked, message: Validate) -> dict[str, Any]:
    found = {}
    for name in message.model_fields_set:
        part = getattr(message, name)
        field = name if name.endswith("s") else f"{name}s"
        rule = {**_SOUND, field: part if isinstance(part, list) else [part]}
        args = {"text": orjson.dumps([rule]).decode(), "file": _FILE}
        told = await asked.desk.ask(asked.login, CHECK_RULES.worker, CHECK_RULES.verb, args, asked.session.cause())
        faults = [one for one in told["problems"] if one["file"].endswith(_FILE) and one["severity"] == "error"]
        found[name] = {"valid": not faults, "error": "\n".join(one["text"] for one in faults) or None}
    return found


ROWS: Final = (Row("validate_config", Validate, _validate),)
