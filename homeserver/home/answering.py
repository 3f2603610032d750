"""What `home` tells of its devices, of what was refused, of discovery messages and of pictures. Each answers a call."""

from collections.abc import Iterator

from homeserver.home import words
from homeserver.home.census import Census
from homeserver.home.config import Refused
from homeserver.home.discovery import place_of
from homeserver.home.explaining import explained
from homeserver.home.gallery import Gallery
from homeserver.home.pages import image_reply, page
from homeserver.home.personal import Personal
from homeserver.home.refusals import Refusal, Refusals
from homeserver.home.registry import Registry
from homeserver.home.roster import Roster, where_of
from homeserver.runtime.judging import Sight
from homeserver.runtime.worker import answers
from homeserver.topics.call import Caller, CallError


class Answering(Personal):
    """Answers that change nothing, beside those about one person."""

    prefix: str
    census: Census
    registry: Registry
    roster: Roster
    refusals: Refusals
    gallery: Gallery

    @answers(words.DEVICES)
    async def devices(self, request: words.AskDevices, caller: Caller) -> words.DeviceList:
        sight = self.house.sight(caller)
        lines, after = page(self.census.rows(sight), lambda row: self.census.line(row, sight), request)
        return words.DeviceList(devices=lines, next=after)

    @answers(words.IMAGE)
    async def image(self, request: words.AskImage, caller: Caller) -> words.ImageReply:
        entity = self.roster.find(where_of(request.entity))
        picture = self.gallery.get(entity.key) if entity is not None else None
        if picture is None:
            raise CallError("not_found", f"there is no picture of {request.entity[:100]}", "entity")
        return image_reply(request.entity, picture)

    @answers(words.REFUSALS)
    async def refused(self, request: words.AskRefusals, caller: Caller) -> words.RefusalList:
        entries = [(topic, entry) for topic, entry in self.refusals.entries.items() if request.topic in topic]
        if not (sight := self.house.sight(caller)).whole:
            entries = list(self._told_refusals(entries, sight))
        entries.sort(key=lambda entry: entry[1].at, reverse=True)
        lines, after = page(entries, _refusal, request)
        total = self.refusals.total if sight.whole else sum(entry.count for _, entry in entries)
        return words.RefusalList(refusals=lines, total=total, next=after)

    def _told_refusals(self, entries: list[tuple[str, Refusal]], sight: Sight) -> Iterator[tuple[str, Refusal]]:
        """What was refused on topics that belong to entities which somebody sees, and to no others."""
        whose: dict[str, set[str]] = {}
        for entity in self.roster.entities.values():
            for topic in (entity.topic, *(topic for topic, _ in entity.face.hears)):
                whose.setdefault(topic, set()).add(entity.id)
        for key, entry in entries:
            topic = key.partition(" ")[0]
            ids = whose.get(topic) or self._commanded(topic)
            if ids and all(map(sight.entity, ids)) and sight.tells(entry.reason):
                yield key, entry

    def _commanded(self, topic: str) -> set[str]:
        """The entity whose command topic this is."""
        start, _, rest = topic.partition(f"{self.house.root}/entity/")
        parts = rest.split("/")
        return {f"{parts[0]}.{parts[1]}"} if not start and parts[2:3] == ["command"] else set()

    @answers(words.EXPLAIN)
    async def explain(self, request: words.Explain, caller: Caller) -> words.Explained:
        topic = request.topic
        found = explained(topic, self.registry.payload(topic) or b"{}", self.prefix, self.roster, self.refusals)
        sight = self.house.sight(caller)
        hidden = not sight.whole and not (found.entities and sight.all(("entity", id) for id in found.entities))
        if hidden or (not found.entities and not found.refused):
            raise CallError("not_found", _unheard(topic, self.prefix), "topic")
        return found


def _unheard(topic: str, prefix: str) -> str:
    """Why nothing came of a topic: none may ever be announced on it, or none was."""
    try:
        place_of(topic, prefix)
    except Refused as refused:
        return f"nothing can be announced on {topic[:200]}: {refused}"
    return f"nothing was announced on {topic[:200]}"


def _refusal(entry: tuple[str, Refusal]) -> words.RefusalLine:
    topic, refusal = entry
    return words.RefusalLine(topic=topic, reason=refusal.reason, count=refusal.count, at=refusal.at)
