"""The interface for Home Assistant's clients as the bridge sees it: told what happens, served over the WebSocket.

Needs the live view and the parts of the bridge. Keeps the connections.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.bridge.access import Access
from homeserver.bridge.announced import Announcements
from homeserver.bridge.homeassistant.compressed import Shown, shown
from homeserver.bridge.homeassistant.desk import Desk, observer_of
from homeserver.bridge.homeassistant.events import Events
from homeserver.bridge.homeassistant.feed import Feed
from homeserver.bridge.homeassistant.followers import Followers
from homeserver.bridge.homeassistant.overview import Overview, Sources
from homeserver.bridge.homeassistant.rest import Rest
from homeserver.bridge.homeassistant.socket import Sockets
from homeserver.bridge.mobile_app.channels import Channels
from homeserver.bridge.mobile_app.phones import Phones
from homeserver.bridge.options import BridgeOptions
from homeserver.bridge.picture import Picture
from homeserver.bridge.services import Services
from homeserver.bridge.sight import Sight
from homeserver.bridge.states import state_body
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.topics.entity import EntityState
from homeserver.topics.event import DeviceEvent, Event
from homeserver.view.allowance import Allowances
from homeserver.view.permission import Permissions
from homeserver.view.view import View

EVENTS: Final[Mapping[str, str]] = {"tag_scanned": "tag_scanned", "device_trigger": "homeserver_device_trigger"}
"""What our devices tell of, by its type here: the type of the event that clients hear."""


class Interface:
    """`sockets` is the ASGI application."""

    def __init__(
        self,
        house: House,
        view: View,
        picture: Picture,
        permissions: Permissions,
        services: Services,
        announced: Announcements,
        access: Access,
        phones: Phones,
    ) -> None:
        self._view = view
        self._picture = picture
        self._since = house.clock.now()
        self.feed = Feed(house.clock, self._shown, self._sees(permissions), picture.ids)
        self.events = Events(permissions, house.clock.now, house.new_id)
        observer = observer_of(house, view)
        head = {"name": house.settings.home.name, "language": house.settings.home.language}
        zone = {"time_zone": house.settings.home.time_zone}
        self.overview = Overview(Sources(house.clock, view, picture, self._sight(permissions), lambda: head | zone))
        self.desk = Desk(
            house,
            view,
            picture,
            permissions,
            services,
            announced,
            self.feed,
            self.events,
            observer,
            access,
            Followers(),
            Allowances(house.clock),
            phones,
            Channels(),
            self.overview,
        )
        self.sockets = Sockets(self.desk, access, house.settings.home.http_host, house.options(BridgeOptions).names)
        self.rest = Rest(self.desk)
        view.watch_all(self._state_changed)
        house.people.watch(self._rights_changed)

    @staticmethod
    def _sees(permissions: Permissions) -> Callable[[str, str], bool]:
        return lambda login, entity_id: permissions.may(login, "see", entity_id)

    def _sight(self, permissions: Permissions) -> Callable[[str], Sight]:
        return lambda login: Sight(self._picture, permissions, login)

    def _shown(self, entity_id: str) -> Shown | None:
        config = self._picture.find(entity_id)
        if config is None:
            return None
        return shown(self._picture.name(entity_id), config, self._view.states.get(entity_id), self._since)

    # -- what happens

    def changed(self, entity_id: str) -> None:
        """What an entity is has changed, or it is gone."""
        self.feed.changed(entity_id)
        self.overview.changed(entity_id)

    def state(self, entity_id: str, state: EntityState | None) -> None:
        """An entity has a new state, or none any more."""
        self.feed.changed(entity_id)
        self.overview.state(entity_id, state)

    def placed(self, kind: str, id: str) -> None:
        """What people decided about a thing is different. `kind`: entity, device, area, floor or label."""
        if kind == "entity":
            self.changed(id)
        else:
            self.feed.all_changed()
            self.overview.all_changed()
        self.events.registry_updated(kind, id)

    def event(self, event: Event) -> None:
        """Somebody told an event of his own."""
        self.events.happened(event.type, event.data, event.cause)

    def device_event(self, event: DeviceEvent) -> None:
        """A key was pressed, a tag was read."""
        if type := EVENTS.get(event.type):
            data = {**event.data, "device_id": event.device_id, "entity_id": event.entity_id}
            self.events.happened(type, data, event.cause)

    def beat(self) -> None:
        """To be called now and then."""
        self.feed.catch_up()
        self.overview.catch_up()
        self.sockets.check()

    def close(self) -> None:
        self.sockets.close()

    def _rights_changed(self, login: str) -> None:
        self.feed.all_changed()
        self.overview.all_changed()
        self.sockets.check()

    def _state_changed(self, entity_id: str, old: EntityState | None, new: EntityState | None, _: Heard) -> None:
        def body(state: EntityState | None) -> dict[str, Any] | None:
            config = self._picture.find(entity_id) if state is not None else None
            if config is None:
                return None
            return state_body(entity_id, self._picture.name(entity_id), config, state, self._since)

        cause = new.cause if new is not None else None
        self.events.state_changed(entity_id, lambda: body(old), lambda: body(new), cause)
