"""What `home` tells of its devices, of what was refused, of discovery messages and of pictures. Each answers a call."""

from homeserver.home import words
from homeserver.home.census import Census
from homeserver.home.config import Refused
from homeserver.home.discovery import place_of
from homeserver.home.explaining import explained
from homeserver.home.gallery import Gallery
from homeserver.home.pages import image_reply, page
from homeserver.home.refusals import Refusal, Refusals
from homeserver.home.registry import Registry
from homeserver.home.roster import Roster, where_of
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller, CallError


class Answering(Worker):
    """Answers that change nothing."""

    prefix: str
    census: Census
    registry: Registry
    roster: Roster
    refusals: Refusals
    gallery: Gallery

    @answers(words.DEVICES)
    async def devices(self, request: words.AskDevices, caller: Caller) -> words.DeviceList:
        lines, after = page(self.census.rows(), self.census.line, request)
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
        entries.sort(key=lambda entry: entry[1].at, reverse=True)
        lines, after = page(entries, _refusal, request)
        return words.RefusalList(refusals=lines, total=self.refusals.total, next=after)

    @answers(words.EXPLAIN)
    async def explain(self, request: words.Explain, caller: Caller) -> words.Explained:
        topic = request.topic
        found = explained(topic, self.registry.payload(topic) or b"{}", self.prefix, self.roster, self.refusals)
        if not found.entities and not found.refused:
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
