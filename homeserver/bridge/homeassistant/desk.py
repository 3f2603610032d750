"""What the commands work with: the parts of the bridge, gathered once and handed to each."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeserver.bridge.access import Access
from homeserver.bridge.announced import Announcements
from homeserver.bridge.homeassistant.events import Events
from homeserver.bridge.homeassistant.feed import Feed
from homeserver.bridge.homeassistant.followers import Followers
from homeserver.bridge.homeassistant.offers import of_the_rules, services_of
from homeserver.bridge.homeassistant.overview import Overview
from homeserver.bridge.mobile_app.channels import Channels
from homeserver.bridge.mobile_app.phones import Phone, Phones
from homeserver.bridge.models import UNITS
from homeserver.bridge.picture import Picture
from homeserver.bridge.services import Services
from homeserver.bridge.sight import Sight
from homeserver.rules.words import PERFORM
from homeserver.runtime.house import House
from homeserver.runtime.people import PREFIX
from homeserver.topics.cause import Cause
from homeserver.topics.person import VERBS
from homeserver.topics.record import record
from homeserver.view.allowance import Allowances
from homeserver.view.observed import Look, Observer
from homeserver.view.permission import Permissions
from homeserver.view.seen import seen_by
from homeserver.view.view import View

VERSION: Final = "2026.11.0"
"""What we answer where a client asks which version of Home Assistant's interface it speaks to; they compare it."""


@record
class Desk:
    """One for all clients."""

    house: House
    view: View
    picture: Picture
    permissions: Permissions
    services: Services
    announced: Announcements
    feed: Feed
    events: Events
    observer: Observer
    access: Access
    followers: Followers
    allowances: Allowances
    phones: Phones
    channels: Channels
    overview: Overview

    def joined(self, phone: Phone, facts: Mapping[str, Any] | None) -> None:
        """A phone was registered, said something new of itself, or (None) opened its channel: it may be told."""
        if facts is None or facts["app_data"].get("push_websocket_channel"):
            self.channels.joined(phone.id, phone.login)

    def offered(self, login: str) -> dict[str, Any]:
        """The services that there are for somebody, by domain."""
        offered = services_of(self.sight(login))
        able = self.permissions.everywhere(login) >= VERBS.index("control")
        if able and self.permissions.may_call(login, PERFORM.worker, PERFORM.verb, "adult"):
            people = self.house.people
            offered |= of_the_rules(sorted(one.removeprefix(PREFIX) for one in people.logins()))
        return offered

    def sight(self, login: str) -> Sight:
        return Sight(self.picture, self.permissions, login)

    def looking(self, look: Look, login: str) -> AbstractContextManager[None]:
        """What is rendered meanwhile sees what this person sees, and takes of his time."""
        return self.observer.looking(look, self.seen(login), self.allowances.of(login))

    def seen(self, login: str) -> View:
        """The live view as somebody may see it, of this moment."""
        return seen_by(self.view, self.permissions, login)

    async def ask(self, login: str, worker: str, verb: str, args: dict[str, Any], cause: Cause) -> Any:
        """Make a call for somebody; raises `CallError`."""
        return await self.house.ask(worker, verb, args, cause=cause, login=login)

    def config(self, login: str) -> dict[str, Any]:
        """The home as `get_config` tells it. Keys: Home Assistant's `core_config.py`, `as_dict`."""
        home = self.house.settings.home
        names = ("latitude", "longitude", "elevation", "time_zone", "language", "currency")
        return {
            **{name: getattr(home, name) for name in names},
            "location_name": home.name,
            "version": VERSION,
            "state": "RUNNING",
            "components": sorted({id.partition(".")[0] for id in self.sight(login).ids()} | _ALWAYS),
            "unit_system": UNITS[home.unit_system],
            "radius": 100,
            "country": None,
            "config_dir": "/config",
            "config_source": "storage",
            "allowlist_external_dirs": [],
            "allowlist_external_urls": [],
            "whitelist_external_dirs": [],
            "external_url": None,
            "internal_url": None,
            "recovery_mode": False,
            "safe_mode": False,
            "debug": False,
        }


_ALWAYS: Final = frozenset({"api", "auth", "config", "homeassistant", "mobile_app", "mqtt", "webhook", "websocket_api"})
"""Parts that clients look for before they ask for what these offer."""


def observer_of(house: House, view: View) -> Observer:
    """What renders templates for clients."""
    home = house.settings.home
    zone: tzinfo = ZoneInfo(home.time_zone)
    return Observer(view, zone, house.clock.now, home)
