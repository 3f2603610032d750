"""ESPHome boards have one plain topic per entity."""

from integrations.demo_home.esphome import ESPHOME
from tests.integrations.demo_home.conftest import Stage


def test_topics_unfold_from_the_base(quiet: Stage) -> None:
    fields = quiet.ear.fields("number.office_co2_warning")
    assert fields["state_topic"] == "demo/esphome/office_air/number/co2_warning/state"
    assert fields["command_topic"] == "demo/esphome/office_air/number/co2_warning/command"
    assert [place["topic"] for place in fields["availability"]] == ["demo/esphome/office_air/status", "demo/network"]
    assert fields["unique_id"].startswith("ESPa4c138")


def test_orders_name_component_and_field() -> None:
    assert ESPHOME.order("demo/esphome/bell/button/ring/command", "PRESS") == ("bell", {"button/ring": "PRESS"})


def test_reports_are_plain_text(quiet: Stage) -> None:
    assert quiet.ear.last["demo/esphome/office_air/status"] == "online"
    assert float(quiet.ear.last["demo/esphome/office_air/sensor/co2/state"]) > 400
