"""Notifications that stay until somebody dismisses them: `persistent_notification.create` and its like.

Each is a retained message, so that every page and program shows it, over restarts too; that it came or went is told on
the topic of notifications. Facts: https://www.home-assistant.io/integrations/persistent_notification/
"""

from typing import Final

from homeserver.rules.words import NOTE, Note
from homeserver.runtime.house import House
from homeserver.runtime.leftovers import Leftovers
from homeserver.topics.cause import Cause
from homeserver.topics.event import NOTIFICATION, NotificationTold, NotificationUpdate

MOST: Final = 200
"""Notifications at a time; the oldest makes room."""
_NO_LEVEL: Final = str.maketrans(dict.fromkeys("/+#\0", "_"))
_LONGEST_ID: Final = 100


class Notes:
    """What is to be read now, by id."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.notes: dict[str, Note] = {}

    def opened(self, said: Leftovers) -> None:
        """What was there before a restart is there still."""
        before = {id: note for (id,), note in said.of(NOTE)}
        self.notes = before | self.notes

    def create(self, message: str, title: str | None, id: str, cause: Cause | None) -> str:
        """A new one, or another text for the one of this id; gives its id."""
        id = (id or self._house.new_id()).translate(_NO_LEVEL)[:_LONGEST_ID]
        update: NotificationUpdate = "updated" if id in self.notes else "added"
        note = self.notes[id] = Note(message, title, self._house.clock.now(), cause)
        self._house.say(NOTE, note, id)
        self._tell(update, id, note, cause)
        if len(self.notes) > MOST:
            self.dismiss(next(iter(self.notes)), cause)
        return id

    def dismiss(self, id: str, cause: Cause | None) -> bool:
        """Take it away; whether there was one."""
        id = id.translate(_NO_LEVEL)[:_LONGEST_ID]
        note = self.notes.pop(id, None)
        if note is None:
            return False
        self._house.say(NOTE, None, id)
        self._tell("removed", id, note, cause)
        return True

    def dismiss_all(self, cause: Cause | None) -> None:
        for id in list(self.notes):
            self.dismiss(id, cause)

    def _tell(self, update: NotificationUpdate, id: str, note: Note, cause: Cause | None) -> None:
        told = NotificationTold(update, id, note.title, note.message, note.created_at, cause)
        self._house.say(NOTIFICATION, told)
