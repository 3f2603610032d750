"""Home: the worker that makes entities of MQTT devices, and payloads of commands.

It hears Home Assistant's discovery topics and, by a few filters, the topics that these name; it says each entity's
config and state. Needs no more than the broker. Keeps `home.db`: what was announced, who has which id, which
commands are under way. MQTT does not tell who published: a config is judged by what the login may use whose
discovery topic it stands on. Decisions: docs/decisions/0011, 0023.
"""

from contextlib import AsyncExitStack, ExitStack, closing
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from homeserver.home.answering import Answering
from homeserver.home.census import Census
from homeserver.home.commands import Commands
from homeserver.home.consequences import Consequences
from homeserver.home.entity import Entity
from homeserver.home.entries import Entries
from homeserver.home.gallery import Gallery
from homeserver.home.gathering import Gathering
from homeserver.home.grants import Grants
from homeserver.home.importing import Importing
from homeserver.home.journal import Journal
from homeserver.home.last_grants import LastGrants
from homeserver.home.last_heard import LastHeard
from homeserver.home.litter import Litter
from homeserver.home.opening import Opening
from homeserver.home.options import HomeOptions
from homeserver.home.orphans import Orphans
from homeserver.home.outbox import Outbox
from homeserver.home.pacing import Pacing
from homeserver.home.refusals import Refusals
from homeserver.home.registry import Registry
from homeserver.home.releasing import Releasing
from homeserver.home.removing import Removing
from homeserver.home.renaming import Renaming
from homeserver.home.report import Ignored, Report, Unreadable
from homeserver.home.retention import Retention
from homeserver.home.roster import Change, Roster, where_of
from homeserver.home.saying import Saying
from homeserver.home.surroundings import Surroundings
from homeserver.home.switchboard import Line, Switchboard
from homeserver.home.timers import Timers
from homeserver.home.touching import Touching
from homeserver.home.tuning import UNTUNED, Tuning, tuning_of
from homeserver.home.zones import Zones
from homeserver.runtime.fresh_lines import FreshLines
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.logins import Logins
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, every, hears
from homeserver.topics.call import REPLY, ReplyError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    COMMAND,
    COMMAND_ENDED,
    COMMAND_FAILED,
    ENTITY_CONFIG,
    ENTITY_STATE,
    Command,
    EntityConfig,
)
from homeserver.topics.event import DEVICE_EVENT
from homeserver.topics.process import PROCESS_STATUS, ProcessStatus
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, FLOOR_ENTRY, LABEL_ENTRY
from homeserver.topics.services import SERVICES
from homeserver.view.guard import Guard
from homeserver.view.template_functions import template_functions
from homeserver.view.templates import Templates

MIGRATIONS: Final = Path(__file__).with_name("migrations")


