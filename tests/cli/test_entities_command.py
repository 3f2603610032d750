"""Enabling and disabling by the command line: never all at once by accident."""

from pathlib import Path

import pytest

from homeserver.cli.entities_command import entities
from homeserver.cli.failures import Failure


@pytest.mark.parametrize(
    ("filter", "enable", "disable"), [(None, False, True), (None, True, False), ("light.hall", True, True)]
)
def test_it_must_be_said_which_and_what(tmp_path: Path, filter: str | None, enable: bool, disable: bool) -> None:
    with pytest.raises(Failure, match=r"say which, and one thing: `homeserver entities light.hall --(en|dis)able`"):
        entities(filter, data=tmp_path, enable=enable, disable=disable)
