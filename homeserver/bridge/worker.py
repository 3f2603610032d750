"""The bridge: HTTP for people and programs, translated to topics and back; no capability of its own.

Needs a free port. Keeps what proves who one is in `bridge.db` (`proofs.vault`), uploads in its folder `staging`, what
push needs in `push.db`, all else in memory. It runs in a process of its own, because it alone may speak for people,
whom it has identified.
"""

import asyncio
from dataclasses import replace
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from homeserver.bridge.access import Access, Watchers
from homeserver.bridge.announced import Announcements
from homeserver.bridge.auth.entrance import Entrance
from homeserver.bridge.auth.routes import AuthRoutes
from homeserver.bridge.brought import Brought
from homeserver.bridge.causes import Causes
from homeserver.bridge.certificate import Front
from homeserver.bridge.door import Door
from homeserver.bridge.effects import Effects
from homeserver.bridge.files import Files
from homeserver.bridge.happenings import Happenings
from homeserver.bridge.homeassistant.interface import Interface
from homeserver.bridge.mobile_app.phones import Phones
from homeserver.bridge.mobile_app.routes import MobileApp
from homeserver.bridge.options import BridgeOptions
from homeserver.bridge.origins import LOOPBACK
from homeserver.bridge.personal import Personal
from homeserver.bridge.picture import Picture
from homeserver.bridge.proofs.departed import Departed
from homeserver.bridge.proofs.sign_in import SignIn
from homeserver.bridge.proofs.vault import opened
from homeserver.bridge.push.pushing import Push, Pushing
from homeserver.bridge.push.routes import PushRoutes
from homeserver.bridge.resuming import Resuming
from homeserver.bridge.routes import Routes
from homeserver.bridge.server import Listener
from homeserver.bridge.services import Services
from homeserver.bridge.sight import Sight
from homeserver.bridge.staging import Staging
from homeserver.bridge.webhooks import Hooks
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.log import request_id
from homeserver.runtime.worker import EVERYBODY, Worker, every, hears
from homeserver.topics.audit import AuditEvent
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    COMMAND,
    COMMAND_FAILED,
    ENTITY_CONFIG,
    ENTITY_STATE,
    WANTED,
    Command,
    CommandOutcome,
    EntityConfig,
    EntityState,
)
from homeserver.topics.event import (
    CALENDAR,
    DEVICE_EVENT,
    EVENT,
    WEBHOOK,
    WEBHOOKS,
    CalendarAhead,
    DeviceEvent,
    Event,
    Webhooks,
)
from homeserver.topics.page import WORKER_PAGE, WorkerPage
from homeserver.topics.process import PROCESS_STATUS, WORKER_CALLS, ProcessStatus, WorkerCalls
from homeserver.topics.registry import (
    AREA_ENTRY,
    DEVICE_ENTRY,
    ENTITY_ENTRY,
    FLOOR_ENTRY,
    LABEL_ENTRY,
    AreaEntry,
    DeviceEntry,
    EntityEntry,
    FloorEntry,
    LabelEntry,
)
from homeserver.view.permission import Permissions
from homeserver.view.view import View

HEARTBEAT: Final = 15.0
"""Seconds between looks at who may listen no longer, and who has read what he had missed."""


