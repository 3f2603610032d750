"""Logins: files and their modes, secrets, hashes that Mosquitto reads, rights of devices, many writers."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.runtime.filters import matches
from homeserver.runtime.logins import Login, LoginError, Logins, device_rights

ROOT = Path(__file__).parents[2]


@pytest.fixture
def logins(tmp_path: Path) -> Logins:
    return Logins(tmp_path / "logins")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secret_is_made_once_and_filters_follow(logins: Logins) -> None:
    secret = logins.ensure("process.core", ("a/#",), ("b",))
    stored = logins.hashes()
    assert len(secret) >= 43  # 32 bytes
    assert logins.ensure("process.core", ("c/#",), ()) == secret == logins.secret("process.core")
    assert logins.all() == {"process.core": Login("process.core", ("c/#",), ())}
    assert logins.hashes() == stored
    assert Logins(logins.folder).ensure("process.core", ("c/#",), ()) == secret


def test_unchanged_login_writes_nothing(logins: Logins) -> None:
    logins.ensure("process.core", ("a",), ("b",))
    before = logins.path.stat()
    logins.ensure("process.core", ("a",), ("b",))
    assert logins.path.stat().st_ino == before.st_ino


def test_only_the_owner_can_read_and_no_secret_is_in_the_table(logins: Logins) -> None:
    logins.folder.mkdir(mode=0o755)
    local, remote = logins.ensure("process.core", (), ()), logins.add("device.plug1", (), ())
    secrets = logins.folder / "secrets"
    assert [mode(path) for path in (logins.folder, secrets)] == [0o700, 0o700]
    assert [mode(path) for path in (logins.path, secrets / "process.core")] == [0o600, 0o600]
    assert [path.name for path in secrets.iterdir()] == ["process.core"]
    assert local not in logins.path.read_text()
    assert remote not in logins.path.read_text()


def test_check_knows_the_right_secret_only(logins: Logins) -> None:
    secret, other = logins.add("device.plug1", (), ()), logins.add("device.plug2", (), ())
    assert logins.check("device.plug1", secret)
    assert not logins.check("device.plug1", other)
    assert not logins.check("device.plug1", "")
    assert not logins.check("device.plug3", secret)


def test_adding_again_renews_the_secret(logins: Logins) -> None:
    old = logins.ensure("process.attic", ("a",), ())
    new = logins.add("process.attic", ("b",), ())
    assert (logins.check("process.attic", old), logins.check("process.attic", new)) == (False, True)
    with pytest.raises(LoginError, match=r"process\.attic.*not kept"):
        logins.secret("process.attic")


def test_lost_files_heal(logins: Logins) -> None:
    secret = logins.ensure("process.core", (), ())
    logins.path.unlink()
    assert logins.ensure("process.core", (), ()) == secret
    (logins.folder / "secrets" / "process.core").unlink()
    fresh = logins.ensure("process.core", (), ())
    assert fresh != secret
    assert logins.check("process.core", fresh)


def test_remove(logins: Logins) -> None:
    secret = logins.ensure("process.attic", (), ())
    logins.remove("process.attic")
    assert not logins.check("process.attic", secret)
    assert list((logins.folder / "secrets").iterdir()) == []
    with pytest.raises(LoginError, match=r"no login 'process\.attic'"):
        logins.remove("process.attic")


@pytest.mark.parametrize(
    "name",
    ["core", "process.", "robot.core", "process.Core", "process.a/b", "process.+", "process.#", "device.a.b",
     "process.core\n", "../process.core", "process." + "x" * 33, "process.a:b", "device.ä"],
)  # fmt: skip
def test_refuses_names_that_could_reach_further(logins: Logins, name: str) -> None:
    for change in (logins.ensure, logins.add):
        with pytest.raises(LoginError, match="login name"):
            change(name, (), ())
    assert not logins.path.exists()


@pytest.mark.parametrize("text", ["", "a/#/b", "a\nuser process.core", " a", "a ", "a\0"])
def test_refuses_filters_that_are_none_or_would_forge_an_acl_line(logins: Logins, text: str) -> None:
    with pytest.raises(LoginError, match="topic filter"):
        logins.ensure("process.core", ("a",), (text,))
    assert logins.all() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"logins": {"process.core": {}}}', '{"logins": {"a/b": {}}}'])
def test_broken_table_is_named_and_not_overwritten(logins: Logins, text: str) -> None:
    logins.ensure("process.core", (), ())
    logins.path.write_text(text)
    with pytest.raises(LoginError, match=r"logins\.json cannot be read.*restore it"):
        logins.ensure("process.core", (), ())
    assert logins.path.read_text() == text


def test_breaking_off_a_write_keeps_the_old_table(logins: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    logins.ensure("process.core", (), ())
    before = logins.path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(LoginError, match="cannot be written: No space"):
        logins.add("device.plug1", (), ())
    assert logins.path.read_bytes() == before
    assert sorted(path.name for path in logins.folder.iterdir()) == [".lock", "logins.json", "secrets"]


WRITER = """
import sys
from pathlib import Path
from homeserver.runtime.logins import Logins
logins = Logins(Path(sys.argv[1]))
for number in range(20):
    logins.ensure(f"device.{sys.argv[2]}{number}", ("a",), ())
