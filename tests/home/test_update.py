"""Updates: which version is newer, and when there is nothing to install."""

from typing import Any

import pytest

from homeserver.home.update import is_newer
from tests.home.stage import Stage


@pytest.mark.parametrize(
    ("latest", "installed", "newer"),
    [
        ("1.10.0", "1.9.4", True),
        ("1.9.4", "1.10.0", False),
        ("v2", "v2.0.0", False),
        ("2026.5", "2026.5", False),
        ("16974080", "16908544", True),
        ("1.2-beta", "1.2", True),
        ("", "1", True),
    ],
)
def test_which_is_newer(latest: str, installed: str, newer: bool) -> None:
    assert is_newer(latest, installed) is newer


async def test_what_cannot_be_installed_is_said_why(stage: Stage) -> None:
    config = {"name": "Hub", "state_topic": "hub", "command_topic": "hub/set", "payload_install": "go"}
    await stage.announce("update", config)
    asked: list[tuple[str, dict[str, Any], str]] = [
        ('{"installed_version": "1", "latest_version": "1"}', {}, "has the latest version, 1, already"),
        ('{"latest_version": "2", "in_progress": true}', {}, "is being installed already"),
        ('{"in_progress": false}', {"version": "1.5"}, "takes no version"),
    ]
    for report, data, reason in asked:
        await stage.report("hub", report)
        reply = await stage.command("update.hub", "install", **data)
        assert reply is not None
        assert reply.error is not None
        assert reason in reply.error.message
    await stage.announce("update", {"name": "Mute", "command_topic": "hub/set"}, "mute")
    assert stage.configs["update.mute"].services == ()
