"""The routes of Home Assistant's REST interface beside states and services, which every client of ours uses too.

Each asks what a command of the WebSocket asks, and sees what that sees. Shapes:
https://developers.home-assistant.io/docs/api/rest. Keeps what calendars are ahead.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from homeserver.bridge import models
from homeserver.bridge.bodies import json_object
from homeserver.bridge.homeassistant.acting import fire
from homeserver.bridge.homeassistant.calendars import Calendars
from homeserver.bridge.homeassistant.conversation import Process, process
from homeserver.bridge.homeassistant.desk import Desk
from homeserver.bridge.homeassistant.event_stream import EventStreams
from homeserver.bridge.homeassistant.events import EVERYTHING
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.homeassistant.overview import Beginning
from homeserver.bridge.homeassistant.past import remembered
from homeserver.bridge.homeassistant.templates import render_once
from homeserver.bridge.identity import Identity
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.bridge.states import iso
from homeserver.rules.words import CHECK_RULES
from homeserver.runtime.codec import field_of, sentence
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.person import VERBS
from homeserver.view.templates import TemplateError

DAY: Final = timedelta(days=1)
_ASSISTANT: Final = ("assistant", "intent")
"""Who carries out intents, once there is anybody."""
_PROGRAMS: Final = "clients"
"""Who owns the entities that programs tell of."""
_TYPES: Final = 100
"""Types of events that one stream may name."""
_OF_A_STATE: Final = ("state", "attributes")
_OF_A_FAILURE: Final = {"not_supported": "unavailable", "unauthorized": "denied"}


class Rest:
    """`rows` are the routes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.calendars = Calendars()
        self._streams = EventStreams(desk.events, desk.house.clock, desk.access.watch)

    def rows(self) -> list[tuple[str, str, Callable[..., Any], Any]]:
        """Method, path, function and model of each route."""
        return [
            ("GET", "/api/overview", self.overview, Beginning),
            ("GET", "/api/config", self.config, models.Config),
            ("GET", "/api/components", self.components, list[str]),
            ("GET", "/api/core/state", self.core_state, models.CoreState),
            ("GET", "/api/events", self.events, list[models.EventType]),
            ("GET", "/api/stream", self.stream, None),
            ("POST", "/api/events/{event_type}", self.fire, models.Message),
            ("GET", "/api/services", self.services, list[models.Domain]),
            ("POST", "/api/states/{entity_id}", self.tell_state, models.State),
            ("DELETE", "/api/states/{entity_id}", self.forget_state, models.Message),
            ("POST", "/api/template", self.template, None),
            ("GET", "/api/history/period", self.history, list[Any]),
            ("GET", "/api/history/period/{begin}", self.history, list[Any]),
            ("GET", "/api/logbook", self.logbook, list[Any]),
            ("GET", "/api/logbook/{begin}", self.logbook, list[Any]),
            ("GET", "/api/error_log", self.error_log, None),
            ("POST", "/api/config/core/check_config", self.check_config, models.ConfigCheck),
            ("GET", "/api/calendars", self.calendar_list, list[models.Calendar]),
            ("GET", "/api/calendars/{entity_id}", self.calendar, list[Any]),
            ("POST", "/api/intent/handle", self.intent, None),
            ("POST", "/api/conversation/process", self.conversation, None),
        ]

    # -- the home

    async def overview(self, request: Request) -> Response:
        """All that the page begins with, so that it need not wait until it is connected: as `homeserver/subscribe_home`
        begins over the WebSocket, and `states` as `subscribe_entities` begins."""
        desk, login = self._desk, _login(request)
        content = desk.overview.first(login, desk.feed.now(login))
        return Response(content, headers={"cache-control": "no-store"}, media_type="application/json")

    async def config(self, request: Request) -> Response:
        """The home's place, language and units."""
        return json_response(self._desk.config(_login(request)))

    async def components(self, request: Request) -> Response:
        """The kinds of entities that there are, and parts that clients look for."""
        return json_response(self._desk.config(_login(request))["components"])

    async def core_state(self) -> Response:
        """Whether the home has started; where this answers, it has."""
        recorder = {"migration_in_progress": False, "migration_is_live": False}
        return json_response({"state": "RUNNING", "recorder_state": recorder})

    async def services(self, request: Request) -> Response:
        """The services that there are for who asks."""
        offered = self._desk.offered(_login(request))
        return json_response([{"domain": domain, "services": services} for domain, services in offered.items()])

    async def error_log(self, request: Request) -> Response:
        """Where the log is: each process writes its own to standard error, and none is kept in a file here."""
        if not self._desk.events.may_hear(_login(request), "*"):
            raise Refusal("denied", "The log is not for you.")
        return PlainTextResponse("The processes of this home write their logs to standard error, as lines of JSON.\n")

    # -- events

    async def events(self, request: Request) -> Response:
        """The types of events that are listened to, as far as one may hear them."""
        login, heard = _login(request), self._desk.events
        counts = heard.listeners()
        return json_response(
            [{"event": type, "listener_count": count} for type, count in counts.items() if heard.may_hear(login, type)]
        )

    async def stream(self, request: Request, restrict: str | None = None) -> Response:
        """Events as they happen, as server-sent events; `restrict` names types, with commas. Each is an object; `ping`
        comes first, and when it is silent for long."""
        login, access = _login(request), self._desk.access
        identity: Identity = request.state.identity
        types = tuple(dict.fromkeys(one for one in (restrict or "").split(",") if one))[:_TYPES] or (EVERYTHING,)
        self._streams.check(login, () if types == (EVERYTHING,) else types)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        lines = self._streams.lines(login, types, lambda: access.alive(identity))
        return StreamingResponse(lines, headers=headers, media_type="text/event-stream")

    async def fire(self, event_type: str, request: Request) -> Response:
        """Tell the home an event; rules may wait for it."""
        data = await json_object(request)
        await self._told(fire(self._desk, _login(request), event_type, data, _cause(request)))
        return json_response({"message": f"Event {event_type} fired."})

    # -- states that programs tell

    async def tell_state(self, entity_id: str, request: Request) -> Response:
        """Tell the state of an entity of your own program's. What a device or a rule tells of, nobody else can tell."""
        body, login = await json_object(request), _login(request)
        new = self._may_tell(login, entity_id)
        args: dict[str, Any] = {"entity": entity_id, **{name: body[name] for name in _OF_A_STATE if name in body}}
        await self._ask(request, _PROGRAMS, "tell_state", args)
        await self._desk.house.snapshot()
        state = self._desk.sight(login).state(entity_id)
        return json_response(state, 201 if new else 200, {"location": f"/api/states/{entity_id}"} if new else None)

    def _may_tell(self, login: str, entity_id: str) -> bool:
        """Whether an entity would be a new one; raises a `Refusal`, the same for a hidden one and for none."""
        config, sight = self._desk.view.config(entity_id), self._desk.sight(login)
        if config is None or not sight.may("see", entity_id):
            if self._desk.permissions.everywhere(login) < VERBS.index("control"):
                raise Refusal("denied", "Making entities takes the right to control everything here.")
            return True
        if config.owner != _PROGRAMS:
            told = f"{entity_id} is told by its owner, {config.owner}: ask for a service to change it."
            raise Refusal("conflict", told, "entity_id")
        return False

    async def forget_state(self, entity_id: str, request: Request) -> Response:
        """Take away an entity that a program told of."""
        config = self._desk.sight(_login(request)).config(entity_id)
        if config.owner != _PROGRAMS:
            raise Refusal(
                "conflict", f"{entity_id} belongs to {config.owner}, which would tell of it again.", "entity_id"
            )
        await self._ask(request, _PROGRAMS, "forget_state", {"entity": entity_id})
        return json_response({"message": "Entity removed."})

    # -- templates, rules, intents

    async def template(self, request: Request) -> Response:
        """What a template says, as text."""
        body = await json_object(request)
        text, given = body.get("template"), body.get("variables")
        variables = {} if given is None else given
        if not isinstance(text, str) or not isinstance(variables, dict):
            raise Refusal("invalid", "Give a template as text, and variables, if any, as an object.", "template")
        try:
            return PlainTextResponse(render_once(self._desk, _login(request), text, variables))
        except TemplateError as error:
            raise Refusal("invalid", f"Error rendering template: {error}.", "template") from error

    async def check_config(self, request: Request) -> Response:
        """Look for what is wrong with the rules."""
        found = await self._ask(request, CHECK_RULES.worker, CHECK_RULES.verb, {})
        lines: dict[str, list[str]] = {"error": [], "warning": []}
        for fault in found["problems"]:
            where = f"{fault['file']} line {fault['line']}: {fault['text']}"
            lines["error" if fault["severity"] == "error" else "warning"].append(where)
        errors, warnings = ("\n".join(lines[kind]) or None for kind in ("error", "warning"))
        return json_response({"result": "invalid" if errors else "valid", "errors": errors, "warnings": warnings})

    async def intent(self, request: Request) -> Response:
        """Carry out what somebody meant, where an assistant is there to do it."""
        body = await json_object(request)
        worker, verb = _ASSISTANT
        if self._desk.announced.shape(worker, verb) is None:
            raise Refusal("unavailable", "There is no assistant in this home that carries out intents.")
        return json_response(await self._ask(request, worker, verb, body))

    async def conversation(self, request: Request) -> Response:
        """Say something to the home; answers with what an assistant or a rule says to it."""
        body = await json_object(request)
        try:
            said = Process.model_validate(body)
        except ValidationError as error:
            raise Refusal("invalid", f"{sentence(error, Process.model_fields)}.", field_of(error)) from error
        return json_response(await self._told(process(self._desk, _login(request), said, _cause(request))))

    # -- the past, and what is ahead

    async def history(self, request: Request, begin: str | None = None) -> Response:
        """How entities were: a list for each, of its states; of the last day where no time is given."""
        query, wanted = request.query_params, request.query_params.get("filter_entity_id", "")
        ids = [one.strip() for one in wanted.split(",") if one.strip()]
        if not ids:
            raise Refusal("invalid", "filter_entity_id is missing: name entities, with commas.", "filter_entity_id")
        start, end = self._span(begin, query.get("end_time"))
        args: dict[str, Any] = {"start_time": iso(start), "end_time": iso(end), "entity_ids": ids}
        args |= {name: True for name in ("minimal_response", "no_attributes") if name in query}
        args["significant_changes_only"] = query.get("significant_changes_only", "1") not in ("0", "false")
        found = await self._past(request, "history_during_period", args)
        return json_response([_long(id, found[id]) for id in ids if found.get(id)])

    async def logbook(self, request: Request, begin: str | None = None) -> Response:
        """What went on; of the last day where no time is given."""
        query = request.query_params
        start, end = self._span(begin, query.get("end_time"))
        args: dict[str, Any] = {"start_time": iso(start), "end_time": iso(end)}
        if entity := query.get("entity"):
            args["entity_ids"] = [one.strip() for one in entity.split(",")]
        return json_response(await self._past(request, "logbook_get_events", args))

    def _span(self, begin: str | None, end: str | None) -> tuple[datetime, datetime]:
        start = _time(begin, "timestamp") if begin else self._desk.house.clock.now() - DAY
        return start, _time(end, "end_time") if end else start + DAY

    async def _past(self, request: Request, verb: str, args: dict[str, Any]) -> Any:
        return await self._told(remembered(self._desk, _login(request), verb, args, _cause(request)))

    async def calendar_list(self, request: Request) -> Response:
        """The calendars of the home."""
        sight = self._desk.sight(_login(request))
        ids = [one for one in sight.ids() if one.startswith("calendar.")]
        return json_response([{"entity_id": one, "name": self._desk.picture.name(one)} for one in ids])

    async def calendar(self, entity_id: str, request: Request, start: str, end: str) -> Response:
        """The events of a calendar between two times, as far ahead as its owner tells."""
        self._desk.sight(_login(request)).config(entity_id)
        domain, _, object_id = self._desk.view.current(entity_id).partition(".")
        if domain != "calendar":
            raise Refusal("not_found", "Entity not found.", "entity_id")
        return json_response(self.calendars.between(object_id, _time(start, "start"), _time(end, "end")))

    # -- asking

    async def _ask(self, request: Request, worker: str, verb: str, args: dict[str, Any]) -> Any:
        if self._desk.announced.shape(worker, verb) is None:
            raise Refusal("unavailable", f"The worker {worker}, which does this, is not there.")
        return await self._told(self._desk.ask(_login(request), worker, verb, args, _cause(request)))

    @staticmethod
    async def _told(work: Any) -> Any:
        """Wait for it; what the WebSocket would call a failure is a refusal here."""
        try:
            return await work
        except CallError as error:
            raise Refusal.of(error) from error
        except Failure as error:
            raise Refusal(_OF_A_FAILURE.get(error.code, error.code), error.message) from error


def _long(entity_id: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """States in the few letters of the WebSocket, as REST spells them."""
    told, attributes = [], dict[str, Any]()
    for row in rows:
        attributes = row.get("a", attributes)
        changed, updated = row.get("lc", row.get("lu")), row.get("lu", row.get("lc"))
        times = {"last_changed": _from_seconds(changed), "last_updated": _from_seconds(updated)}
        told.append({"entity_id": entity_id, "state": row["s"], "attributes": attributes, **times})
    return told


def _from_seconds(seconds: float | None) -> str | None:
    return None if seconds is None else iso(datetime.fromtimestamp(seconds).astimezone())


def _time(text: str, field: str) -> datetime:
    """A moment as a client writes it: ISO 8601; without a zone it is the machine's own time. Raises `Refusal`."""
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).astimezone()
    except (ValueError, OverflowError) as error:
        raise Refusal("invalid", f"{text[:50]!r} is no time: write 2026-11-23T07:00:00+00:00.", field) from error


def _login(request: Request) -> str:
    login: str = request.state.login
    return login


def _cause(request: Request) -> Cause:
    return Cause(request.state.request, _login(request))
