"""What one person has of his own: preferences that nobody else reads, all in an archive, and nothing in the end."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from homeserver.people.worker import setup
from homeserver.runtime.house import House
from homeserver.runtime.logins import Logins
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.personal import OfPerson, PersonData, PersonErased, person_calls
from tests.people.conftest import Ask

EXPORT, ERASE = person_calls("diary")


class Diary(Worker):
    """A worker that keeps something of persons."""

    name = "diary"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.pages = {"zebedee": ["a page"]}
        self.broken = False

    @answers(EXPORT)
    async def export(self, request: OfPerson, caller: Caller) -> PersonData:
        return PersonData(data={"pages": self.pages.get(request.user, [])})

    @answers(ERASE)
    async def erase(self, request: OfPerson, caller: Caller) -> PersonErased:
        if self.broken:
            raise CallError("failed", "the disk is full")
        return PersonErased(erased=len(self.pages.pop(request.user, [])))


def diary(house: House) -> Diary:
    return Diary(house)


async def asked(home: Rehearsal, call: str, login: str = "", /, **args: Any) -> Any:
    result = await home.process.calls.ask("people", call, args, login=login)
    await home.clock.advance(1)
    return result.model_dump(mode="json")


def traces(folder: Path, *names: str) -> list[str]:
    """The files in which one of these names stands, whatever their case."""
    marks = [name.encode().lower() for name in names]
    return [
        path.name
        for path in folder.rglob("*")
        if any(mark in str(path).encode().lower() for mark in marks)
        or (path.is_file() and any(mark in path.read_bytes().lower() for mark in marks))
    ]


async def test_preferences_are_ones_own_and_last(tmp_path: Path) -> None:
    async with Rehearsal(setup, folder=tmp_path) as home:
        for id in ("anna", "bob"):
            await asked(home, "create_user", name=id, id=id)
            home.bus.logins.add(f"person.{id}")
        await asked(home, "set_preferences", "person.anna", values={"theme": "dark", "cards": [1, {"a": None}]})
        await asked(home, "set_preferences", "person.anna", values={"cards": None, "size": 2})
        assert await asked(home, "preferences", "person.bob") == {"values": {}}
        assert not (tmp_path / "people" / "bob").exists()
        with pytest.raises(CallError, match="ask as a person"):
            await asked(home, "preferences")
    async with Rehearsal(setup, folder=tmp_path) as home:
        home.bus.logins.add("person.anna")
        assert await asked(home, "preferences", "person.anna") == {"values": {"theme": "dark", "size": 2}}
        assert await asked(home, "preferences", "person.anna", keys=["size", "no"]) == {"values": {"size": 2}}
    assert (tmp_path / "people" / "anna").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "values",
    [{"../x": 1}, {"": 1}, {"a": "x" * 70_000}, {f"k{at}": at for at in range(201)}],
    ids=["a path", "no key", "too large", "too many"],
)
async def test_what_is_no_preference_is_refused_and_nothing_is_kept(
    home: Rehearsal, ask: Ask, values: dict[str, Any]
) -> None:
    await ask("create_user", name="Anna", id="anna")
    home.bus.logins.add("person.anna")
    with pytest.raises(CallError):
        await ask("set_preferences", login="person.anna", values=values)
    assert await ask("preferences", login="person.anna") == {"values": {}}


async def test_all_that_is_known_of_somebody_is_in_the_archive() -> None:
    async with Rehearsal(setup, diary) as home:
        await asked(home, "create_user", name="Zebedee Fox", id="zebedee", role="child")
        await asked(home, "create_user", name="Bob", id="bob")
        home.bus.logins |= {"person.zebedee", "person.bob", "person.owner"}
        await asked(home, "set_preferences", "person.zebedee", values={"theme": "dark"})
        await asked(home, "set_policy", "person.owner", who="zebedee", scope="domain", what="light", verb="see")
        await asked(home, "update_user", "person.owner", user="zebedee", name="Zeb Fox")
        with pytest.raises(CallError, match="his own"):
            await asked(home, "export_user", "person.bob", user="zebedee")
        told = await asked(home, "export_user", "person.zebedee", user="zebedee")
        path = home.folder / told["file"]
        assert path.stat().st_mode & 0o777 == 0o600
        with zipfile.ZipFile(path) as archive:
            found = {name: json.loads(archive.read(name)) for name in archive.namelist()}
        assert sorted(found) == sorted(told["contents"])
        assert found["user.json"]["name"] == "Zeb Fox"
        assert found["preferences.json"] == {"theme": "dark"}
        assert [line["what"] for line in found["policies.json"]] == ["light"]
        assert [(row["who"], row["what"]) for row in found["audit.json"]] == [
            ("person.bob", "people.export_user"),
            ("person.owner", "people.update_user"),
            ("person.owner", "people.set_policy"),
            ("person.zebedee", "people.set_preferences"),
        ]
        assert found["diary.json"] == {"pages": ["a page"]}
        assert found["entity.json"]["config"]["name"] == "Zeb Fox"
        assert told["missing"] == []


async def test_who_gets_the_id_of_somebody_comes_into_nothing_of_his(tmp_path: Path) -> None:
    async with Rehearsal(setup, folder=tmp_path) as home:
        await asked(home, "create_user", name="Zebedee Fox", id="zebedee")
        home.bus.logins |= {"person.zebedee", "person.owner"}
        await asked(home, "set_preferences", "person.zebedee", values={"about": "Zebedee Fox"})
        await asked(home, "export_user", "person.zebedee", user="zebedee")
        asked_others = list[str]()

        async def ask(worker: str, verb: str, *_: Any, **__: Any) -> None:
            asked_others.append(f"{worker}.{verb}")

        home.process.hosted["people"].worker.house.ask = ask  # type: ignore[union-attr, method-assign]
        logins = Logins(tmp_path)
        logins.add("person.zebedee", (), ())
        await asked(home, "remove_user", "person.owner", user="zebedee")
        assert "person.zebedee" not in logins.all()
        assert asked_others == ["keeper.apply_logins"]
        assert not (tmp_path / "people" / "zebedee").exists()
        await asked(home, "create_user", name="Zeb", id="zebedee")
        assert (await asked(home, "preferences", "person.zebedee"))["values"] == {}


async def test_nothing_is_left_of_whoever_was_erased(tmp_path: Path) -> None:
    broker = MemoryBroker()
    names = ("zebedee", "Zebedee Fox")
    async with Rehearsal(setup, diary, folder=tmp_path, broker=broker) as home:
        await asked(home, "create_user", name="Zebedee Fox", id="zebedee")
        home.bus.logins |= {"person.zebedee", "person.owner"}
        await asked(home, "set_preferences", "person.zebedee", values={"about": "Zebedee Fox"})
        await asked(home, "set_policy", "person.owner", who="zebedee", scope="domain", what="light", verb="see")
        await asked(home, "export_user", "person.zebedee", user="zebedee")
        assert traces(tmp_path, *names)
        worker = home.process.hosted["diary"].worker
        assert isinstance(worker, Diary)
        worker.broken = True
        with pytest.raises(CallError, match="still here"):
            await asked(home, "erase_user", "person.owner", user="zebedee", confirm="zebedee")
        worker.broken = False
        with pytest.raises(CallError, match="same id"):
            await asked(home, "erase_user", "person.owner", user="zebedee", confirm="zeb")
        erased = await asked(home, "erase_user", "person.owner", user="zebedee", confirm="zebedee")
        assert (erased["policies"], erased["workers"], worker.pages) == (1, ["diary"], {})
        rows = (await asked(home, "audit"))["rows"]
        assert [row["what"] for row in rows][:1] == ["people.erase_user"]
        assert "people.set_preferences" in [row["what"] for row in rows]
        assert "zebedee" not in json.dumps(rows)
        assert (await asked(home, "verify_audit"))["ok"] is True
        retained = [address for address, payload in _retained(broker) if b"ebedee" in address.encode() + payload]
        assert retained == []
        assert traces(tmp_path, *names) == []
    assert traces(tmp_path, *names) == []


def _retained(broker: MemoryBroker) -> list[tuple[str, bytes]]:
    return list(broker.retained.items())
