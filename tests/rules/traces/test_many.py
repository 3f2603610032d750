"""What is kept of many runs at once: of each sort enough, for a price that nobody else waits for."""

from pathlib import Path

from homeserver.rules.traces.traces import PLENTY
from tests.rules.stage import Stage

RULES = 300
TEXT = "".join(
    f"""
- id: "many{number}"
  mode: parallel
  triggers: [{{trigger: state, entity_id: binary_sensor.motion}}]
  actions: [{{action: light.turn_on, target: {{entity_id: light.hall}}}}]
"""
    for number in range(RULES)
)
STATES = {"binary_sensor.motion": "off", "light.hall": "off"}


def rows(stage: Stage, rule: str = "%") -> int:
    return int(stage.rules.turn.ledger.fetch("SELECT count(*) AS n FROM trace WHERE rule LIKE ?", (rule,))[0]["n"])


async def test_the_first_run_of_every_rule_is_kept_and_repeated_ones_in_measure(tmp_path: Path) -> None:
    async with Stage(tmp_path, TEXT, STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        await stage.wait(5)
        assert rows(stage) == RULES, "a run of a sort that was never seen is kept, however many there are"
        await stage.set("binary_sensor.motion", "off")
        await stage.wait(5)
        assert rows(stage) == RULES + PLENTY, "of what was seen lately so many are kept"


async def test_traces_are_written_a_few_at_a_time(tmp_path: Path) -> None:
    async with Stage(tmp_path, TEXT, STATES) as stage:
        await stage.set("binary_sensor.motion", "on")
        written = []
        for _ in range(120):
            before = rows(stage)
            await stage.wait(0.01)
            written.append(rows(stage) - before)
        assert sum(written) == RULES
        assert max(written) <= 40, "two turns of twenty fit between two looks, and no more"


async def test_the_file_does_not_grow_with_the_number_of_runs(tmp_path: Path) -> None:
    """What is of no more interest goes: also over restarts, each of which would otherwise begin to count anew."""
    one = TEXT.split("\n- id:")[1]
    for _ in range(3):
        async with Stage(tmp_path, "\n- id:" + one, STATES) as stage:
            for number in range(40):
                await stage.set("binary_sensor.motion", "on" if number % 2 else "off")
                await stage.wait(1.1)
            assert 5 <= rows(stage, "many0") <= 45
