"""All devices lose power, the broker is killed, and all come back at once: the home follows, and no rule is fooled."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from homeserver.rules.words import RULE_RUN
from homeserver.topics.entity import ENTITY_STATE
from tests.conftest import FULL
from tests.evening.fleet import Fleet
from tests.evening.whole_home import BrokerKind, collect, connected, whole_home
from tests.runtime.ground import until

CONVERGED = 5.0
"""Seconds that all devices may take to be as they were, after the broker is there again."""
SLOW = 6.0
"""Times that, on a machine that does much else, before it counts as never."""
RULE = """
- id: {id}
  mode: queued
  max: 1000
  triggers:
    - trigger: {trigger}
      entity_id: [{entities}]
      {more}
  actions:
    - variables: {{seen: "{{{{ trigger.entity_id }}}}"}}
"""
QUIET = {"any": "", "back": "from: 'off'\n      to: 'on'", "becomes": "to: 'on'", "leaves": "from: 'on'"}
ASKING = {"away": "to: unavailable", "again": "from: unavailable"}


IGNORING = {f"deaf_{id}": f"{more}\n      ignore_unavailable: true".lstrip() for id, more in QUIET.items()}
WHATEVER = """
- id: {id}
  mode: queued
  max: 1000
  triggers:
    - trigger: event
      event_type: state_changed
      event_data: {{entity_id: binary_sensor.fleet_0}}
      ignore_unavailable: {ignoring}
    - trigger: template
      value_template: "{{{{ not is_state('binary_sensor.fleet_0', 'on') }}}}"
      ignore_unavailable: {ignoring}
  actions:
    - variables: {{seen: "{{{{ trigger.platform }}}}"}}
"""


def write_rules(folder: Path, count: int) -> None:
    entities = ", ".join(f"binary_sensor.fleet_{number}" for number in range(count))
    rows = [(id, more) for group in (QUIET, ASKING, IGNORING) for id, more in group.items()]
    text = "".join(RULE.format(id=id, trigger="state", entities=entities, more=more) for id, more in rows)
    text += WHATEVER.format(id="deaf_whatever", ignoring="true") + WHATEVER.format(id="whatever", ignoring="false")
    (folder / "blink.yaml").write_text(text)


@pytest.mark.proof
@pytest.mark.parametrize(
    "broker", ["mosquitto", pytest.param("amqtt", marks=pytest.mark.skipif(not FULL, reason="in `make proof` only"))]
)
async def test_all_devices_reconnect_at_once(
    broker: BrokerKind, tmp_path: Path, portion: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    count = portion(500)
    with whole_home(tmp_path, broker) as home:
        home.device_login("fleet")
        write_rules(home.rules, count)
        home.start()
        await home.until_up()
        fleet = Fleet(home.mqtt_port, "device.fleet", home.device_secrets["fleet"], count)
        async with connected(home.client()) as bus, fleet:
            states, all_runs = collect(bus, ENTITY_STATE), dict[str, int]()
            bus.replay(bus.hear(RULE_RUN, lambda run, heard: all_runs.update({heard.where[0]: run.number}), "test"))

            def runs() -> dict[str, int]:
                return {id: number for id, number in all_runs.items() if id != "whatever"}

            def all_are(word: str) -> bool:
                known = [state for address, state in states.items() if "/fleet_" in address]
                return len(known) == count and all(state is not None and state.state == word for state in known)

            await bus.sync()
            await fleet.switch_on(announce=True)
            await until(lambda: all_are("on"), CONVERGED * SLOW)
            first = dict.fromkeys(("any", "becomes", "again"), count)  # devices that nothing was known of
            await until(lambda: runs() == first, CONVERGED)
            await fleet.cut_power()
            asked = first | {"away": count}
            await until(lambda: all_are("unavailable") and runs() == asked, CONVERGED * SLOW)
            heard = all_runs["whatever"]
            await home.kill("broker")
            await fleet.until_let_in()
            began = time.monotonic()
            await fleet.switch_on()
            await until(lambda: all_are("on"), CONVERGED * SLOW)
            took = time.monotonic() - began
            asked["again"] += count
            await until(lambda: runs()["again"] >= asked["again"], CONVERGED)
            with capsys.disabled():
                print(f"\n{count} devices are back on {broker} after {took:.1f} s; rules: {all_runs}")
            assert runs() == asked, "who ignores what is away hears nothing of it"
            # a rule's runs are told once a second at most: what it did just now may still be untold
            await until(lambda: all_runs["whatever"] > heard, CONVERGED)
