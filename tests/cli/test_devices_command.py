"""What the command tells of devices beside its table."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from homeserver.cli import devices_command
from homeserver.cli.devices_command import app

REFUSED = {"topic": "homeassistant/light/lab/x/config", "reason": "`command_topic` is missing", "count": 1}


def test_help_tells_the_options_of_the_list_that_may_be_left_out() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    assert "orphans" in shown
    assert "--wrong" in shown
    assert "--wrong" not in CliRunner().invoke(app, ["replace", "--help"]).output


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (
            [REFUSED],
            "1 announcement is refused, the last on homeassistant/light/lab/x/config: `command_topic` is missing",
        ),
        ([REFUSED, REFUSED | {"topic": "other/config"}], "2 announcements are refused"),
        ([], "nothing is wrong with any device"),
    ],
)
def test_what_is_refused_is_told_with_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, refused: list[dict[str, Any]], told: str
) -> None:
    """An announcement that is refused may be why a device is missing in the list."""

    async def pages(settings: object, verb: str, fields: dict[str, Any]) -> list[dict[str, Any]]:
        return refused if verb == "refusals" else []

    monkeypatch.setattr(devices_command, "_pages", pages)
    shown = CliRunner().invoke(app, ["--wrong", "--data", str(tmp_path)])
    assert shown.exit_code == 0
    assert told in shown.output
    assert ("home.refusals" in shown.output) == bool(refused)
    assert "home.refusals" not in CliRunner().invoke(app, ["--data", str(tmp_path)]).output
