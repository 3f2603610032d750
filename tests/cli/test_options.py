"""Settings of commands: those of the home that runs, not those that its next start would have."""

from pathlib import Path

from homeserver.cli.options import given_settings, load_settings
from homeserver.runtime.running import occupy
from tests.cli.conftest import Run


def test_commands_find_a_home_as_it_was_started(tmp_path: Path, run: Run) -> None:
    started = given_settings(tmp_path, None, ["home.root=attic", "home.discovery_prefix=ha"], mqtt_port=11999)
    said = {row.name: (row.value, row.source) for row in started.explain()}
    with occupy(tmp_path, "mqtt://127.0.0.1:11999", "", login=True, settings=said):
        home = load_settings(tmp_path, None).home
        assert (home.root, home.discovery_prefix, home.mqtt_port) == ("attic", "ha", 11999)
        elsewhere = load_settings(tmp_path, "mqtt://elsewhere").home
        assert (elsewhere.root, elsewhere.mqtt_port) == ("homeserver", 1883), "that home is another one"
        refused = run("listen", "--port", "11999", "--data", str(tmp_path))
        assert "the home's own processes use" in refused.err
    assert load_settings(tmp_path, None).home.root == "homeserver", "nobody runs there any more"
