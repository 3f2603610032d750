"""What a policy is about: checked against what there is in the home, so that no line means nothing by a slip of the
pen. Needs the live view; keeps nothing.

A line keeps the id that it was given: whoever enforces looks up what that is called now.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

from homeserver.people.words import Choice, Choices
from homeserver.runtime.given import nearest
from homeserver.topics.call import CallError
from homeserver.topics.names import slug
from homeserver.topics.person import Scope
from homeserver.topics.registry import AreaEntry, LabelEntry
from homeserver.topics.services import SERVICES
from homeserver.view.view import View

_CALL: Final = re.compile(r"[a-z0-9_-]{1,32}\.([a-z0-9_-]{1,64}|\*)")
_MORE_DOMAINS: Final = frozenset(
    (
        *(
            "automation",
            "calendar",
            "camera",
            "conversation",
            "date",
            "datetime",
            "device_tracker",
            "event",
            "geo_location",
        ),
        *(
            "image",
            "media_player",
            "notify",
            "person",
            "plant",
            "remote",
            "sun",
            "tag",
            "time",
            "todo",
            "tts",
            "weather",
        ),
        *("wake_word", "zone"),
    )
)
"""Kinds of entities that have no services here, or that no worker has yet: a line may be written before they come."""


def checked(scope: Scope, what: str, view: View, calls: Mapping[str, Collection[str]]) -> str:
    """The id that a line is to hold; `calls` are the verbs that each worker answers. Raises `CallError`."""
    if scope == "all":
        if what not in ("", "*"):
            raise CallError(
                "invalid", f"`all` is about everything: leave `what` out, or say which scope {what} has", "what"
            )
        return ""
    if not what:
        raise CallError("invalid", f"a line about one {scope} says in `what` which", "what")
    if scope == "domain":
        return _known(what, domains(view), "kind of entity")
    if scope == "entity":
        return _entity(what, view)
    if scope == "call":
        return _call(what, calls)
    return _place(scope, what, view.areas if scope == "area" else view.labels, view)


def present(scope: Scope, what: str, view: View) -> str:
    """What a line names, as it is called now."""
    if scope == "entity":
        return view.current(what)
    return view.place(scope, what) if scope in ("area", "label") else what


def domains(view: View) -> list[str]:
    """All kinds of entities of which a line may speak."""
    return sorted({*SERVICES, *_MORE_DOMAINS, *(id.partition(".")[0] for id in view.known())})


def choices(view: View, calls: Mapping[str, Collection[str]]) -> Choices:
    """Whatever `checked` would take, but for entities."""

    def places(entries: Mapping[str, AreaEntry | LabelEntry]) -> list[Choice]:
        named = (Choice(id=id, name=entry.name) for id, entry in entries.items())
        return sorted(named, key=lambda one: (one.name.casefold(), one.id))

    verbs = sorted(f"{worker}.{verb}" for worker, each in calls.items() for verb in each)
    return Choices(domains=domains(view), areas=places(view.areas), labels=places(view.labels), calls=verbs)


def _known(what: str, known: list[str], kind: str) -> str:
    if what not in known:
        raise CallError("not_found", f"there is no {kind} {what!r}; {nearest(what, known)}", "what")
    return what


def _entity(what: str, view: View) -> str:
    current = view.current(what)
    return _known(current, sorted({*view.known(), *view.entities}), "entity")


def _place(kind: str, what: str, places: Mapping[str, AreaEntry | LabelEntry], view: View) -> str:
    """By id, by a former id, or by the name that people see."""
    if (current := view.place(kind, what)) in places:
        return current
    named = {slug(entry.name): id for id, entry in places.items()}
    return named.get(slug(what)) or _known(what, sorted(places), kind)


def _call(what: str, calls: Mapping[str, Collection[str]]) -> str:
    if what == "*":
        return what
    if not _CALL.fullmatch(what):
        raise CallError("invalid", f"{what!r} is no call: write rules.check, rules.* for all of one, or *", "what")
    worker, _, verb = what.partition(".")
    _known(worker, sorted(calls), "worker")
    if verb != "*":
        _known(what, sorted(f"{worker}.{one}" for one in calls[worker]), "call")
    return what
