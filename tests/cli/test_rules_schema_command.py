"""`rules schema` prints what an editor can read."""

import json

from typer.testing import CliRunner

from homeserver.cli.rules_command import app


def test_prints_the_schema() -> None:
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["$defs"].keys() >= {"rule", "script", "scene", "trigger", "condition", "action"}


def test_prints_that_of_tests() -> None:
    result = CliRunner().invoke(app, ["schema", "--tests"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["items"]["required"] == ["test", "then"]
