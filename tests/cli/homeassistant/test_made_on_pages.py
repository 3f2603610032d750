"""Helpers of the pages that lie among config entries: what the config flows of Home Assistant 2025.4 write, as YAML
that the rules read, under the ids that the registry has."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.importers import read as read_all
from homeserver.cli.homeassistant.made_on_pages import GROUPS, TEMPLATES, MadeOnPages
from homeserver.cli.homeassistant.rule_files import rule_files
from homeserver.cli.homeassistant.source import Comes, Source, Stays
from homeserver.rules.owned import platform_groups, template_blocks
from tests.cli.homeassistant.folders import entity, modern, storage
from tests.rules.owned.test_owner import state
from tests.rules.stage import Stage

SENSOR_A = "a" * 32


def entry(domain: str, title: str, options: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A config entry as version 1.5 of the file has it; its id is made of its title."""
    plain: dict[str, Any] = {
        "created_at": "2025-04-01T10:00:00+00:00",
        "data": {},
        "disabled_by": None,
        "discovery_keys": {},
        "domain": domain,
        "entry_id": f"id_{title}",
        "minor_version": 1,
        "modified_at": "2025-04-01T10:00:00+00:00",
        "options": {"name": title, **options},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": [],
        "title": title,
        "unique_id": None,
        "version": 1,
    }
    return plain | more


def row(entity_id: str, title: str, platform: str, unique_id: str = "", **more: Any) -> dict[str, Any]:
    return entity(entity_id, unique_id or f"id_{title}", platform, config_entry_id=f"id_{title}", **more)


ENTRIES = [
    entry("threshold", "Damp", {"entity_id": SENSOR_A, "hysteresis": 2.0, "lower": None, "upper": 60.0}),
    entry("tod", "Early", {"after_time": "06:00:00", "before_time": "09:00:00"}),
    entry("min_max", "Most", {"entity_ids": [SENSOR_A, "sensor.b"], "type": "max", "round_digits": 1.0}),
    entry(
        "statistics",
        "Calm",
        {"entity_id": SENSOR_A, "state_characteristic": "mean", "sampling_size": 20.0}
        | {"max_age": {"hours": 1, "minutes": 0, "seconds": 0}, "keep_last_sample": False}
        | {"percentile": 50.0, "precision": 2.0},
    ),
    entry(
        "derivative",
        "Rate",
        {"source": SENSOR_A, "round": 2.0, "time_window": {"hours": 0, "minutes": 5, "seconds": 0}, "unit_time": "min"},
    ),
    entry("integration", "Sum", {"source": SENSOR_A, "method": "left", "round": 2.0, "unit_time": "h"}),
    entry("trend", "Up", {"entity_id": SENSOR_A, "invert": False, "max_samples": 4.0, "min_gradient": 0.001}),
    entry("group", "Lamps", {"group_type": "light", "entities": ["light.a", "light.b"], "hide_members": True}),
    entry("group", "Total", {"group_type": "sensor", "entities": [SENSOR_A, "sensor.b"], "type": "sum"}),
    entry(
        "template",
        "Warm",
        {"template_type": "binary_sensor", "state": "{% set at = states('sensor.a') %}\n{{ at | float(0) > 20 }}"},
    ),
    entry("template", "Heater", {"template_type": "switch", "value_template": "{{ is_state('switch.s', 'on') }}"}),
    entry(
        "utility_meter",
        "Used",
        {"source": SENSOR_A, "cycle": "daily", "offset": 0, "tariffs": ["day", "night"], "net_consumption": False}
        | {"delta_values": False, "periodically_resetting": True, "always_available": False},
    ),
    entry("utility_meter", "All", {"source": SENSOR_A, "cycle": "none", "offset": 0, "tariffs": []}),
    entry("switch_as_x", "Pump", {"entity_id": "switch.s", "invert": False, "target_domain": "light"}),
    entry(
        "template",
        "Alarm",
        {"template_type": "alarm_control_panel", "value_template": "disarmed", "code_arm_required": False}
        | {"code_format": "number", "disarm": [{"action": "switch.turn_on", "target": {"entity_id": "switch.s"}}]},
    ),
    entry(
        "workday",
        "Work",
        {"country": "AT", "days_offset": 0.0, "excludes": ["sat", "sun", "holiday"], "language": "de"}
        | {"add_holidays": [], "remove_holidays": [], "province": "9", "workdays": ["mon", "tue", "wed", "thu", "fri"]},
    ),
    entry("switch_as_x", "Gate", {"entity_id": "switch.s", "invert": True, "target_domain": "lock"}),
]
ROWS = [
    entity("sensor.a", "a", id=SENSOR_A),
    row("binary_sensor.cellar_damp", "Damp", "threshold", device_class="moisture"),
    row("sensor.most", "Most", "min_max"),
    row("binary_sensor.rising", "Up", "trend"),
    row("light.all_lamps", "Lamps", "group"),
    row("binary_sensor.we_work", "Work", "workday"),
    row("binary_sensor.warm_now", "Warm", "template"),
    row("select.tariff", "Used", "utility_meter"),
    row("sensor.used_by_day", "Used", "utility_meter", "id_Used_day"),
    row("sensor.used_night", "Used", "utility_meter", "id_Used_night"),
    row("sensor.meter", "All", "utility_meter"),
]
WORLD = {"sensor.a": "70", "sensor.b": "5", "light.a": "on", "light.b": "off", "switch.s": "on"}


def house(folder: Path, entries: list[Any], rows: list[Any]) -> Source:
    modern(folder)
    storage(folder, "core.config_entries", 1, 5, {"entries": entries})
    storage(folder, "core.entity_registry", 1, 16, {"entities": rows, "deleted_entities": []})
    return Source(Folder(folder))


