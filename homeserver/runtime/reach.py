"""The access list of a person's own login at the broker, made of what `people` says of his reach.

Every word becomes a level of a filter and is checked as one: whoever says a reach can grant no more than its kinds.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from homeserver.runtime.rights import Rights
from homeserver.topics.call import FLOW, REQUEST
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.names import BadNameError, level, split_entity
from homeserver.topics.person import Reach

ALL: Final = "*"
NOTHING: Final[Rights] = ((), ())
_REGISTRY: Final = ("entity", "device", "area", "floor", "label")


def reach_rights(login: str, reach: Reach, root: str) -> Rights:
    """Filters to read and to write; raises `BadNameError` where a word cannot be a level."""
    if not (reach.see or reach.control or reach.calls):
        return NOTHING
    seen = [*_entities(reach.see), *_entities(reach.control)]
    read = {
        f"reply/{login}/#",
        *(topic.filter(domain=domain, object_id=id) for domain, id in seen for topic in (ENTITY_STATE, ENTITY_CONFIG)),
        *_registry(reach.registry),
    }
    write = {COMMAND.filter(domain=domain, object_id=id, login=login) for domain, id in _entities(reach.control)}
    calls = list(_calls(reach.calls))
    write |= {topic.filter(worker=one, verb=verb, login=login) for one, verb in calls for topic in (REQUEST, FLOW)}
    return _under(root, read), _under(root, write)


def _entities(ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    return (("+", "+") if id == ALL else split_entity(id) for id in ids)


def _registry(entries: Iterable[str]) -> Iterator[str]:
    for entry in entries:
        kind, _, id = entry.partition("/")
        if entry == ALL:
            yield "registry/#"
        elif kind in _REGISTRY:
            yield f"registry/{kind}/{level(id)}"
        else:
            raise BadNameError(f"{entry!r} is no entry of the registry")


def _calls(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        worker, _, verb = name.partition(".")
        yield level(worker), level(verb)


def _under(root: str, filters: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(f"{root}/{text}" for text in filters))
