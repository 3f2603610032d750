"""The lock on a data folder: one home at a time, and free again however its process ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from homeserver.runtime.running import OccupiedError, occupy, running

HOLD = """
import sys, time
from pathlib import Path
from homeserver.runtime.running import occupy
with occupy(Path(sys.argv[1]), "mqtt://127.0.0.1:1", "http://127.0.0.1:2/", login=True):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_home_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            here = running(tmp_path)
            assert here is not None
            assert (here.pid, here.broker, here.login) == (holder.pid, "mqtt://127.0.0.1:1", True)
            with pytest.raises(OccupiedError, match=f"process {holder.pid}.*--data"):
                occupy(tmp_path, "", "", login=True).__enter__()
        finally:
            holder.kill()
    assert running(tmp_path) is None
    said = {"mqtt_port": [3, "--mqtt-port"]}
    with occupy(tmp_path, "mqtt://127.0.0.1:3", "", login=False, settings=said) as now:
        assert running(tmp_path) == now


def test_nothing_runs_in_a_folder_that_does_not_exist_or_was_left(tmp_path: Path) -> None:
    assert running(tmp_path / "nowhere") is None
    with occupy(tmp_path, "mqtt://127.0.0.1:3", "", login=False):
        pass
    assert running(tmp_path) is None
