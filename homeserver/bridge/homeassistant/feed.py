"""Entities for `subscribe_entities`: all at once first, then what changed, put into JSON once for all who may see it.

Changes are gathered for a moment, longer when telling them takes long, so that a storm costs no more than the machine
has. Those who ask for the same as the same person are one audience and get the same bytes. A client that reads slowly
misses what comes meanwhile, and is told the latest of it when it has read. Keeps what each entity was last told to be.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import orjson

from homeserver.bridge.homeassistant.compressed import Shown, difference, whole
from homeserver.bridge.homeassistant.outgoing import Outgoing
from homeserver.runtime.clock import Clock

PAUSE: Final = 0.004
"""Seconds after telling for which changes are gathered at least."""
STRETCH: Final = 2.0
"""The pause after telling, in times that the telling took: two thirds of the processor stay for others."""
_EVENT: Final = b'{"id":%d,"type":"event","event":'


class Listener:
    """One subscription of one connection."""

    def __init__(self, out: Outgoing, id: int) -> None:
        self.out = out
        self.behind: set[str] = set()
        """What it was not told, for it read slowly."""
        self._head = _EVENT % id

    def tell(self, event: bytes) -> None:
        self.out.add_now(self._head + event + b"}")


class Audience:
    """Those who ask for the same entities as the same person. `only`: what they asked for; None is everything."""

    def __init__(self, login: str, only: frozenset[str] | None) -> None:
        self.login = login
        self.only = only
        self.listeners: set[Listener] = set()
        self.sees: set[str] = set()
        """What they were told of and may still see."""


class Feed:
    """`look` gives an entity as it is now, None where there is none; `may_see` answers for a login."""

    def __init__(
        self,
        clock: Clock,
        look: Callable[[str], Shown | None],
        may_see: Callable[[str, str], bool],
        entities: Callable[[], Iterable[str]],
    ) -> None:
        self._clock = clock
        self._look = look
        self._may_see = may_see
        self._entities = entities
        self._told: dict[str, Shown] = {}
        self._wholes: dict[str, bytes] = {}
        self._audiences: dict[tuple[str, frozenset[str] | None], Audience] = {}
        self._changed: dict[str, None] = {}
        self._due = False
        self._next = 0.0

    # -- who listens

    def join(self, out: Outgoing, id: int, login: str, only: frozenset[str] | None) -> Callable[[], None]:
        """Tell a client all that it asked for, then what changes, until the returned function is called."""
        self.flush()  # so that everybody knows the same before
        audience = self._audiences.setdefault((login, only), Audience(login, only))
        listener = Listener(out, id)
        listener.tell(b'{"a":' + self._all(audience) + b"}")
        audience.listeners.add(listener)

        def leave() -> None:
            audience.listeners.discard(listener)
            if not audience.listeners:
                self._audiences.pop((login, only), None)

        return leave

    def now(self, login: str) -> bytes:
        """What somebody would be told first who asked for everything."""
        self.flush()
        return self._all(Audience(login, None))

    def _all(self, audience: Audience) -> bytes:
        meant = self._entities() if audience.only is None else audience.only
        seen = [id for id in meant if self._may_see(audience.login, id) and self._whole(id)]
        audience.sees = set(seen)
        return _object(self._whole(id) for id in seen)

    def _whole(self, entity_id: str) -> bytes:
        """`"light.hall":{...}`; empty where there is no such entity."""
        part = self._wholes.get(entity_id)
        if part is None:
            now = self._told.get(entity_id) or self._look(entity_id)
            if now is None:
                return b""
            self._told[entity_id] = now
            part = self._wholes[entity_id] = _pair(entity_id, whole(now))
        return part

    # -- what changes

    def changed(self, entity_id: str) -> None:
        """Something about an entity is different, or it is gone."""
        if not self._audiences:
            self._told.pop(entity_id, None)
            self._wholes.pop(entity_id, None)
            return
        self._changed[entity_id] = None
        if not self._due:
            self._due = True
            self._clock.call_later(max(0.0, self._next - self._clock.monotonic()), self.flush)

    def all_changed(self) -> None:
        """Something about every entity may be different: names, places, or what somebody may see."""
        if not self._audiences:
            self._told.clear()
            self._wholes.clear()
            return
        for entity_id in {*self._told, *self._entities()}:
            self.changed(entity_id)

    def flush(self) -> None:
        """Tell what changed since the last time."""
        self._due = False
        if not self._changed:
            return
        began = self._clock.monotonic()
        changed, self._changed = self._changed, {}
        parts = {entity_id: self._part(entity_id) for entity_id in changed}
        for audience in list(self._audiences.values()):
            self._tell(audience, parts)
        now = self._clock.monotonic()
        self._next = now + max(PAUSE, STRETCH * (now - began))

    def _part(self, entity_id: str) -> bytes | None:
        """What changed, for those who know the rest; empty: nothing did; None: it must be told as a whole."""
        old, now = self._told.get(entity_id), self._look(entity_id)
        self._wholes.pop(entity_id, None)
        if now is None:
            self._told.pop(entity_id, None)
            return None
        self._told[entity_id] = now
        change = difference(old, now) if old is not None else None
        return None if change is None else (_pair(entity_id, change) if change else b"")

    def _tell(self, audience: Audience, parts: dict[str, bytes | None]) -> None:
        added, changes, removed, touched = [], [], [], set()
        for entity_id, part in parts.items():
            if audience.only is not None and entity_id not in audience.only:
                continue
            visible = entity_id in self._told and self._may_see(audience.login, entity_id)
            known = entity_id in audience.sees
            if not visible:
                if known:
                    audience.sees.discard(entity_id)
                    removed.append(entity_id)
                    touched.add(entity_id)
            elif not known or part is None:
                audience.sees.add(entity_id)
                added.append(self._whole(entity_id))
                touched.add(entity_id)
            elif part:
                changes.append(part)
                touched.add(entity_id)
        if touched:
            self._hand_out(audience, _event(added, changes, removed), touched)

    def _hand_out(self, audience: Audience, event: bytes, touched: set[str]) -> None:
        for listener in audience.listeners:
            if listener.out.slow:
                listener.behind |= touched
            elif listener.behind:
                listener.behind |= touched
                self._catch_up(audience, listener)
            else:
                listener.tell(event)

    def _catch_up(self, audience: Audience, listener: Listener) -> None:
        behind, listener.behind = listener.behind, set()
        present = [id for id in behind if id in audience.sees]
        event = _event([self._whole(id) for id in present], [], sorted(behind - audience.sees))
        listener.tell(event)

    def catch_up(self) -> None:
        """Tell those who read slowly what they missed, if they have read; to be called now and then."""
        for audience in self._audiences.values():
            for listener in audience.listeners:
                if listener.behind and not listener.out.slow:
                    self._catch_up(audience, listener)


def _pair(entity_id: str, value: Any) -> bytes:
    return orjson.dumps(entity_id) + b":" + orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def _object(pairs: Iterable[bytes]) -> bytes:
    return b"{" + b",".join(pairs) + b"}"


def _event(added: list[bytes], changes: list[bytes], removed: list[str]) -> bytes:
    parts = [b'"a":' + _object(added)] if added else []
    parts += [b'"c":' + _object(changes)] if changes else []
    parts += [b'"r":' + orjson.dumps(removed)] if removed else []
    return b"{" + b",".join(parts) + b"}"
