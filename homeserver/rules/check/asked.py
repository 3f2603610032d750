"""Whether somebody answers what rules ask of others than entities: workers, scripts, services by their names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from homeserver.rules import person_notifiers
from homeserver.rules.actions.asks import doubts
from homeserver.rules.check.known import Known
from homeserver.rules.offer import Offer
from homeserver.rules.owned.offers import names
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.problem import Problem


def asked(book: Book, known: Known) -> Iterator[Problem]:
    """What is doubtful; nothing where it is not known who answers what."""
    if known.calls is None:
        return
    answered = _Answered(book, known, known.calls)
    for rows, prefix in ((book.rules, ""), (book.scripts, "script.")):
        for id, compiled in rows.items():
            for doubt in doubts(compiled.program.asks, answered):
                key = f"{prefix}{id}"
                if book.written is not None and key in book.written:
                    yield book.written[key][1](doubt, key, "warning")


class _Answered:
    """What was known when the home was asked, and what the files themselves bring."""

    def __init__(self, book: Book, known: Known, calls: Mapping[str, dict[str, Any]]) -> None:
        own = [f"script.{id}" for id in (*book.scripts, *book.refused_scripts)]
        notify = [
            f"notify.{owned.fields.node.get('name', '')}".lower() for owned in book.owned if owned.domain == "notify"
        ]
        self._persons = {name for name in known.services if name.startswith("notify.") and name not in notify}
        self._offers = {*names(), *known.services, *own, *notify}
        self._calls = calls
        self._announced = {
            f"{id.partition('.')[0]}.{service}" for id, thing in known.things.items() for service in thing.services
        }

    def offer(self, name: str) -> Offer | None:
        if name in self._persons:
            return person_notifiers.offer(name.partition(".")[2])
        return _ANY if name in self._offers else None

    def request(self, worker: str, verb: str) -> Mapping[str, Any] | None:
        return self._calls.get(f"{worker}.{verb}")

    def is_announced(self, domain: str, service: str) -> bool:
        return f"{domain}.{service}" in self._announced

    def names(self) -> Iterable[str]:
        return [*self._calls, *self._offers]


_ANY = Offer(lambda run, data: None)