"""


def test_two_processes_may_write_at_once(logins: Logins) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(logins.folder), name], cwd=ROOT) for name in "xyz"]
    assert [writer.wait(30) for writer in writers] == [0, 0, 0]
    assert len(logins.all()) == len(json.loads(logins.path.read_text())["logins"]) == 60


def test_device_owns_its_tree_and_its_discovery() -> None:
    read, write = device_rights("plug1")
    assert write == ("plug1/#", "homeassistant/+/plug1/#")
    assert read == (*write, "homeassistant/status")
    assert device_rights("device.plug1") == (read, write)


def test_granted_topics_replace_the_default() -> None:
    read, write = device_rights("bridge", topics=("zigbee2mqtt/#",), discovery=("homeassistant/+/+/+/config",))
    assert write == ("zigbee2mqtt/#", "homeassistant/+/+/+/config")
    assert read == (*write, "homeassistant/status")


first_levels = st.sampled_from(("homeserver", "$SYS", "$", "#", "+"))


@given(first_levels, st.sampled_from(("", "/#", "/a", "/+/a")))
def test_no_device_is_granted_what_belongs_to_the_home(first: str, rest: str) -> None:
    text = first + (rest if first != "#" else "")
    for topics, discovery in (((text,), ()), ((), (text,)), (("mine/#", text), ())):
        with pytest.raises(LoginError, match=r"could reach homeserver/\.\.\. or"):
            device_rights("plug1", topics, discovery)


@given(st.from_regex(r"[a-z0-9_-]{1,32}", fullmatch=True))
def test_no_device_name_reaches_into_the_home(name: str) -> None:
    try:
        _, write = device_rights(name)
    except LoginError:
        assert name in ("homeserver", "homeassistant")
    else:
        assert not any(matches(text, "homeserver/call/home/x/process.core") for text in write)


@pytest.mark.parametrize("name", ["homeserver", "homeassistant"])
def test_device_named_like_the_home_needs_topics(name: str) -> None:
    with pytest.raises(LoginError, match="choose another or give topics"):
        device_rights(name)
    assert device_rights(name, topics=("attic/#",))[1][0] == "attic/#"


def test_lines_for_everybody_are_written_out_for_each_and_for_processes_alone(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    secret = logins.ensure("process.bridge", ("r/{person}/x", "s"), ("w/+/{person}", "{person}s"))
    logins.add("device.sly", ("sly/{person}",), ("sly/{person}",))
    assert (logins.all()["process.bridge"].read, logins.all()["process.bridge"].write) == (("s",), ("{person}s",))
    assert logins.admit(["person.ben", "person.anna", "person.ben"])
    assert not logins.admit(["person.anna", "person.ben"])
    assert logins.persons() == ["person.anna", "person.ben"]
    bridge = logins.all()["process.bridge"]
    assert bridge.read == ("r/person.anna/x", "r/person.ben/x", "s")
    assert bridge.write == ("w/+/person.anna", "w/+/person.ben", "{person}s")
    assert logins.all()["device.sly"].read == ("sly/{person}",)
    assert logins.ensure("process.bridge", ("r/{person}/x", "s"), ("w/+/{person}", "{person}s")) == secret
    logins.add("person.anna", ("a",), ("b",))
    logins.expel()
    assert (logins.persons(), logins.all()["person.anna"].read, logins.all()["process.bridge"].read) == ([], (), ("s",))
    for bad in ("person.+", "#", "process.core/x"):
        with pytest.raises(LoginError):
            logins.admit([bad])
