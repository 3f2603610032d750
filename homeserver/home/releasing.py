"""Who holds the entities of devices, holding one as it is, and letting go. Each answers a call of `home`."""

from homeserver.home.commands import Commands
from homeserver.home.entity import Entity
from homeserver.home.roster import Roster, where_of
from homeserver.runtime.holds import line_of, listed, may_release
from homeserver.runtime.worker import Worker, answers
from homeserver.topics import hold as words
from homeserver.topics.call import Caller, CallError


class Releasing(Worker):
    """What `home` answers about holds."""

    commands: Commands
    roster: Roster

    @answers(words.HOLDS)
    async def holds(self, request: words.AskHolds, caller: Caller) -> words.HoldList:
        holding = self.commands.holding
        lines = (line for own in holding.holds.of for line in holding.lines(own))
        return listed(lines, self.house.sight(caller))

    @answers(words.HOLD)
    async def hold(self, request: words.Hold, caller: Caller) -> words.HoldLine:
        entity = self._to_hold(request.entity)
        held = self.commands.holding.hold(entity, request.hold_for, request.priority, caller)
        return line_of(entity.id, held, ())

    @answers(words.RELEASE)
    async def release(self, request: words.Release, caller: Caller) -> words.Released:
        entity, holding = self._to_hold(request.entity), self.commands.holding
        may_release(holding.standing(entity, request.priority), entity.id, caller)
        ended, asked = holding.release(entity, request.priority, caller.cause)
        left = next(iter(holding.lines(entity.own)), None)
        return words.Released(ended=line_of(entity.id, ended, ()), asked=asked, now=left)

    def _to_hold(self, id: str) -> Entity:
        entity = self.roster.find(where_of(id))
        if entity is None:
            raise CallError("not_found", self.roster.why_not(id), "entity")
        return entity