class Home(Answering, Importing, Releasing, Removing):
    """Devices in, entities out; commands in, payloads out."""

    name = "home"
    options = HomeOptions
    says = (
        ENTITY_CONFIG,
        ENTITY_STATE,
        ENTITY_ENTRY,
        DEVICE_ENTRY,
        AREA_ENTRY,
        FLOOR_ENTRY,
        LABEL_ENTRY,
        COMMAND_ENDED,
        COMMAND_FAILED,
        DEVICE_EVENT,
        REPLY,
        ANY_DEVICE_TOPIC,
    )

    def __init__(self, house: House, options: HomeOptions, templates: Templates) -> None:
        super().__init__(house)
        self.prefix, self._hand = options.discovery_prefix, options.device_hold
        self._templates = templates
        self._resources = ExitStack()
        self._process = house.login.partition(".")[2]
        self._full = self._trouble = ""

    async def open(self) -> None:
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.close)
            await self._open()
            undo.pop_all()

    async def _open(self) -> None:
        house = self.house
        ledger = self._resources.enter_context(Ledger.open(house.folder / "home.db", MIGRATIONS))
        self.turn = Turn(ledger)
        self.journal = Journal(self.turn)
        logins = Logins(house.folder) if self._is_known() else None
        self.grants = Grants(logins, self.prefix, LastGrants(self.turn))
        self.registry = Registry(self.turn, self.journal, self.grants.may_follow)
        self.refusals = Refusals()
        self.gallery = Gallery()
        self.entries = Entries(house, self.registry, self.journal)
        self.saying = Saying(house, self.entries)
        home = house.settings.home
        self.zones = Zones(house, self.journal, self.name)
        place, zone = (home.latitude, home.longitude), ZoneInfo(home.time_zone)
        around = Surroundings(
            house.clock.now, zone, place, self.gallery, self.zones.around, home.unit_system, self._tuned
        )
        self.roster = Roster(
            self.registry,
            self._templates,
            self.refusals,
            house.clock.now,
            prefix=self.prefix,
            root=house.root,
            around=around,
            grants=self.grants,
        )
        self.renaming = Renaming(self.registry, self.journal)
        self.litter = Litter(house, self.registry, self.roster, self.refusals, self.prefix)
        self.consequences = Consequences(
            self.registry, self.roster, self.entries, self.saying, self.litter, self.apply, self.announce
        )
        self.gathering = Gathering(house, self.registry, self._withdraw)
        self.board = Switchboard()
        self.last_heard = LastHeard(self.turn, self.registry, self.roster, self.board, house.clock)
        self.retention = Retention(self.turn, self.registry, self.journal)
        self.census = Census(self.registry, self.entries, self.roster, self.last_heard, self.refusals)
        self.orphaned = Orphans(self.registry, self.journal, self.litter, self.last_heard)
        self.timers = Timers(house.clock, self.saying.state)
        lines = self._resources.enter_context(closing(FreshLines(house.folder / "home.db-outbox")))
        self.outbox = Outbox(self.turn, lines)
        self.pacing = Pacing(self.registry, self.journal, self.roster.find)
        self.commands = Commands(
            house,
            self.turn,
            self.outbox,
            self.refusals,
            self.pacing,
            self.roster.find,
            self.saying.assume,
            self._mark,
            self._by_own_id,
            ZoneInfo(home.time_zone),
            home.manual_hold,
        )
        self._say_birth("offline")  # for those who did not see an earlier run end
        self.opening: Opening | None = Opening(self)
        await self.opening.open()
        self.gathering.opened(self.opening.doubted)
        self.opening = None
        if self._hand:
            touching = closing(Touching(house.clock, self.commands.holding, self.roster, self._hand))
            self.saying.touched = self._resources.enter_context(touching).changed
        self.commands.resume()
        self.commands.reporting.reconnected()
        self._tell_trouble()
        self._say_birth("online")

    async def close(self) -> None:
        if not hasattr(self, "commands"):  # it never came up
            self._resources.close()
            return
        self.house.unhear_devices(self.device_message)
        self._say_birth("offline")
        self.commands.delivering.close()
        for entity in self.roster.entities.values():
            self.saying.steadying.finish(entity)
            entity.rest()
        self.outbox.write_notes()
        if self.saying.aloud:
            self.last_heard.write()
        self.turn.end()
        self._resources.close()

    def _tuned(self, domain: str, unique_id: str) -> Tuning:
        """What people set of the values of an entity."""
        row = self.registry.find(domain, unique_id)
        return tuning_of(self.journal.of("entity", row.own)) if row is not None else UNTUNED

    def _is_known(self) -> bool:
        """Whether the broker asks for our own logins."""
        home = self.house.settings.home
        return home.login_file is not None or f"//{self.house.login}@" in home.broker

    def _say_birth(self, word: str) -> None:
        """Devices that hear `online` announce themselves and report again. Not retained, as they know it."""
        self.house.publish(f"{self.prefix}/status", word.encode())

    # -- devices

    def device_message(self, address: str, payload: bytes, retained: bool) -> None:
        """Anything on a topic outside the home's own."""
        line = self.board.lines.get(address)
        announces = address.endswith("/config") and address.startswith(f"{self.prefix}/")
        if line is not None:
            self._hear(line, Report(address, payload, retained))
        elif not announces:
            self.board.keep(address, payload)
        for wild in self.board.wild(address):
            self._hear(wild, Report(address, payload, retained))
        if announces:
            self.gathering.heard(address, payload, retained)
            if self.opening is not None:
                self.opening.announce(address, payload, retained)
            else:
                self.announce(address, payload, retained)

    def _hear(self, line: Line, report: Report) -> None:
        line.take(report.address, report.payload)
        if not report.retained:
            line.heard = self.house.clock.monotonic()
        self._report(line, report)

    def _report(self, line: Line, report: Report) -> None:
        refused = self.refusals.entries.get(report.address)
        if refused is not None:
            refused.past = True
        for part in tuple(line.parts.values()):
            entity, changed = part.entity, False
            for read in part.reads:
                try:
                    changed = read(entity, report) or changed
                except Ignored:
                    continue
                except Unreadable as fault:
                    self.refusals.add(report.address, f"{entity.id}: {fault}", self.house.clock.now())
                    changed = True
            if entity.fault:
                changed = entity.settled() or changed
            if part.timed:
                changed = self.timers.restart(entity) or changed
            if entity.pending is not None or entity.marks:
                changed = self.commands.delivering.reported(entity) or changed
            if changed:
                self.saying.state(entity, force=entity.face.force)

    def announce(self, topic: str, payload: bytes, retained: bool) -> None:
        """A discovery message."""
        change = self.roster.hear(topic, payload)
        self.litter.heard(topic, payload, read=change.announces or change.empty)
        if change.announces:
            self.registry.keep_announcement(topic, payload, retained)
        elif change.empty:
            self.registry.drop_announcement(topic)
        self.apply(change)
        self._notice_limit()

    def apply(self, change: Change) -> None:
        """Connect who came, disconnect who went, and say so."""
        self.pacing.renew()
        refilter = False
        coming = {entity.where for entity in change.come}
        for entity in change.gone:
            entity.rest()
            refilter |= self.board.disconnect(entity)
            if entity.where not in coming:
                self.saying.gone(entity.where)
                self.entries.entity(entity.own)
                self.gallery.drop(entity.key)
        for entity in change.come:
            refilter |= self.board.connect(entity)
            self.saying.config(entity)
            if entity.own in self.commands.holding.holds.of:
                self.commands.holding.mark(entity)
            self.catch_up(entity)
            self.saying.state(entity)
        for entity in change.asleep if self.saying.aloud else ():
            self.entries.entity(entity.own)
        if change.gone:
            self.commands.delivering.abandon()
        left = {one.config.device.id for one in change.gone if one.config.device is not None}
        for device_id in left | {row.id for row in change.devices}:
            device = self.registry.find_device(device_id)
            if device is None:
                continue  # removed by people
            self.saying.device(device)
            for entity in self.roster.described_anew(device):
                self.saying.config(entity)
        if refilter and self.opening is None:
            self.house.refilter()

    def catch_up(self, entity: Entity) -> None:
        """Let an entity read what was said on its topics before it was announced."""
        for topic in {topic for topic, _ in entity.face.hears}:
            line = self.board.lines[topic]
            own = Line({entity: line.parts[entity]})
            for address, payload in line.said(topic):
                self._report(own, Report(address, payload, True))

    def _by_own_id(self, own: str) -> Entity | None:
        return self.roster.find(where_of(self.journal.id_of("entity", own)))

    def _mark(self, entity: Entity, cause: Cause) -> None:
        """What is said of commands has changed, and the device has said nothing."""
        self.saying.state(entity, parent=cause)

    def _notice_limit(self) -> None:
        if self.roster.full and not self._full:
            self._full = f"there are {len(self.roster.entities)} entities, which is all that a home can hold"
            self._tell_trouble()

    def _tell_trouble(self) -> None:
        """What does not work as it should, if it is other than was said last."""
        unread = f"new devices cannot be let in: {self.grants.fault}" if self.grants.fault else ""
        before, self._trouble = self._trouble, "; ".join(filter(None, (self._full, unread)))
        if self._trouble and self._trouble != before:
            self.house.degraded(self._trouble)
        elif before and not self._trouble:
            self.house.healthy()

    # -- commands

    @hears(COMMAND)
    def command(self, command: Command, heard: Heard) -> None:
        where = (heard.where[0], heard.where[1])
        entity = self.roster.find(where)
        if entity is not None:
            self.commands.take(entity, command, heard)
        elif where[0] in SERVICES and ".".join(where) not in self.registry.others:
            error = ReplyError("not_found", self.roster.why_not(".".join(where)))
            self.commands.refuse(command, heard, error)

    @hears(ENTITY_CONFIG)
    def config(self, config: EntityConfig | None, heard: Heard) -> None:
        """Entities of other owners: their commands are not ours to refuse, what people said of them is ours to say."""
        id = ".".join(heard.where)
        is_theirs = config is not None and config.owner != self.name
        if is_theirs == (id in self.registry.others):
            return
        (self.registry.others.add if is_theirs else self.registry.others.discard)(id)
        if ("entity", id) in self.journal.words:
            self.entries.entity(id)

    # -- time

    @hears(PROCESS_STATUS)
    def connection(self, status: ProcessStatus | None, heard: Heard) -> None:
        """Our own process says that it is online after every connection: devices are to announce themselves again."""
        if status is not None and status.state == "online" and heard.where[0] == self._process and not heard.snapshot:
            self.house.start(self.gathering.reconnected(self._greet), "birth")

    def _greet(self) -> None:
        self.commands.reporting.reconnected()
        self._say_birth("online")

    def _withdraw(self, topic: str) -> None:
        """A topic announces nothing any more."""
        self.announce(topic, b"", False)

    @every(seconds=1)
    async def tidy(self) -> None:
        self.commands.holding.settle_all()
        self.outbox.write_notes()
        self.turn.end()
        await self.turn.tidy()
        if self.grants.renew():
            self._review()
        self._tell_trouble()

    def _review(self) -> None:
        """Logins came, changed or went: what they may not announce goes, what they may now comes in."""
        change, denied = self.roster.review()
        self.apply(change)
        for topic in denied:
            if (payload := self.registry.payload(topic)) is not None:
                self.announce(topic, payload, False)

    @every(minutes=5)
    async def sweep(self) -> None:
        now = self.house.clock.now().timestamp()
        self.outbox.forget(now)
        self.retention.sweep(now)
        self.last_heard.write()


def setup(house: House) -> Home:
    zone = ZoneInfo(house.settings.home.time_zone)
    facts = template_functions(house.shared(Guard).view, house.settings.home)
    return Home(house, house.options(HomeOptions), Templates(facts, zone=zone, now=house.clock.now))
