"""Devices as other people's homes recorded them: read in place, from `zha_devices` in HOMESERVER_CORPUS.

Each file holds what a device told in its interview, its attributes, and what another bridge made of it.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.zigbee.part import Ending, Facts, Node

ROOT = Path(__file__).parents[3]
FILES = Path(os.environ.get("HOMESERVER_CORPUS", ROOT.parent / "shared" / "data")) / "zha_devices"


@dataclass(frozen=True)
class Expected:
    """One entity that the other bridge made. `endpoint` 0: of the whole device."""

    component: str
    made_by: str
    endpoint: int
    device_class: str | None
    unit: str | None
    words: str
    clusters: frozenset[int]
    state: Any


@dataclass(frozen=True)
class Record:
    """One recorded device."""

    name: str
    node: Node
    facts: Facts
    expected: tuple[Expected, ...]


def records() -> Iterator[Record]:
    for path in sorted(FILES.glob("*.json")):
        said = json.loads(path.read_text())
        endpoints, facts = {}, Facts()
        for text, end in said["cluster_details"].items():
            number, type = int(text), end["device_type"] or {"id": 0}
            server, client = (frozenset(int(one, 16) for one in end[name]) for name in ("in_clusters", "out_clusters"))
            endpoints[number] = Ending(end["profile_id"] or 0, type["id"], server, client)
            for cluster, about in end["in_clusters"].items():
                _attributes(facts, number, int(cluster, 16), about)
        flags = (said["signature"].get("node_descriptor") or {}).get("mac_capability_flags", 0)
        node = Node(said["manufacturer"], said["model"], endpoints, not flags & 0x04)
        yield Record(path.stem, node, facts, tuple(_expected(said)))


def _attributes(facts: Facts, number: int, cluster: int, about: dict[str, Any]) -> None:
    for attribute, told in about["attributes"].items():
        if told.get("value") is not None:
            facts.values[number, cluster, int(attribute, 16)] = told["value"]
    for attribute in about["unsupported_attributes"]:
        if isinstance(attribute, int) or attribute.startswith("0x"):  # others are names that its quirk gave
            facts.refused.add((number, cluster, int(str(attribute), 16)))


def _expected(said: dict[str, Any]) -> Iterator[Expected]:
    for component, entities in said["zha_lib_entities"].items():
        for entity in entities:
            about, state = entity["info_object"], entity["state"]
            handlers = about["cluster_handlers"] or ()
            yield Expected(
                component,
                state["class_name"],
                about["endpoint_id"] or 0,
                about.get("device_class"),
                about.get("unit"),
                about.get("translation_key") or "",
                frozenset(one["cluster"]["id"] for one in handlers if "cluster" in one),
                state.get("state"),
            )
