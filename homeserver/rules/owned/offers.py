"""Services of the rules' entities that are no one entity's: scenes that are applied, made and deleted, groups that are
made, files that are read again."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from homeserver.rules.offer import Offer, Pending
from homeserver.rules.owned import scene
from homeserver.rules.owned.group import Group, made_group
from homeserver.rules.owned.utility_meter import Meter, Tariff
from homeserver.rules.program import RunError
from homeserver.rules.run import Run
from homeserver.topics.call import CallError
from homeserver.topics.service import Data, Nothing, Seconds

if TYPE_CHECKING:
    from homeserver.rules.owned.owner import Owner

Ids = str | list[str]
RELOADED: Final = (
    "automation",
    "counter",
    "group",
    "input_boolean",
    "input_button",
    "input_datetime",
    "input_number",
    "input_select",
    "input_text",
    "scene",
    "schedule",
    "script",
    "template",
    "timer",
)
"""Domains with a service `reload`: all of them read all files again, and what did not change goes on undisturbed."""


class SceneApply(Data):
    """Bring about what is said of some entities."""

    entities: dict[str, Any] = Field(min_length=1)
    transition: Seconds | None = None


class SceneCreate(Data):
    """Make a scene, of what is said or of what some entities are like now."""

    scene_id: str = Field(min_length=1, max_length=200)
    entities: dict[str, Any] = Field(default_factory=dict)
    snapshot_entities: Ids = Field(default_factory=list)


class SceneDelete(Data):
    """Forget a scene that was made by `scene.create`."""

    entity_id: Ids


class GroupSet(Data):
    """Make a group, or change one that was made so. `add_entities` and `remove_entities` leave the others in it."""

    object_id: str = Field(pattern=r"^[a-z0-9_]{1,200}$")
    name: str | None = None
    icon: str | None = None
    entities: Ids | None = None
    add_entities: Ids | None = None
    remove_entities: Ids | None = None
    all: bool = False


class GroupRemove(Data):
    """Take away a group that was made by `group.set`."""

    object_id: str


class MeterReset(Data):
    """Let the cycle of meters end now."""

    entity_id: Ids


class MeterCalibrate(Data):
    """Let meters be at this value."""

    entity_id: Ids
    value: float


def ids(value: Any) -> list[str]:
    """One id, several with commas, or a list, as a list."""
    parts = value if isinstance(value, list) else [value] if value else []
    return [word.strip().lower() for part in parts for word in str(part).split(",") if word.strip()]


Do = Callable[["Owner", Mapping[str, Any], Run], None]


def _apply(owner: "Owner", data: Mapping[str, Any], run: Run) -> None:
    scene.scene_apply(owner, data, run.cause)


def _create(owner: "Owner", data: Mapping[str, Any], run: Run) -> None:
    made = {**data, "snapshot_entities": ids(data.get("snapshot_entities"))}
    scene.scene_create(owner, made, run.cause)


def _delete(owner: "Owner", data: Mapping[str, Any], run: Run) -> None:
    for entity_id in ids(data["entity_id"]):
        scene.scene_delete(owner, entity_id)


def _set(owner: "Owner", data: Mapping[str, Any], run: Run) -> None:
    former = owner.things.get(f"group.{data['object_id']}")
    if former is not None and not (isinstance(former, Group) and former.is_made):
        raise CallError("conflict", f"{former.entity_id} is one of a file: change it there", "object_id")
    members = dict.fromkeys(ids(data["entities"]) if data.get("entities") is not None else _members(former))
    members |= dict.fromkeys(ids(data.get("add_entities")))
    for entity_id in ids(data.get("remove_entities")):
        members.pop(entity_id, None)
    name = data.get("name") or (former.name if former is not None else None)
    body = {"name": name, "icon": data.get("icon"), "members": list(members), "all": data.get("all", False)}
    owner.add(made_group(data["object_id"], body), scene.MADE)


def _members(group: Any) -> tuple[str, ...]:
    return group.members if isinstance(group, Group) else ()


def _remove(owner: "Owner", data: Mapping[str, Any], run: Run) -> None:
    entity_id = f"group.{data['object_id']}"
    group = owner.things.get(entity_id)
    if not (isinstance(group, Group) and group.is_made):
        raise CallError("not_found", f"no group {entity_id} was made by group.set", "object_id")
    owner.remove(entity_id, for_good=True)


def _meters(owner: "Owner", data: Mapping[str, Any]) -> Iterator[Meter]:
    """The meters that are meant: themselves, or by the select of their tariffs."""
    for entity_id in ids(data["entity_id"]):
        found = owner.things.get(entity_id)
        if isinstance(found, Tariff):
            yield from found.meters
        elif isinstance(found, Meter):
            yield found
        else:
            raise CallError("not_found", f"there is no utility meter {entity_id}", "entity_id")


def _reset_meter(owner: "Owner", data: Mapping[str, Any], run: Run) -> None:
    for meter in _meters(owner, data):
        meter.reset(run.cause)


def _calibrate(owner: "Owner", data: Mapping[str, Any], run: Run) -> None:
    for meter in _meters(owner, data):
        meter.calibrate(data["value"], run.cause)


_ROWS: Final[Mapping[str, tuple[type[Data], Do]]] = {
    "scene.apply": (SceneApply, _apply),
    "scene.create": (SceneCreate, _create),
    "scene.delete": (SceneDelete, _delete),
    "group.set": (GroupSet, _set),
    "group.remove": (GroupRemove, _remove),
    "utility_meter.reset": (MeterReset, _reset_meter),
    "utility_meter.calibrate": (MeterCalibrate, _calibrate),
}


def names() -> list[str]:
    """Of all that are always offered."""
    return [*_ROWS, *(f"{domain}.reload" for domain in RELOADED), "homeassistant.reload_all"]


def offers(owner: "Owner", reload: Callable[[], Awaitable[None]]) -> dict[str, Offer]:
    """By full name."""
    made = {name: Offer(_work(owner, do), model) for name, (model, do) in _ROWS.items()}
    again = Offer(_reload(reload), Nothing)
    return made | {f"{domain}.reload": again for domain in RELOADED} | {"homeassistant.reload_all": again}


def _work(owner: "Owner", do: Do) -> Callable[[Run, dict[str, Any]], Any]:
    def work(run: Run, data: dict[str, Any]) -> None:
        try:
            with owner.lent(run.weighs(run.lent)):
                do(owner, data, run)
        except CallError as error:
            raise RunError(str(error)) from error

    return work


def _reload(reload: Callable[[], Awaitable[None]]) -> Callable[[Run, dict[str, Any]], Any]:
    def work(run: Run, data: dict[str, Any]) -> Pending:
        async def again() -> None:
            await reload()
            run.arrive((None,))

        return Pending(run.engine.house.start(again(), "read the rule files again").cancel)

    return work
