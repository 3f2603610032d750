"""Who holds the entities of the rules, holding one as it is, and letting go. Each answers a call of `rules`."""

from homeserver.rules.engine import Engine
from homeserver.rules.owned.owner import Owner
from homeserver.rules.owned.thing import Thing
from homeserver.runtime.holds import line_of, listed, may_release
from homeserver.runtime.worker import Part, answers
from homeserver.topics import hold as words
from homeserver.topics.call import Caller, CallError


class Releasing(Part):
    """What `rules` answers about holds."""

    engine: Engine
    owner: Owner

    @answers(words.RULES_HOLDS)
    async def holds(self, request: words.AskHolds, caller: Caller) -> words.HoldList:
        return listed(self.owner.holding.lines(), self.engine.house.sight(caller))

    @answers(words.RULES_HOLD)
    async def hold(self, request: words.Hold, caller: Caller) -> words.HoldLine:
        thing = self._to_hold(request.entity)
        held = self.owner.holding.hold(thing, request.hold_for, request.priority, caller)
        return line_of(thing.entity_id, held, ())

    @answers(words.RULES_RELEASE)
    async def release(self, request: words.Release, caller: Caller) -> words.Released:
        thing, holding = self._to_hold(request.entity), self.owner.holding
        may_release(holding.standing(thing, request.priority), thing.entity_id, caller)
        ended, asked = holding.release(thing, request.priority)
        left = next(iter(holding.arbiter.lines(thing.entity_id, thing.entity_id)), None)
        return words.Released(ended=line_of(thing.entity_id, ended, ()), asked=asked, now=left)

    def _to_hold(self, id: str) -> Thing:
        thing = self.owner.things.get(self.engine.view.current(id))
        if thing is None:
            raise CallError("not_found", f"the rules have no entity {id[:200]}", "entity")
        return thing
