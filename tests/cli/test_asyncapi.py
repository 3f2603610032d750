"""The AsyncAPI document: valid by the official schema, the one that is in the repository, and true of a living home.

`schemas/asyncapi-3.0.0.json` is `3.0.0-without-$id.json` of the package `@asyncapi/specs` 6.11.1, unchanged, under the
licence that lies beside it.
"""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from homeserver.cli.asyncapi import document
from homeserver.cli.asyncapi_schemas import Schemas
from homeserver.cli.topics_command import BEHIND, shipped
from homeserver.home.worker import setup as home
from homeserver.rules.worker import setup as rules
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import ANY_DEVICE_TOPIC
from homeserver.topics.call import CallError, Reply, Request
from homeserver.topics.process import WorkerStatus
from homeserver.topics.topic import Topic
from homeserver.workers import built_in, kinds
from integrations.demo_home.worker import setup as demo
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
OFFICIAL = Path(__file__).parent / "schemas" / "asyncapi-3.0.0.json"


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return shipped()


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_it_is_valid(made: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(json.loads(OFFICIAL.read_text())).validate(made)
    for schema in made["components"]["schemas"].values():
        jsonschema.Draft7Validator.check_schema(schema)


def test_every_reference_leads_somewhere(made: dict[str, Any]) -> None:
    """What the official schema cannot see; and the messages of a reply are among those of its channel."""
    found = set(references(made))
    assert len(found) > 150
    for reference in found:
        part: Any = made
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
    for operation in made["operations"].values():
        if "reply" in operation:
            channel = operation["reply"]["channel"]["$ref"]
            assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["reply"]["messages"])


def test_nothing_that_is_declared_is_missing(made: dict[str, Any]) -> None:
    found = [*kinds(built_in()).values(), *BEHIND.values()]
    said = {topic.template for kind in found for topic in getattr(kind, "says", ())}
    heard = {row.topic.template for kind in found for row in kind.table.hears}
    calls = {(row.call.worker, row.call.verb): row.call.role for kind in found for row in kind.table.answers}
    addresses = {channel["address"]: name for name, channel in made["channels"].items()}
    generic = {ANY_DEVICE_TOPIC.template, "call/{worker}/{verb}/{login}", "reply/{caller}/{client}/{login}"}
    for template in (said | heard) - generic:
        name = addresses.pop(f"homeserver/{template}")
        assert (f"send_{name}" in made["operations"]) == (template in said)
    for (worker, verb), role in calls.items():
        name = addresses.pop(f"homeserver/call/{worker}/{verb}/{{login}}")
        assert made["operations"][name]["x-role"] == role
    assert list(addresses.values()) == ["replies"]


def test_the_one_in_the_repository_is_that_of_the_code(made: dict[str, Any]) -> None:
    written = yaml.load((ROOT / "docs" / "asyncapi.yaml").read_text(), yaml.CSafeLoader)
    assert written == made, "run: homeserver topics --write"


def test_it_can_be_written_anywhere(run: Run, tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert run("topics", "--asyncapi", str(tmp_path / "all.json"), *data).code == 0
    assert json.loads((tmp_path / "all.json").read_text())["asyncapi"] == "3.0.0"
    refused = run("topics", "--asyncapi", str(tmp_path / "no" / "where.json"), *data)
    assert (refused.code, "cannot be written" in refused.err) == (1, True)


def test_classes_and_topics_of_the_same_name_are_told_apart() -> None:
    class Other:
        name = "other"
        says = (Topic[Any]("a/{x}/b", WorkerStatus), Topic[Any]("a/b/{x}", WorkerStatus))
        table = BEHIND["keeper"].table

    named = document({"other": Other}, "root")["channels"]  # type: ignore[dict-item]
    assert {row["address"] for row in named.values()} >= {"root/a/{x}/b", "root/a/b/{x}"}
    twin = type("Request", (Request,), {"__module__": "elsewhere"})
    schemas = Schemas([Request, Reply, twin], [])
    assert schemas.names[Request] != schemas.names[twin]


# -- the living home


class Judge:
    """Holds what is said under the root against the document."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.judged: dict[str, int] = {}
        self.faults: list[str] = []
        self._made = made
        self._replies: dict[str, str] = {}
        self._channels = {
            tuple(channel["address"].split("/")): (name, next(iter(channel["messages"].values()))["payload"])
            for name, channel in made["channels"].items()
            if channel["address"]
        }

    def hear(self, address: str, payload: bytes, retained: bool) -> None:
        levels = address.split("/")
        if levels[0] != "homeserver" or levels[-1] == "fence" or not payload:
            return
        content = json.loads(payload)
        if levels[1] == "reply":
            name = self._replies[content["id"]]
            self._judge(f"{name} (reply)", {"$ref": f"#/components/schemas/{name}_reply"}, content)
            return
        name, schema = self._channel(levels)
        if levels[1] == "call":
            self._replies[content["id"]] = name
        self._judge(name, schema, content)

    def _channel(self, levels: list[str]) -> tuple[str, dict[str, Any]]:
        """The one whose address this is."""
        for address, found in self._channels.items():
            pairs = zip(address, levels, strict=False)
            if len(address) == len(levels) and all(part.startswith("{") or part == level for part, level in pairs):
                return found
        raise AssertionError(f"{'/'.join(levels)} is in no channel")

    def _judge(self, name: str, schema: dict[str, Any], content: Any) -> None:
        self.judged[name] = self.judged.get(name, 0) + 1
        whole = schema | {"components": self._made["components"]}
        for fault in jsonschema.Draft7Validator(whole).iter_errors(content):
            self.faults.append(f"{name}: {fault.json_path}: {fault.message[:300]}")


async def test_what_a_living_home_says_is_as_it_is_written(made: dict[str, Any], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    judge, broker, clock = Judge(made), MemoryBroker(), VirtualClock()
    watcher = MemoryWire(broker, "watcher", "process.watcher")
    await watcher.connect(None, judge.hear, lambda reason: None)
    await watcher.subscribe([("#", 1)])
    sets = ["demo_home.seed=7", "demo_home.start=2026-01-14T06:00:00+01:00"]
    async with (
        Rehearsal(home, rules, demo, broker=broker, clock=clock, folder=tmp_path, settings=sets),
        Rehearsal(broker=broker, clock=clock, process="office") as office,
    ):
        await clock.advance(60)
        for worker, verb, args in (
            ("home", "devices", {}),
            ("home", "edit_area", {"name": "Attic"}),
            ("home", "undo", {}),
            ("home", "refusals", {}),
            ("rules", "list", {}),
            ("home", "edit_area", {"nonsense": 1}),
        ):
            await _ask(office, worker, verb, args)
        await clock.advance(60)
    await watcher.disconnect()
    [only] = judge.faults  # what was asked wrongly
    assert only.startswith("call_home_edit_area: $.args: Additional properties are not allowed ('nonsense'")
    assert judge.judged["entity_state"] > 150
    wanted = {"entity_config", "process_status", "worker_status", "worker_calls", "registry_area", "rule_config"}
    assert wanted <= judge.judged.keys()
    assert judge.judged["call_home_edit_area (reply)"] == 2


async def _ask(office: Rehearsal, worker: str, verb: str, args: dict[str, Any]) -> None:
    asking = asyncio.create_task(office.process.calls.ask(worker, verb, args))
    for _ in range(50):
        await settle()
        if asking.done():
            break
        await office.clock.advance(0.1)
    try:
        await asking
    except CallError:
        assert "nonsense" in args