class Bridge(Personal, Pushing, Worker):
    """`app` is the whole interface behind its door; the listener serves it."""

    name = "bridge"
    says = (COMMAND, EVENT, WEBHOOK)
    speaks_for = ("person.owner", EVERYBODY)
    gives_blobs = True
    options = BridgeOptions

    def __init__(self, house: House) -> None:
        super().__init__(house)
        home = house.settings.home
        self.causes = Causes()
        view = house.shared(View)
        self.picture = Picture(view, self.causes, house.clock.now())
        permissions = Permissions(view, house.people)
        self.happenings = Happenings(self.picture, self.causes)
        self.effects = Effects(house.clock)
        self.announced = Announcements()
        options = house.options(BridgeOptions)
        watchers = Watchers()
        self.vault = house.keep(opened(house, watchers.tell))
        self.access = Access(self.vault, house.people, watchers, house.clock, home.http_port, self._audit)
        sign_in = SignIn(self.vault, house.people, self._audit)
        auth = AuthRoutes(Entrance(house, self.access, self.vault, sign_in, self._audit))
        services = Services(house, self.picture, permissions, self.effects)
        self.hooks = Hooks(house)
        self.staging = Staging(house.folder / "staging", options.upload_largest, options.upload_quota)
        files = Files(house, self.announced, self.staging)
        phones = Phones(self.vault, house.people)
        watchers.add(phones.check)
        self.homeassistant = Interface(
            house, view, self.picture, permissions, services, self.announced, self.access, phones
        )
        mobile_app = MobileApp(self.homeassistant.desk, phones)
        parts = (self.announced, services, self.hooks, files, self.homeassistant.rest, mobile_app)
        app = Routes(house, self.access, auth, self.picture, permissions, *parts).app()
        self.push = Push(house, view, self.access, options, self.homeassistant.desk.channels)
        PushRoutes(self.push).add_to(app)
        self.resuming = Resuming(house, files, self.staging)
        self.resuming.add_to(app)
        self.brought = Brought(house, options.pages)
        self.brought.add_to(app)
        self.departed = Departed(house, self.vault, watchers.tell, self._audit, self.push.book.erase)
        self.front = Front(options.http_certificate, options.http_key, options.trusted_proxies)
        self.door = Door(app, self.access, home.http_host, house.new_id, options.names, options.cors_origins)
        self.app = front(self.door, self.homeassistant.sockets)
        self.listener = Listener(self.app, home.http_host, home.http_port, house.clock, house.degraded, self.front)
        self._serving: asyncio.Task[None] | None = None

    def _audit(self, event: AuditEvent) -> None:
        self.house.audit(replace(event, cause=Cause(request_id.get(), event.who or "worker:bridge")))

    async def open(self) -> None:
        if self.house.settings.home.http_host not in LOOPBACK and not (self.front.certificate or self.front.proxies):
            self.house.log.warning("the page is served to the network without encryption: listeners there see the key")
        self.push.open()
        self._serving = self.house.start(self.listener.run(), "http")

    async def close(self) -> None:
        self.departed.close()
        self.homeassistant.close()
        self.listener.stop()
        await self.push.close()
        if self._serving is not None and self.listener.up.is_set():
            await asyncio.wait([self._serving], timeout=_LAST_REQUESTS)

    def sight(self, login: str) -> Sight:
        """The home as somebody may see it."""
        return self.homeassistant.desk.sight(login)

    # -- the home

    @hears(ENTITY_STATE)
    def state(self, state: EntityState | None, heard: Heard) -> None:
        entity_id = f"{heard.where[0]}.{heard.where[1]}"
        happening = self.happenings.state(entity_id, state, told=not heard.snapshot)
        if state is not None:
            self.causes.remember(state.cause, entity_id, state.state)
        self.homeassistant.state(entity_id, state)
        if state is None or WANTED not in state.attributes:  # what is on its way has not been done
            self.effects.changed(entity_id)
        if happening:
            self.homeassistant.overview.happened(happening)

    @hears(ENTITY_CONFIG)
    def config(self, _: EntityConfig | None, heard: Heard) -> None:
        self.homeassistant.changed(f"{heard.where[0]}.{heard.where[1]}")

    @hears(ENTITY_ENTRY)
    def entry(self, _: EntityEntry | None, heard: Heard) -> None:
        self.homeassistant.placed("entity", heard.where[0])

    @hears(DEVICE_ENTRY)
    def device(self, _: DeviceEntry | None, heard: Heard) -> None:
        self.homeassistant.placed("device", heard.where[0])

    @hears(AREA_ENTRY)
    def area(self, _: AreaEntry | None, heard: Heard) -> None:
        self.homeassistant.placed("area", heard.where[0])

    @hears(FLOOR_ENTRY)
    def floor(self, _: FloorEntry | None, heard: Heard) -> None:
        self.homeassistant.placed("floor", heard.where[0])

    @hears(LABEL_ENTRY)
    def label(self, _: LabelEntry | None, heard: Heard) -> None:
        self.homeassistant.placed("label", heard.where[0])

    # -- commands, calls and what became of them

    @hears(COMMAND)
    def command(self, command: Command) -> None:
        self.causes.remember(command.cause)

    @hears(COMMAND_FAILED)
    def command_failed(self, outcome: CommandOutcome) -> None:
        self.homeassistant.overview.happened(self.happenings.failed(outcome, self.house.clock.now()))

    @hears(DEVICE_EVENT)
    def device_event(self, event: DeviceEvent) -> None:
        self.causes.remember(event.cause)
        self.homeassistant.device_event(event)
        if happening := self.happenings.event(event):
            self.homeassistant.overview.happened(happening)

    @hears(EVENT)
    def event(self, event: Event) -> None:
        self.causes.remember(event.cause)
        self.homeassistant.event(event)

    @hears(CALENDAR)
    def calendar(self, ahead: CalendarAhead | None, heard: Heard) -> None:
        self.homeassistant.rest.calendars.learn(heard.where[0], ahead)

    @hears(WEBHOOKS)
    def webhooks(self, webhooks: Webhooks | None, heard: Heard) -> None:
        self.hooks.learn(heard.where[0], webhooks)

    @hears(WORKER_CALLS)
    def calls(self, calls: WorkerCalls | None, heard: Heard) -> None:
        self.announced.calls(heard.where[0], heard.where[1], calls)

    @hears(PROCESS_STATUS)
    def process(self, status: ProcessStatus | None, heard: Heard) -> None:
        self.announced.process(heard.where[0], status)
        self.brought.process(heard.where[0], status)

    @hears(WORKER_PAGE)
    def brings(self, page: WorkerPage | None, heard: Heard) -> None:
        self.brought.learn(heard.where[0], heard.where[1], page)

    @every(hours=1)
    async def sweep(self) -> None:
        await asyncio.to_thread(self.staging.sweep)

    @every(seconds=1)
    async def look(self) -> None:
        await self.departed.look()

    @every(seconds=HEARTBEAT)
    async def beat(self) -> None:
        self.homeassistant.beat()


_LAST_REQUESTS: Final = 1.3
"""Seconds for requests that are under way when the bridge ends."""


def front(http: ASGIApp, sockets: ASGIApp) -> ASGIApp:
    """One application of two: what comes as a WebSocket, and all else."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (sockets if scope["type"] == "websocket" else http)(scope, receive, send)

    return app


def setup(house: House) -> Bridge:
    return Bridge(house)
