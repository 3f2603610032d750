"""The part of the rules' worker that has entities: hears their commands, and opens and closes their owner."""

from collections.abc import Awaitable, Callable, Mapping

from homeserver.rules.engine import Engine
from homeserver.rules.owned.cast import Cast
from homeserver.rules.owned.offers import offers
from homeserver.rules.owned.owner import DOMAINS, Owner
from homeserver.rules.owned.performing import perform
from homeserver.rules.reading.book import Book
from homeserver.rules.rule import Rule
from homeserver.rules.words import PERFORM, Perform, Performed
from homeserver.runtime.heard import Heard
from homeserver.runtime.turn import Turn
from homeserver.runtime.worker import Part, answers, hears
from homeserver.topics.call import Caller
from homeserver.topics.entity import COMMAND, Command
from homeserver.topics.priority import weight_said


class Hands(Part):
    """`begin` with the worker's file, `cast.take` each book, then `owner.opened`."""

    engine: Engine
    owner: Owner
    cast: Cast

    def take_command(self, command: Command, heard: Heard) -> None:
        """A command for an entity of a kind that the rules have."""
        self.owner.hear(command, heard)

    for _domain in DOMAINS:
        hears(COMMAND, domain=_domain)(take_command)

    def begin(self, turn: Turn, reload: Callable[[], Awaitable[None]]) -> None:
        """Before anything is read. `reload` reads all files again."""
        self.owner = self.engine.owner = Owner(self.engine, turn)
        self.cast = Cast(self.engine, self.owner)
        self.engine.offers |= offers(self.owner, reload)

    @answers(PERFORM)
    async def perform(self, request: Perform, caller: Caller) -> Performed:
        weight = weight_said(caller.login, None, None)
        answer = await perform(self.engine, request.action, request.data, request.target, caller.cause, weight)
        return Performed(answer=answer)

    def all_rules(self, rules: Mapping[str, Rule]) -> dict[str, Rule]:
        """Rules that are on, and scripts, by what the journal calls them."""
        return {id: rule for id, rule in rules.items() if rule.enabled} | {
            rule.id: rule for rule in self.cast.scripts.values()
        }

    def owned_book(self, book: Book, rules: Mapping[str, Rule]) -> None:
        """Have what a book names; what is wrong with it is told in the book."""
        self.cast.take(book, rules)
        book.problems += self.cast.problems
