"""Messages from the field: all configs of the known components become entities, or are refused for a true reason.

Needs the folder HOMESERVER_CORPUS (default ../shared/data beside the project).
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.components import COMPONENTS
from homeserver.home.discovery import discover
from tests.home.stage import Stage, memory_stage

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("HOMESERVER_CORPUS", ROOT.parent / "shared" / "data")) / "mqtt_discovery"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus in {CORPUS}: set HOMESERVER_CORPUS")


def messages(name: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(CORPUS.glob(f"{name}*.jsonl")):
        for line in path.read_text().splitlines():
            message = json.loads(line)
            payload = message["payload"]
            yield message["topic"], (payload if isinstance(payload, str) else json.dumps(payload)).encode()


def known(messages: list[tuple[str, bytes]]) -> dict[str, tuple[str, dict[str, Any]]]:
    """The announcements of components that are known, by key: the last on each topic counts."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for topic, payload in messages:
        if topic.startswith("homeassistant/") and topic.endswith("/config"):
            for key in [key for key in found if key.partition(" ")[0] == topic]:
                del found[key]
            for one in discover(topic, payload, "homeassistant").announcements:
                if one.component in COMPONENTS:
                    found[one.key] = (one.component, one.fields)
    return found


def feed(stage: Stage, found: list[tuple[str, bytes]]) -> None:
    stage.bus.failed = lambda name, error, message, heard: pytest.fail(f"{name} on {heard.address}: {error!r}")
    for topic, payload in found:
        if "#" not in topic and "+" not in topic:
            stage.home.device_message(topic, payload, False)
    stage.home.turn.end()


@pytest.mark.parametrize("name", ["zigbee2mqtt_devices", "zigbee2mqtt_tests", "theengs", "field_reports"])
async def test_messages_of_the_field(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = list(messages(name))
    announced = known(found)
    async with memory_stage(tmp_path) as stage:
        feed(stage, found)
        await stage.quiet()
        refusals = {key: one.reason for key, one in stage.home.refusals.entries.items() if key in announced}
        roster = stage.home.roster
        entities = {entity.key for entity in (*roster.entities.values(), *roster.asleep())}
        with capsys.disabled():
            print(f"\n{name}: {len(announced)} configs, {len(entities)} entities, {reasons(refusals)}")
        assert entities | set(refusals) == set(announced)
        assert entities.isdisjoint(refusals)
        true_reasons = {key for key, reason in refusals.items() if _is_true(reason, announced[key][1], announced)}
        assert true_reasons == set(refusals)
        assert len(refusals) <= len(announced) // 100


def reasons(refusals: dict[str, str]) -> str:
    counts = Counter(refusals.values())
    return ", ".join(f"{count} refused ({reason[:60]})" for reason, count in counts.most_common(5)) or "none refused"


def _is_true(reason: str, fields: dict[str, Any], announced: dict[str, tuple[str, dict[str, Any]]]) -> bool:
    """Whether what the reason says is to be seen in the message itself."""
    if "is missing" in reason:
        return fields.get(reason.split("`")[1]) is None
    if "is in use by" in reason:
        return [other.get("unique_id") for _, other in announced.values()].count(fields["unique_id"]) > 1
    return False


async def test_reports_of_theengs_give_the_values_that_are_in_them(stage: Stage) -> None:
    found = list(messages("theengs"))
    reports = {topic: payload for topic, payload in found if not topic.endswith("/config")}
    feed(stage, found)
    for topic, payload in reports.items():
        stage.home.device_message(topic, payload, False)
    compared = 0
    for entity in stage.home.roster.entities.values():
        fields = discover_fields(found, entity.key)
        template = str(fields.get("value_template", ""))
        key = template.removeprefix("{{ value_json.").removesuffix(" | is_defined }}")
        if not key.isidentifier():
            continue
        values = [json.loads(payload).get(key) for payload in reports_of(reports, fields["state_topic"])]
        values = [value for value in values if value is not None]
        if values and fields.get("device_class") not in ("timestamp",):
            said = str(values[-1])
            state = {"True": "on", "False": "off"}.get(said) if entity.where[0] == "binary_sensor" else said
            assert entity.state == state, (entity.id, template, values)
            compared += 1
    assert compared > 300


def discover_fields(found: list[tuple[str, bytes]], key: str) -> dict[str, Any]:
    payload = [payload for topic, payload in found if topic == key][-1]
    return discover(key, payload, "homeassistant").announcements[0].fields


def reports_of(reports: dict[str, bytes], pattern: str) -> list[bytes]:
    tail = pattern.rpartition("/")[2]
    return [payload for topic, payload in reports.items() if topic.endswith(f"/{tail}")]
