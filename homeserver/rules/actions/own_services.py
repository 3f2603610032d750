"""What the platform itself does for a rule, and no entity: one row in `OWN` for each service.

Names and data: https://www.home-assistant.io/integrations/mqtt/#publish-action and the pages of `homeassistant`,
`logbook`, `system_log` and `persistent_notification`.
"""

import json
import logging
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from homeserver.rules.offer import Offer, Pending
from homeserver.rules.program import Misconfigured, RunError
from homeserver.rules.run import TTL, Run
from homeserver.topics.call import CallError
from homeserver.topics.event import EVENT, Event
from homeserver.topics.service import Data, Nothing

_LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}
Text = Annotated[str, Field(max_length=10_000)]
Ids = str | list[str] | None


# -- mqtt


class Publish(Data):
    """A message on a device's topic. `payload_template` and `topic_template` are older names. A mapping or a list as
    `payload` is said as JSON."""

    topic: Annotated[str, Field(max_length=1_000)] | None = None
    topic_template: str | None = None
    payload: str | None = None
    payload_template: str | None = None
    evaluate_payload: bool = False
    qos: Literal[0, 1, 2, "0", "1", "2"] = 0
    retain: bool = False

    @model_validator(mode="before")
    @classmethod
    def _as_json(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("payload"), dict | list | bool):
            value = data["payload"]
            return {**data, "payload": str(value) if isinstance(value, bool) else json.dumps(value)}
        return data


def _publish(run: Run, data: dict[str, Any]) -> None:
    topic = data.get("topic") or data.get("topic_template") or ""
    house = run.engine.house
    if not topic or any(letter in topic for letter in "+#\0"):
        raise Misconfigured(f"mqtt.publish: topic must be a topic without + and #, not {topic!r}")
    if topic.partition("/")[0] == house.root or topic.startswith("$"):
        raise Misconfigured(f"mqtt.publish: {topic} is the home's own: rules may only speak to devices")
    payload = data.get("payload") if data.get("payload") is not None else data.get("payload_template")
    raw = (payload or "").encode()
    run.engine.device_topics.published(topic, raw, run.cause)
    if not house.publish(topic, raw, int(data.get("qos", 0)), bool(data.get("retain"))):
        raise RunError(f"mqtt.publish: the broker cannot be reached now, so {topic} was not told")


# -- logs


class Logged(Data):
    """A line in the household's log book."""

    name: Text
    message: Text
    entity_id: Ids = None
    domain: str | None = None


def _log(run: Run, data: dict[str, Any]) -> None:
    said = {name: value for name, value in data.items() if value is not None}
    run.engine.house.say(EVENT, Event("logbook_entry", said, run.engine.clock.now(), run.cause))


class Written(Data):
    """A line in the log of the program."""

    message: Text
    level: Literal["debug", "info", "warning", "error", "critical"] = "error"
    logger: str | None = None


def _write(run: Run, data: dict[str, Any]) -> None:
    who = data.get("logger") or f"rule {run.rule.id}"
    run.engine.house.log.log(_LEVELS[data.get("level", "error")], "%s: %s", who, data["message"])


# -- notifications that stay


class Created(Data):
    """A notification; one of the same id is replaced."""

    message: Text
    title: Text | None = None
    notification_id: str | None = None


class Dismissed(Data):
    """The id of a notification."""

    notification_id: str


class Told(Data):
    """A message; there is nobody to choose and nothing more to say to a page that shows it."""

    message: Text
    title: Text | None = None
    target: Any = None
    data: Any = None


def _create(run: Run, data: dict[str, Any]) -> None:
    run.engine.notes.create(data["message"], data.get("title"), data.get("notification_id") or "", run.cause)


def _notify(run: Run, data: dict[str, Any]) -> None:
    extra = data.get("data")
    id = extra.get("notification_id") or extra.get("tag") if isinstance(extra, dict) else None
    run.engine.notes.create(data["message"], data.get("title"), str(id or ""), run.cause)


def _dismiss(run: Run, data: dict[str, Any]) -> None:
    run.engine.notes.dismiss(data["notification_id"], run.cause)


def _dismiss_all(run: Run, data: dict[str, Any]) -> None:
    run.engine.notes.dismiss_all(run.cause)


# -- the home itself


class Updated(Data):
    """Entities that are to be asked what they are like."""

    entity_id: Ids = None
    device_id: Ids = None
    area_id: Ids = None
    floor_id: Ids = None
    label_id: Ids = None


def _update(run: Run, data: dict[str, Any]) -> None:
    """Devices tell by themselves what has changed: there is nothing to be asked."""


def _reload(run: Run, data: dict[str, Any]) -> Pending:
    """Read the rule files, with scripts, scenes and helpers, once more."""
    house = run.engine.house

    async def ask() -> None:
        try:
            answer = (await house.ask("rules", "reload", {}, cause=run.cause, ttl=TTL),)
        except CallError as error:
            run.arrive(RunError(f"the rule files could not be read: {error}"))
        else:
            run.arrive(answer)

    return Pending(house.start(ask(), "reload for a rule").cancel)


def _restart(run: Run, data: dict[str, Any]) -> None:
    raise RunError(
        "the home is started and stopped by its keeper, not by rules: use homeserver up, or restart a worker"
    )


class Anything(Data):
    """Data that means nothing here."""

    model_config = ConfigDict(defer_build=True, extra="allow", frozen=True)


_RELOAD: Final = Offer(_reload, Anything)
OWN: Final[Mapping[str, Offer]] = {
    "mqtt.publish": Offer(_publish, Publish),
    "logbook.log": Offer(_log, Logged),
    "system_log.write": Offer(_write, Written),
    "persistent_notification.create": Offer(_create, Created),
    "persistent_notification.dismiss": Offer(_dismiss, Dismissed),
    "persistent_notification.dismiss_all": Offer(_dismiss_all, Nothing),
    "notify.persistent_notification": Offer(_notify, Told),
    "notify.notify": Offer(_notify, Told),
    "homeassistant.update_entity": Offer(_update, Updated),
    "homeassistant.check_config": Offer(_reload, Nothing),
    "homeassistant.restart": Offer(_restart, Anything),
    "homeassistant.stop": Offer(_restart, Anything),
    "homeassistant.reload_all": _RELOAD,
    "homeassistant.reload_core_config": _RELOAD,
}
"""By full name."""
