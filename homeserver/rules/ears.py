"""What the rules hear beside states: events, tags, buttons, sentences, notifications, webhooks, calendars.

Each is told to the triggers that wait for it under its key, as templates are to see it.
"""

from typing import Any, Final

from homeserver.rules.engine import Engine, Happening
from homeserver.rules.triggers.conversation import Answers
from homeserver.rules.triggers.event import TAG_SCANNED, event_of
from homeserver.rules.words import HEAR_SENTENCE, HearSentence, SentenceHeard
from homeserver.runtime.heard import Heard
from homeserver.runtime.worker import Part, answers, hears
from homeserver.topics.call import Caller
from homeserver.topics.event import (
    CALENDAR,
    DEVICE_EVENT,
    EVENT,
    NOTIFICATION,
    SENTENCE,
    WEBHOOK,
    CalendarAhead,
    DeviceEvent,
    Event,
    NotificationTold,
    Sentence,
    WebhookHeard,
)
from homeserver.topics.process import WORKER_STATUS, WorkerStatus

LONGEST_START: Final = 60.0
"""Seconds after which the home counts as started though what reads its devices is not ready."""
LONGEST_ANSWER: Final = 20.0
"""Seconds after which whoever said a sentence is answered, though a rule still runs."""
_STARTED: Final = ("homeassistant_start", "homeassistant_started")
_STOPS: Final = ("homeassistant_stop", "homeassistant_final_write", "homeassistant_close")


class Ears(Part):
    """A part of the rules' worker. `engine` is told."""

    engine: Engine
    _starting: dict[str, bool] | None = None
    """Which processes are still getting the home's worker ready; None while nothing is known of that."""
    _started = False
    _open = False

    # -- the home

    @hears(WORKER_STATUS, name="home")
    def home_status(self, status: WorkerStatus | None, heard: Heard) -> None:
        self._starting = self._starting or {}
        self._starting[heard.where[1]] = status is not None and status.state == "starting"
        if not any(self._starting.values()):
            self.tell_start()

    async def announce_start(self) -> None:
        """Tell that the home has started, now or as soon as its devices are read."""
        self._open = True
        if self._starting is None or not any(self._starting.values()):
            self.tell_start()
        else:
            self.engine.clock.call_later(LONGEST_START, self.tell_start)

    def tell_start(self) -> None:
        """The home is whole. Once."""
        if self._started or not self._open:
            return
        self._started = True
        self._tell_home("start", _STARTED)

    def tell_shutdown(self) -> None:
        """The home is about to stop; rules do what they can at once."""
        if self._open:
            self._open = False
            self._tell_home("shutdown", _STOPS)

    def _tell_home(self, kind: str, events: tuple[str, ...]) -> None:
        engine = self.engine
        cause, now = engine.house.cause(), engine.clock.now()
        engine.happened(Happening(("home", kind), {}, cause))
        for event in events:
            engine.happened(Happening(("event", event), event_of(event, {}, now, cause), cause))

    # -- what happens

    @hears(EVENT)
    def event(self, event: Event) -> None:
        at = event.at or self.engine.clock.now()
        self._told(("event", event.type), event_of(event.type, event.data, at, event.cause), event)

    @hears(DEVICE_EVENT)
    def device_event(self, event: DeviceEvent) -> None:
        if event.type == TAG_SCANNED:
            tag = str(event.data.get("tag_id", ""))
            told = event_of(
                TAG_SCANNED, {"tag_id": tag, "name": None, "device_id": event.device_id}, event.at, event.cause
            )
            self._told(("tag", tag), told, event)
        else:
            data = {**event.data, "device_id": event.device_id, "entity_id": event.entity_id}
            told = event_of(event.type, data, event.at, event.cause)
            if event.device_id is not None:
                former = self.engine.view.former_places["device"].of.get(event.device_id, ())
                for id in (event.device_id, *former):
                    self._told(("device", id), told, event)
        self._told(("event", event.type), told, event)

    @hears(SENTENCE)
    def sentence(self, said: Sentence) -> None:
        self._told(("sentence", "said"), {"said": said}, said)

    @answers(HEAR_SENTENCE)
    async def hear(self, request: HearSentence, caller: Caller) -> SentenceHeard:
        """Answers when the rules that the sentence sets off are through, or after `LONGEST_ANSWER`."""
        said = Sentence(request.text, request.language, request.device_id, request.conversation_id, caller.cause)
        found = Answers()
        self.engine.happened(Happening(("sentence", "said"), {"said": said, "answers": found}, caller.cause))
        timer = self.engine.clock.call_later(LONGEST_ANSWER, found.over.set)
        await found.over.wait()
        timer.cancel()
        return SentenceHeard(rules=found.rules, response=found.response)

    @hears(NOTIFICATION)
    def notification(self, told: NotificationTold) -> None:
        notification = {
            "notification_id": told.notification_id,
            "title": told.title,
            "message": told.message,
            "created_at": told.created_at or self.engine.clock.now(),
        }
        data = {"update_type": told.update_type, "notification": notification}
        self._told(("notification", told.notification_id), data, told)

    @hears(WEBHOOK)
    def webhook(self, heard: WebhookHeard) -> None:
        self._told(("webhook", heard.id), {"heard": heard}, heard)

    @hears(CALENDAR)
    def calendar(self, ahead: CalendarAhead | None, heard: Heard) -> None:
        entity_id = f"calendar.{heard.where[0]}"
        if ahead is None:
            self.engine.calendars.pop(entity_id, None)
            ahead = CalendarAhead(self.engine.clock.now())
        else:
            self.engine.calendars[entity_id] = ahead
        self.engine.happened(Happening(("calendar", entity_id), {"ahead": ahead}))

    def _told(self, key: tuple[str, str], data: dict[str, Any], message: Any) -> None:
        self.engine.happened(Happening(key, data, message.cause))
