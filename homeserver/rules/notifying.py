"""The services of `notify` that the files name. Mail and web clients are a twentieth of all that a start would load:
they are loaded only where a file asks for them.
"""

import importlib
from typing import Any

from homeserver.rules.notes import Notes
from homeserver.rules.offer import Offer
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import Problem, RuleError


def notifying(book: Book, notes: Notes | None) -> tuple[dict[str, Offer], list[Problem]]:
    """By full name, and what is wrong with the others. `notes` None: they are made for a look."""
    blocks = [owned for owned in book.owned if owned.domain == "notify"]
    if not blocks:
        return {}, []
    notifiers: Any = importlib.import_module("homeserver.rules.notifiers").Notifiers(notes)
    found, problems = dict[str, Offer](), list[Problem]()
    for owned in blocks:
        try:
            name = notifiers.add(Fields(owned.fields.node, owned.fields.way))
        except RuleError as error:
            problems.append(owned.problem(error))
        else:
            found[f"notify.{name}"] = notifiers.offer(name)
    return found, problems
