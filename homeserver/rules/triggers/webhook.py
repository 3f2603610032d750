"""Trigger `webhook`: https://www.home-assistant.io/docs/automation/trigger/#webhook-trigger

The bridge hears the request and tells of it; which webhooks there are it learns from the rules as fingerprints, so that
nobody can read an id, which is as good as a key.

`trigger` holds webhook_id, query, and json where the body was JSON, else data with the fields of the form.
"""

from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine, Happening, Key
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import nearest
from homeserver.rules.triggers.happening import HappeningTrigger
from homeserver.rules.triggers.trigger import Fire, Trigger
from homeserver.topics.event import WebhookHeard

METHODS: Final = ("POST", "PUT", "GET", "HEAD")
_USUAL: Final = ("POST", "PUT")
_SHORT: Final = 12
"""Characters below which an id can be guessed."""


class WebhookTrigger(HappeningTrigger):
    """Somebody asked for `/api/webhook/<id>`."""

    kind = "webhook"

    def __init__(self, id: str, number: int, alias: str, hook: str, methods: tuple[str, ...], local_only: bool) -> None:
        super().__init__(id, number, alias)
        self._hook = hook
        self._methods = methods
        self._local_only = local_only

    def keys(self, engine: Engine) -> tuple[Key, ...]:
        return (("webhook", self._hook),)

    def attach(self, engine: Engine, fire: Fire) -> None:
        super().attach(engine, fire)
        engine.webhooks.add(self._hook)

    def detach(self, engine: Engine) -> None:
        super().detach(engine)
        engine.webhooks.remove(self._hook)

    def told(self, happening: Happening) -> dict[str, Any] | None:
        heard: WebhookHeard = happening.data["heard"]
        if heard.method not in self._methods or (self._local_only and not heard.local):
            return None
        body = {"data": heard.form} if heard.form is not None else {"json": heard.json}
        return {"webhook_id": heard.id, **body, "query": heard.query, "description": "webhook"}


def compile_webhook(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    hook = str(fields.need("webhook_id", "give it an id that nobody can guess"))
    if not hook.strip() or "/" in hook or len(hook) > 255:
        raise fields.wrong("webhook_id must be a word of 1 to 255 characters without /", "webhook_id")
    methods = tuple(word.upper() for word in fields.words("allowed_methods") or _USUAL)
    for method in methods:
        if method not in METHODS:
            raise fields.wrong(
                f"allowed_methods may hold {', '.join(METHODS)}, not {method!r}{nearest(method, METHODS)}",
                "allowed_methods",
            )
    local_only = fields.flag("local_only", True)
    if not local_only and len(hook) < _SHORT:
        compiler.warn(
            f"anybody who reaches this home can guess {hook!r} and run the rule: give webhook_id {_SHORT} characters or"
            " more, or say local_only: true",
            fields.line("webhook_id"),
            fields.where("webhook_id"),
            "doubtful",
        )
    return WebhookTrigger(id, number, alias, hook, methods, local_only)