async def test_each_is_at_work_under_its_old_id(tmp_path: Path) -> None:
    source = house(tmp_path / "ha", ENTRIES, ROWS)
    files = {one.name: one.text for one in rule_files(source)}
    assert not source.made_on_pages.missing
    text = files["homeassistant/helpers-of-pages.yaml"]
    assert "{% set at = states('sensor.a') %}\n" in text, "templates stay in lines"
    async with Stage(tmp_path / "home", text, WORLD) as stage:
        assert not stage.rules.cast.problems
        expected = {
            "binary_sensor.cellar_damp": "on",
            "sensor.most": "70.0",
            "sensor.calm": "70.0",
            "sensor.rate": "0.0",
            "sensor.sum": "unknown",
            "binary_sensor.rising": "unknown",
            "light.all_lamps": "on",
            "sensor.total": "75.0",
            "binary_sensor.warm_now": "on",
            "switch.heater": "on",
            "select.tariff": "day",
            "sensor.used_by_day": "0",
            "sensor.used_night": "0",
            "sensor.meter": "0",
            "light.pump": "on",
            "alarm_control_panel.alarm": "disarmed",
            "lock.gate": "locked",
            "input_boolean.guests": "off",
        }
        assert {id: state(stage, id) for id in expected} == expected
        for id in ("binary_sensor.early", "binary_sensor.we_work"):
            assert state(stage, id) in ("on", "off")
        configs = stage.rules.engine.view.configs
        assert configs["binary_sensor.cellar_damp"].device_class == "moisture"
        assert (configs["light.all_lamps"].name, configs["sensor.used_by_day"].name) == ("Lamps", "Used day")


def test_those_that_do_not_come_are_named_with_a_reason(tmp_path: Path) -> None:
    entries = [
        entry("generic_thermostat", "Bath", {"heater": "switch.s", "target_sensor": "sensor.a"}),
        entry("group", "Ring", {"group_type": "button", "entities": []}),
        entry("template", "Panel", {"template_type": "image"}),
        entry("switch_as_x", "Siren", {"entity_id": "switch.s", "target_domain": "siren"}),
        entry("threshold", "Off", {"entity_id": "sensor.a", "lower": 1.0, "upper": None}, disabled_by="user"),
        entry("threshold", "Hidden", {"entity_id": "sensor.a", "lower": 1.0, "upper": None}),
        entry("derivative", "Lost", {"source": "b" * 32}),
    ]
    rows = [row("binary_sensor.hidden", "Hidden", "threshold", disabled_by="user")]
    source = house(tmp_path, entries, rows)
    found = list(read_all(source))
    told = {name: (one.kind, one.why, one.later) for one in found if isinstance(one, Stays) for name in one.names}
    assert told["Bath"][0] == "helpers of generic_thermostat"
    for name, why, later in (
        ("Bath", "two rules that switch it", True),
        ("Ring", "of the kind 'button' is not built here yet", True),
        ("Panel", "'image'", True),
        ("Siren", "'siren'", True),
        ("Off", "it is disabled there", False),
        ("Hidden", "it is disabled there", False),
        ("Lost", "not there any more", False),
    ):
        assert why in told[name][1]
        assert told[name][2] == later
    assert not any("part of Home Assistant" in one.why for one in found if isinstance(one, Stays))
    (helpers,) = [one for one in found if isinstance(one, Comes) and one.kind == "helpers"]
    assert not {"threshold Off", "derivative Lost"} & set(helpers.names)
    assert not source.made_on_pages.blocks


def test_of_other_entries_nothing_is_kept_or_said(tmp_path: Path) -> None:
    cloud = entry("cloud_lamp", "Lamp of hunter2", {"token": "hunter2"}, data={"password": "hunter2"})
    odd = entry("min_max", "Odd", {"entity_ids": ["sensor.a"], "type": "min"}, data={"password": "hunter2"})
    source = house(tmp_path, [cloud, odd, "nonsense", {"domain": ["hunter2"]}], [])
    found = list(read_all(source))
    assert source.made_on_pages.names == ["min_max Odd"]
    assert "hunter2" not in repr((found, source.folder, source.made_on_pages))


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "data": {"entries": ["hunter2"',
        '{"version": 9, "data": {"entries": []}}',
        '{"version": 1}',
        "[]",
    ],
)
def test_a_broken_file_ends_the_import_and_is_not_quoted(tmp_path: Path, text: str) -> None:
    source = house(tmp_path, [], [])
    (tmp_path / ".storage" / "core.config_entries").write_text(text)
    with pytest.raises(Failure, match=r"core\.config_entries") as raised:
        _ = source.made_on_pages
    assert "hunter2" not in str(raised.value)
    assert raised.value.__context__ is None


def test_options_that_make_no_sense_break_nothing(tmp_path: Path) -> None:
    wild: list[Any] = [None, 3, "x", [], {"a": [1]}, [[None]], {"cycle": {}}]
    for domain in ("group", "template", "switch_as_x", "utility_meter", "trend", "threshold", "statistics"):
        for value in wild:
            options = dict.fromkeys(("entity_id", "entities", "source", "tariffs", "offset", "advanced_options"), value)
            kind = {"group_type": "light", "template_type": "sensor", "target_domain": "lock"}
            made = entry(domain, "Odd", options | kind)
            source = house(tmp_path, [made, made | {"options": value, "title": value}], [])
            assert MadeOnPages.read(source.folder, source.registries).names
            assert list(rule_files(source))


def test_the_kinds_are_those_that_rules_read() -> None:
    assert {*platform_groups.GROUPS, "sensor"} == GROUPS
    assert set(template_blocks.KINDS) == TEMPLATES
