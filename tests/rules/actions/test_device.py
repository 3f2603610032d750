"""Actions that Home Assistant's editor writes for devices, and scenes: what they ask of which entity."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from homeserver.rules.actions.device import DEEDS
from homeserver.rules.reading.rule_file import read_text
from homeserver.topics.services import SERVICES
from homeserver.view.templates import Templates
from tests.rules.stage import Stage

TRIGGER = {"trigger": "state", "entity_id": "binary_sensor.go", "to": "on"}
START = {"binary_sensor.go": "off", "light.a": "off", "cover.c": "open", "select.s": "x", "lock.l": "locked"}
START |= {"scene.movie": "", "vacuum.v": "docked", "alarm_control_panel.p": "disarmed", "climate.t": "off"}


def rule(*actions: Any) -> str:
    return yaml.safe_dump([{"id": "test", "triggers": TRIGGER, "actions": list(actions)}], sort_keys=False)


def deed(entity_id: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "device_id": "0a" * 16,
        "domain": entity_id.partition(".")[0],
        "type": kind,
        "entity_id": entity_id,
        "metadata": {},
        **more,
    }


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (deed("light.a", "turn_on"), ("light.a", "turn_on", {})),
        (deed("light.a", "toggle", alias="x", enabled=True), ("light.a", "toggle", {})),
        (deed("light.a", "turn_on", brightness_pct=40), ("light.a", "turn_on", {"brightness_pct": 40.0})),
        (deed("light.a", "brightness_increase"), ("light.a", "turn_on", {"brightness_step_pct": 10.0})),
        (deed("light.a", "brightness_decrease"), ("light.a", "turn_on", {"brightness_step_pct": -10.0})),
        (deed("light.a", "flash"), ("light.a", "turn_on", {"flash": "short"})),
        (deed("light.a", "flash", flash="long"), ("light.a", "turn_on", {"flash": "long"})),
        (deed("cover.c", "close"), ("cover.c", "close_cover", {})),
        (deed("cover.c", "set_position", position=30), ("cover.c", "set_cover_position", {"position": 30})),
        (
            deed("cover.c", "set_tilt_position", position=30),
            ("cover.c", "set_cover_tilt_position", {"tilt_position": 30}),
        ),
        (deed("select.s", "select_option", option="y"), ("select.s", "select_option", {"option": "y"})),
        (deed("select.s", "select_next", cycle=False), ("select.s", "select_next", {"cycle": False})),
        (deed("lock.l", "unlock"), ("lock.l", "unlock", {})),
        (deed("vacuum.v", "dock"), ("vacuum.v", "return_to_base", {})),
        (
            deed("alarm_control_panel.p", "disarm", code="1234"),
            ("alarm_control_panel.p", "alarm_disarm", {"code": "1234"}),
        ),
        (deed("climate.t", "set_hvac_mode", hvac_mode="heat"), ("climate.t", "set_hvac_mode", {"hvac_mode": "heat"})),
        ({"scene": "scene.movie"}, ("scene.movie", "turn_on", {})),
        ({"scene": "Scene.Movie", "metadata": {}, "alias": "x"}, ("scene.movie", "turn_on", {})),
    ],
)
async def test_asks(tmp_path: Path, action: dict[str, Any], told: tuple[str, str, dict[str, Any]]) -> None:
    async with Stage(tmp_path, rule(action), START) as stage:
        assert stage.rules.book.problems == []
        await stage.set("binary_sensor.go", "on")
        assert stage.told() == [told]


async def test_an_entity_by_its_id_in_home_assistants_registry(tmp_path: Path) -> None:
    id = "ab" * 16
    async with Stage(tmp_path, rule(deed("light.a", "turn_on") | {"entity_id": id}), START) as stage:
        stage.rules.engine.view.former.learn("light.a", (id,))
        await stage.set("binary_sensor.go", "on")
        assert stage.services() == [("light.a", "turn_on")]


async def test_one_makers_action_is_asked_of_whoever_answers_it(tmp_path: Path) -> None:
    action = {"device_id": "d1", "domain": "mobile_app", "type": "notify", "message": "hi {{ 1 + 1 }}", "title": "T"}
    async with Stage(tmp_path, rule(action), START) as stage:
        (problem,) = stage.rules.book.problems
        assert (problem.severity, problem.text) == ("warning", "nobody answers mobile_app.notify now")
        await stage.set("binary_sensor.go", "on")
        assert "nobody answers mobile_app.notify" in stage.runs[-1].error


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (deed("light.a", "turn_onn"), "light has no action 'turn_onn'; it has turn_on, turn_off, toggle"),
        (deed("select.s", "select_option"), "option is missing: the action needs it"),
        (deed("light.a", "turn_on", brightness_pct=400), "brightness_pct: Input should be less than or equal to 100"),
        (deed("light.a", "turn_on", color="red"), "unknown field 'color'"),
        ({"device_id": "x", "domain": "light", "type": "turn_on"}, "entity_id is missing"),
        ({"device_id": "x", "type": "turn_on"}, "domain is missing"),
        (deed("light.a", "turn_on") | {"entity_id": "lamp"}, "'lamp' is no entity id"),
        ({"scene": "light.a"}, "scene must name a scene"),
    ],
)
def test_refuses_when_it_is_read(action: Any, problem: str) -> None:
    (found, *_) = read_text(rule(action), "x.yaml", Templates()).problems
    assert problem in found.text


def test_every_deed_is_a_service_that_takes_its_data() -> None:
    for domain, deeds in DEEDS.items():
        services = SERVICES.get(domain, {})
        for kind, made in deeds.items() if services else ():
            assert made.service in services, (domain, kind)
            fields = services[made.service].model.model_fields
            takes = {*made.data, *made.needs, *made.takes} - ({"position"} if "tilt" in kind else set())
            assert takes <= set(fields), (domain, kind)
