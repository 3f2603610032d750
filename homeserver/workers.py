"""The workers that can be run, by name; nothing is imported before it is wanted.

The platform's own are named here as strings. A folder of `integrations/` with a `worker.py` is one without a list.
Outside packages add theirs by an entry point in the group `homeserver.workers`: `name = "package.module:setup"`; they
never run in one process with ours.
"""

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from pydantic import BaseModel

import integrations
from homeserver.runtime.given import nearest
from homeserver.runtime.hosting import Setup, worker_class
from homeserver.runtime.plan import Plan, Post, guest_post
from homeserver.runtime.settings import Settings
from homeserver.runtime.worker import Worker

GROUP: Final = "homeserver.workers"
PLATFORM: Final = {
    "home": "homeserver.home.worker:setup",
    "rules": "homeserver.rules.worker:setup",
    "people": "homeserver.people.worker:setup",
    "bridge": "homeserver.bridge.worker:setup",
}
KEEPER: Final = ("keeper", "homeserver.runtime.keeper", "Keeper")
"""The supervisor's own worker: name, module and class."""
CORE: Final = ("home", "rules", "people")
ALONE: Final = (Post("bridge", ("bridge",)),)
"""Processes of `homeserver up` beside the core, which hosts everything else of ours."""
DEMO: Final = Post("demo", ("demo_home",), devices=("demo",))
"""What `--demo` adds: a family house that speaks as the device `demo` and as nobody else."""


class UnknownWorkerError(LookupError):
    """There is no such worker, or its module cannot be used; the text says what there is."""


@cache
def built_in() -> dict[str, str]:
    """The platform's and the integrations' workers: name and `module:setup`."""
    rooms = sorted(path.parent.name for folder in integrations.__path__ for path in Path(folder).glob("*/worker.py"))
    return PLATFORM | {room: f"integrations.{room}.worker:setup" for room in rooms}


@cache
def outside() -> dict[str, EntryPoint]:
    """Workers of installed packages, by name; a built-in name cannot be taken."""
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in built_in()}


def places() -> list[Path]:
    """Where the modules of all workers are: our own folders, and of an outside worker its top package or module."""
    found = [Path(__file__).parent, *(Path(folder) for folder in integrations.__path__)]
    for point in outside().values():
        spec = importlib.util.find_spec(point.module.partition(".")[0])
        if spec is not None:
            within = [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.origin else ())]
            found += [Path(place) for place in within[:1]]
    return found


def names() -> list[str]:
    """All workers that can be run."""
    return sorted([*built_in(), *outside()])


def load(name: str) -> Setup:
    """Import a worker's module and return its `setup`; raises `UnknownWorkerError`."""
    target = built_in().get(name) or (outside()[name].value if name in outside() else None)
    if target is None:
        raise UnknownWorkerError(f"there is no worker {name!r}; {nearest(name, names())}")
    module, _, attribute = target.partition(":")
    try:
        setup: Setup = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise UnknownWorkerError(f"worker {name!r} needs the module {error.name}, which is not installed") from error
    except AttributeError as error:
        raise UnknownWorkerError(f"worker {name!r}: {module} has no function {attribute!r}") from error
    return setup


def devices_of(wanted: Iterable[str]) -> tuple[str, ...]:
    """The devices as which these workers speak."""
    return tuple(device for post in (*ALONE, DEMO) if set(post.workers) & set(wanted) for device in post.devices)


def kind(name: str) -> type[Worker]:
    """The class of a worker: its table can be read without running anything."""
    if name == KEEPER[0]:
        keeper: type[Worker] = getattr(importlib.import_module(KEEPER[1]), KEEPER[2])
        return keeper
    return worker_class(load(name))


def kinds(wanted: Iterable[str]) -> dict[str, type[Worker]]:
    """The classes of several workers, by name; raises `UnknownWorkerError`."""
    return {name: kind(name) for name in wanted}


def sound(wanted: Iterable[str]) -> dict[str, type[Worker]]:
    """The classes of several workers, by name; outside ones that cannot be loaded are left out."""
    return Plan((guest_post(name) if name in outside() else Post(name, (name,)) for name in wanted), kind).sound()


def check(settings: Settings, models: Mapping[str, type[BaseModel] | None]) -> None:
    """Check the settings of workers that are to run, and any given for others; raises `SettingsError`."""
    others = sound(name for name in names() if name not in models and settings.mention(name))
    settings.check({**models, **{name: kind.options for name, kind in others.items()}}, others=names())


def plan(*, demo: bool = False) -> Plan:
    """What `homeserver up` runs: our own processes, the demo house if asked for, one process per outside worker."""
    placed = {name for post in (*ALONE, DEMO) for name in post.workers}
    core = Post("core", tuple(dict.fromkeys([*CORE, *(name for name in built_in() if name not in placed)])))
    guests = (guest_post(name) for name in sorted(outside()))
    return Plan((core, *ALONE, *((DEMO,) if demo else ()), *guests), kind)
