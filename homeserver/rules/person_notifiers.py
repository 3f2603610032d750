"""Services `notify.NAME` of persons: they are told on the phones and browsers on which they want to be, by the bridge.

Fields are those of Home Assistant's companion app: https://companion.home-assistant.io/docs/notifications/. What is
meant for its apps alone (a sound, a channel) is taken and means nothing here.
"""

from typing import Annotated, Any, Final

from pydantic import AliasChoices, ConfigDict, Field

from homeserver.bridge.words import NOTIFY, Urgency
from homeserver.rules.offer import Offer, Pending
from homeserver.rules.program import RunError
from homeserver.rules.run import TTL, Run
from homeserver.runtime.people import PREFIX, People
from homeserver.topics.call import CallError
from homeserver.topics.service import Data


class PushAction(Data):
    """A button. All but `action` and `title` is for Home Assistant's apps."""

    model_config = ConfigDict(defer_build=True, extra="ignore", frozen=True)

    action: Annotated[str, Field(min_length=1, max_length=64)]
    title: Annotated[str, Field(min_length=1, max_length=64)]


class PushData(Data):
    """What goes along. The second part are fields for Home Assistant's apps, without meaning here."""

    actions: Annotated[list[PushAction], Field(max_length=8)] | None = None
    tag: Annotated[str, Field(max_length=64)] | None = None
    url: Annotated[str | None, Field(validation_alias=AliasChoices("url", "clickAction"))] = None
    urgency: Urgency | None = None
    priority: str | None = None
    ttl: Annotated[int, Field(ge=0, le=2419200)] | None = None
    acknowledge_within: Annotated[int, Field(ge=5, le=86400)] | None = None

    channel: Any = None
    color: Any = None
    group: Any = None
    icon_url: Any = None
    image: Any = None
    importance: Any = None
    ledColor: Any = None  # noqa: N815  (the apps' own name)
    notification_icon: Any = None
    persistent: Any = None
    push: Any = None
    sticky: Any = None
    subtitle: Any = None
    timeout: Any = None
    vibrationPattern: Any = None  # noqa: N815  (the apps' own name)
    visibility: Any = None


class PushMessage(Data):
    """What a person is told."""

    message: str
    title: str | None = None
    target: Any = None
    data: PushData | None = None


_MEANT: Final = ("actions", "tag", "url", "urgency", "ttl", "acknowledge_within")


def names(people: People) -> dict[str, str]:
    """The services, and whom each tells."""
    ids = sorted(login.removeprefix(PREFIX) for login in people.logins())
    return {f"notify.{id}": id for id in ids}


def asked_of_bridge(who: str, data: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `bridge.notify`."""
    message = PushMessage.model_validate(data)
    extra = message.data or PushData()
    made: dict[str, Any] = {"who": [who], "message": message.message, "title": message.title or ""}
    made |= {name: value for name in _MEANT if (value := getattr(extra, name)) is not None}
    if extra.actions is not None:
        made["actions"] = [action.model_dump() for action in extra.actions]
    if extra.urgency is None and extra.priority == "high":
        made["urgency"] = "high"
    return made


def offer(who: str) -> Offer:
    """The service of one person."""

    def work(run: Run, data: dict[str, Any]) -> Pending:
        house, args = run.engine.house, asked_of_bridge(who, data)

        async def tell() -> None:
            try:
                await house.ask(NOTIFY.worker, NOTIFY.verb, args, cause=run.cause, ttl=TTL)
            except CallError as error:
                run.arrive(RunError(f"notify.{who}: {error}"))
            else:
                run.arrive((None,))

        return Pending(house.start(tell(), f"notify.{who}").cancel)

    return Offer(work, PushMessage)
