"""`homeserver discovery explain`: one JSON line for each config of a file."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

DEVICE = {"ids": "x", "name": "Hall"}
MESSAGES = [
    {"topic": "a/state", "payload": "ON", "retained": True},
    {
        "topic": "homeassistant/light/hall/config",
        "payload": {"name": "Hall", "cmd_t": "a/set", "stat_t": "a/state", "wonder": 1},
        "retained": True,
    },
    {
        "topic": "homeassistant/device/both/config",
        "payload": {
            "dev": DEVICE,
            "o": {"name": "me"},
            "cmps": {
                "t": {"p": "sensor", "uniq_id": "t", "name": "T", "stat_t": "a/t"},
                "s": {"p": "switch", "uniq_id": "s", "name": "S", "cmd_t": "a/s"},
            },
        },
        "retained": True,
    },
    {"topic": "homeassistant/light/dark/config", "payload": {"name": "Dark"}, "retained": True},
    {"topic": "homeassistant/sensor/t/config", "payload": "{", "retained": True},
    {"topic": "homeassistant/light/dark/config", "payload": "", "retained": True},
    {"topic": "a/t", "payload": 21.5, "retained": False},
]


def explained(run: Run, file: Path, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    file.write_text("\n".join(map(json.dumps, messages)))
    found = run("discovery", "explain", str(file))
    assert found.code == 0
    return [json.loads(line) for line in found.out.splitlines()]


def test_one_line_for_each_config(run: Run, tmp_path: Path) -> None:
    light, both, dark, broken, gone = explained(run, tmp_path / "messages.jsonl", MESSAGES)
    assert light == {
        "topic": "homeassistant/light/hall/config",
        "component": "light",
        "entity": "light.hall",
        "state": "on",
        "used": ["name", "cmd_t", "stat_t"],
        "unused": ["wonder"],
    }
    assert both["entities"] == ["sensor.hall_t", "switch.hall_s"]
    assert both["state"] == {"sensor.hall_t": "21.5", "switch.hall_s": "off"}
    assert both["component"] == "device"
    assert dark["refused"] == "`command_topic` is missing: a light must have it"
    assert "no JSON" in broken["refused"]
    assert gone == {"topic": "homeassistant/light/dark/config", "component": "light", "removed": True}


def test_what_is_disabled_says_so_and_is_told_of_as_if_it_were_enabled(run: Run, tmp_path: Path) -> None:
    fields = {"name": "T", "stat_t": "t", "uniq_id": "1", "en": False}
    single, bundle = "homeassistant/sensor/t/config", "homeassistant/device/t/config"
    parts = {"a": {"p": "sensor", "name": "T", "stat_t": "t", "uniq_id": "1"}, "b": {"p": "tag", "topic": "b"}}
    messages: list[dict[str, Any]] = [
        {"topic": single, "payload": fields},
        {"topic": single, "payload": {"migrate_discovery": True}},
        {"topic": bundle, "payload": {"dev": {"ids": "x"}, "o": {"name": "o"}, "cmps": parts}},
        {"topic": "t", "payload": "5"},
    ]
    first, moving, both = explained(run, tmp_path / "messages.jsonl", messages)
    assert (first["disabled"], first["state"], first["entity"]) == (True, "5", "sensor.t")
    assert moving == {"topic": single, "component": "sensor", "migrating": True}
    assert "sensor.t" in both["entities"]
    assert "disabled" not in both


def test_only_the_end_of_a_line_ends_it(run: Run, tmp_path: Path) -> None:
    payload = '{\\"name\\": \\"Two\u2028lines\x85\\", \\"state_topic\\": \\"a/b\\", \\"unique_id\\": \\"u1\\"}'
    file = tmp_path / "messages.jsonl"
    file.write_bytes(f'{{"topic": "homeassistant/sensor/t/config", "payload": "{payload}"}}\r\n'.encode())
    found = run("discovery", "explain", str(file))
    assert (found.code, found.json["component"]) == (0, "sensor")
    assert found.json["entity"].startswith("sensor.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "messages.jsonl:2: no JSON"),
        ("[]", "messages.jsonl:2: needs `topic`"),
        ('{"topic": "a"}', "and `payload`"),
        ('{"topic": 1, "payload": ""}', "needs `topic`, a text"),
    ],
)
def test_a_line_that_is_no_message_is_named(run: Run, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text(f"\n{text}\n")
    found = run("discovery", "explain", str(file))
    assert found.code == 1
    assert said in found.err


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    found = run("discovery", "explain", str(tmp_path / "nothing.jsonl"))
    assert found.code == 1
    assert "nothing.jsonl cannot be read: No such file" in found.err
