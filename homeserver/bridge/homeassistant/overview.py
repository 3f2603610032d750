"""`homeserver/subscribe_home`: the home beside its states, for a page that asks for the states of what it shows alone.

A card tells what of an entity seldom changes: its name and place, what can be asked of it, whether it can be reached.
A page that has all cards can lay out every room, and subscribes to the states of what is in sight. All pages of a
person are one audience. `mark` names what cards and floors there are: a page that has them already, because it asked
for them before it was connected, is not told them again. Keeps the cards, what each audience was told, and the latest
happenings.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

import orjson
from pydantic import BaseModel

from homeserver.bridge.homeassistant.session import Session
from homeserver.bridge.picture import Picture
from homeserver.bridge.sight import Sight
from homeserver.runtime.clock import Clock
from homeserver.topics.entity import UNAVAILABLE, EntityState
from homeserver.topics.record import record
from homeserver.view.view import View

HAPPENINGS: Final = 60
"""Happenings that are remembered."""
PAUSE: Final = 0.1
"""Seconds for which changes are gathered at least; a home begins with a thousand devices."""
STRETCH: Final = 4.0
"""The pause after telling, in times that the telling took."""
_EVENT: Final = b'{"id":%d,"type":"event","event":'


class Beginning(BaseModel):
    """What the page begins with. `entities` and `states` by entity id; `mark` names just these floors and entities."""

    home: dict[str, Any]
    mark: str
    floors: list[dict[str, Any]]
    entities: dict[str, dict[str, Any]]
    states: dict[str, dict[str, Any]]
    happened: list[dict[str, Any]]


@record
class Sources:
    """What the overview is made of. `head` gives what is told of the home itself."""

    clock: Clock
    view: View
    picture: Picture
    sight: Callable[[str], Sight]
    head: Callable[[], Mapping[str, Any]]


class _Listener:
    """One page. `behind`: it read slowly, and is told everything anew once it has read."""

    def __init__(self, session: Session, id: int) -> None:
        self.out = session.out
        self.behind = False
        self._head = _EVENT % id

    def tell(self, event: bytes) -> None:
        self.out.add(self._head + event + b"}")


class _Audience:
    """All pages of one person, who were told the same."""

    def __init__(self, login: str) -> None:
        self.login = login
        self.listeners: set[_Listener] = set()
        self.cards: dict[str, bytes] = {}
        self.floors = b"[]"


class Overview:
    """To be told what changes; tells the pages."""

    def __init__(self, sources: Sources) -> None:
        self._of = sources
        self._cards: dict[str, bytes] = {}
        self._away: set[str] = set()
        self._happened: deque[dict[str, Any]] = deque(maxlen=HAPPENINGS)
        self._audiences: dict[str, _Audience] = {}
        self._changed: set[str] = set()
        self._news: list[dict[str, Any]] = []
        self._all = self._due = False
        self._next = 0.0

    # -- who listens

    def join(self, session: Session, id: int, known: str = "") -> Callable[[], None]:
        """Tell a page the home, then what changes, until the returned function is called. `known`: the mark of the
        cards that it has."""
        audience = self._audiences.get(session.login)
        if audience is None:
            audience = self._audiences[session.login] = _Audience(session.login)
            self._learn(audience, self._of.picture.ids())
        else:
            self._flush()  # so that all of them know the same before
        listener = _Listener(session, id)
        listener.tell(b"{" + b",".join(self._whole(audience, known)) + b"}")
        audience.listeners.add(listener)

        def leave() -> None:
            audience.listeners.discard(listener)
            if not audience.listeners:
                self._audiences.pop(audience.login, None)

        return leave

    def first(self, login: str, states: bytes) -> bytes:
        """What a page begins with, as one object: what `subscribe_home` begins with, and `states` beside it."""
        audience = self._audiences.get(login)
        if audience is None:
            audience = _Audience(login)
            self._learn(audience, self._of.picture.ids())
        else:
            self._flush()
        return b"{" + b",".join((*self._whole(audience), b'"states":' + states)) + b"}"

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What happened of late, the oldest first."""
        return list(self._happened)

    @property
    def pages(self) -> int:
        """How many listen."""
        return sum(len(audience.listeners) for audience in self._audiences.values())

    def catch_up(self) -> None:
        """Tell those who read slowly how it is now, if they have read; to be called now and then."""
        for audience in self._audiences.values():
            for listener in audience.listeners:
                if listener.behind and not listener.out.slow:
                    listener.behind = False
                    listener.tell(b"{" + b",".join(self._whole(audience)) + b"}")

    # -- what changes

    def changed(self, entity_id: str) -> None:
        """What is known of an entity beside its state is different, or it is gone."""
        self._cards.pop(entity_id, None)
        self._changed.add(entity_id)
        self._soon()

    def all_changed(self) -> None:
        """Names, places, or what somebody may see."""
        self._cards.clear()
        self._all = True
        self._soon()

    def state(self, entity_id: str, state: EntityState | None) -> None:
        """An entity has a new state: of interest here only where it goes out of reach or comes back."""
        away = state is not None and state.state == UNAVAILABLE
        if away == (entity_id in self._away):
            return
        (self._away.add if away else self._away.discard)(entity_id)
        self.changed(entity_id)

    def happened(self, line: dict[str, Any]) -> None:
        """A line for the list of what went on."""
        self._happened.append(line)
        if self._audiences:
            self._news.append(line)
            self._soon()

    def _soon(self) -> None:
        if self._due or not self._audiences:
            return
        self._due = True
        clock = self._of.clock
        clock.call_later(max(PAUSE, self._next - clock.monotonic()), self._flush)

    # -- telling

    def _flush(self) -> None:
        self._due = False
        began = self._of.clock.monotonic()
        changed, self._changed = self._changed, set()
        news, self._news = self._news, []
        everything, self._all = self._all, False
        for audience in list(self._audiences.values()):
            ids = {*self._of.picture.ids(), *audience.cards} if everything else changed
            self._tell(audience, self._difference(audience, ids, news))
        now = self._of.clock.monotonic()
        self._next = now + STRETCH * (now - began)

    def _difference(self, audience: _Audience, ids: Collection[str], news: list[dict[str, Any]]) -> list[bytes]:
        floors = audience.floors
        cards, gone = self._learn(audience, ids)
        lines = _lines(self._of.sight(audience.login), news)
        parts = [b'"entities":' + _object(cards)] if cards else []
        parts += [b'"gone":' + orjson.dumps(gone)] if gone else []
        parts += [b'"floors":' + audience.floors] if audience.floors != floors else []
        parts += [b'"happened":' + lines] if lines != b"[]" else []
        return parts

    def _tell(self, audience: _Audience, parts: list[bytes]) -> None:
        event = b"{" + b",".join(parts) + b"}"
        for listener in audience.listeners if parts else ():
            if listener.behind or listener.out.slow:
                listener.behind = True
            else:
                listener.tell(event)

    def _whole(self, audience: _Audience, known: str = "") -> Iterator[bytes]:
        """The parts of an object that tells all of it, less what is `known`."""
        mark = _mark(audience)
        yield b'"home":' + orjson.dumps({**self._of.head(), "time": self._of.clock.now()})
        yield b'"mark":"%b"' % mark.encode()
        if mark != known:
            yield b'"floors":' + audience.floors
            yield b'"entities":' + _object(audience.cards.items())
        yield b'"happened":' + _lines(self._of.sight(audience.login), self._happened)

    # -- cards

    def _learn(self, audience: _Audience, ids: Collection[str]) -> tuple[list[tuple[str, bytes]], list[str]]:
        """Bring what an audience knows up to date; gives the cards that are different for it, and what is gone."""
        sight = self._of.sight(audience.login)
        told, gone = [], []
        for entity_id in ids:
            card = self._card(entity_id) if sight.may("see", entity_id) else b""
            if card and audience.cards.get(entity_id) != card:
                audience.cards[entity_id] = card
                told.append((entity_id, card))
            elif not card and audience.cards.pop(entity_id, None) is not None:
                gone.append(entity_id)
        if ids:
            audience.floors = orjson.dumps(self._floors(audience.cards))
        return told, gone

    def _card(self, entity_id: str) -> bytes:
        """Empty for what does not exist."""
        card = self._cards.get(entity_id)
        if card is None:
            made = card_of(self._of.picture, entity_id, away=entity_id in self._away)
            card = self._cards[entity_id] = b"" if made is None else orjson.dumps(made)
        return card

    def _floors(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """The floors of the areas in which somebody sees something, the lowest first; none where nobody made any."""
        view = self._of.view
        if not view.floors:
            return []
        areas = {area_id for id in ids if (area_id := view.area_of(id)) in view.areas and area_id}
        names: dict[str, list[str]] = {}
        for area_id in areas:
            if (floor_id := view.areas[area_id].floor_id) in view.floors and floor_id:
                names.setdefault(floor_id, []).append(view.areas[area_id].name)
        floors = [(view.floors[floor_id], sorted(found)) for floor_id, found in names.items()]
        floors.sort(key=lambda pair: (pair[0].level if pair[0].level is not None else 99, pair[0].name))
        return [{"name": floor.name, "level": floor.level, "areas": found} for floor, found in floors]


def _mark(audience: _Audience) -> str:
    """What names just these floors and cards, in whatever order they came."""
    cards = b"".join(entity_id.encode() + card for entity_id, card in sorted(audience.cards.items()))
    return blake2b(audience.floors + cards, digest_size=12).hexdigest()


def card_of(picture: Picture, entity_id: str, *, away: bool) -> dict[str, Any] | None:
    """What of an entity seldom changes, without what is as for most; None for one that does not exist."""
    config = picture.find(entity_id)
    if config is None:
        return None
    said = {
        "name": picture.name(entity_id),
        "area": picture.area(entity_id),
        "device": config.device.name if config.device else None,
        "class": config.device_class,
        "series": config.state_class,
        "category": config.category,
        "services": config.services,
        "hidden": picture.hidden(entity_id),
        "away": away,
    }
    return {key: value for key, value in said.items() if value}


def _lines(sight: Sight, happened: Iterable[dict[str, Any]]) -> bytes:
    """The happenings that somebody may know, with no more of their causes than he may know."""
    lines = happened if sight.whole else map(sight.happening, happened)
    return orjson.dumps([line for line in lines if line is not None], option=orjson.OPT_NON_STR_KEYS)


def _object(pairs: Iterable[tuple[str, bytes]]) -> bytes:
    return b"{" + b",".join(orjson.dumps(entity_id) + b":" + card for entity_id, card in pairs) + b"}"
