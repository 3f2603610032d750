"""Preparation: Mosquitto's files and the secrets of each process, whole, private and the same however often."""

import shutil
import stat
from pathlib import Path

import pytest

from homeserver.runtime.enrolment import enrol
from homeserver.runtime.logins import Logins
from homeserver.runtime.plan import Plan, Post, guest_post
from homeserver.runtime.preparation import (
    PreparationError,
    hand_out,
    place_store,
    write_certificate,
    write_logins,
)
from homeserver.runtime.settings import Settings
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, Worker


class Radio(Worker):
    """Wants topics of devices."""

    name = "radio"
    says = (ANY_DEVICE_TOPIC,)


def plan_of(*posts: Post) -> Plan:
    return Plan(posts, {"radio": Radio}.__getitem__)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_process_gets_its_own_secrets_and_what_is_not_its_own_goes(tmp_path: Path) -> None:
    home = Settings.load({"data": tmp_path}, [], {}).home
    plan, logins = plan_of(Post("core", ("radio",)), Post("demo", ("radio",), devices=("toy",))), Logins(tmp_path)
    assert enrol(logins, plan, home) == {}
    stale = tmp_path / "p" / "demo" / "secrets" / "process.core"
    stale.parent.mkdir(parents=True)
    stale.write_text("somebody else's")
    assert hand_out(logins, plan.posts.values(), tmp_path / "p") == ["demo"]
    assert everything(tmp_path / "p") == {
        f"demo/secrets/{login}": logins.secret(login).encode() for login in ("process.demo", "device.toy")
    }
    marks = [path.stat().st_ino for path in stale.parent.iterdir()]
    hand_out(logins, plan.posts.values(), tmp_path / "p")
    assert [path.stat().st_ino for path in stale.parent.iterdir()] == marks
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in stale.parent.iterdir())
    assert stat.S_IMODE(stale.parent.stat().st_mode) == 0o700


def test_secrets_are_not_handed_out_through_a_link(tmp_path: Path) -> None:
    plan, logins = plan_of(Post("core", ("radio",))), Logins(tmp_path)
    enrol(logins, plan, Settings.load({"data": tmp_path}, [], {}).home)
    (tmp_path / "p" / "core").mkdir(parents=True)
    (tmp_path / "p" / "core" / "secrets").symlink_to(tmp_path)
    with pytest.raises(PreparationError, match="is a link"):
        hand_out(logins, plan.posts.values(), tmp_path / "p")
    assert logins.path.exists()


def test_a_guest_that_asks_for_too_much_gets_no_login_and_is_named(tmp_path: Path) -> None:
    home = Settings.load({"data": tmp_path}, [], {}).home
    plan = plan_of(Post("core", ("radio",)), guest_post("radio"), guest_post("gone"))
    refused = enrol(Logins(tmp_path), plan, home)
    assert set(refused) == {"x-radio", "x-gone"}
    assert "that is for the house's own workers only" in refused["x-radio"]
    assert refused["x-gone"] == "it cannot be loaded: KeyError: 'gone'"
    assert set(plan.posts) == {"core"}
    assert set(Logins(tmp_path).all()) == {"process.core", "process.cli"}


def test_mosquitto_gets_hashes_rights_and_the_certificate_and_never_a_secret(tmp_path: Path) -> None:
    logins, folder = Logins(tmp_path / "data"), tmp_path / "mosquitto"
    secret = logins.add("device.plug", ("plug/#",), ("plug/#",))
    write_logins(folder, logins)
    (tmp_path / "a.pem").write_text("certificate\n")
    (tmp_path / "a.key").write_text("key\n")
    write_certificate(folder, tmp_path / "a.pem", tmp_path / "a.key")
    found = everything(folder)
    assert found.pop("broker.pem") == b"certificate\n"
    assert found.pop("broker.key") == b"key\n"
    assert found.keys() == {"passwd", "acl"}
    assert found["passwd"].startswith(b"device.plug:$7$")
    assert b"topic write plug/#" in found["acl"]
    assert secret.encode() not in found["passwd"] + found["acl"]


def test_what_mosquitto_retains_has_a_place_in_the_home_and_what_was_restored_goes_to_mosquitto(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "mosquitto"
    folder.mkdir()
    (folder / "mosquitto.db").write_text("retained")
    place = data / "broker" / "mosquitto.db"
    place_store(data, folder)
    assert place.is_symlink()
    assert place.read_text() == "retained"
    shutil.rmtree(data)
    (data / "broker").mkdir(parents=True)
    place.write_text("of the backup")
    for _ in range(2):
        place_store(data, folder)
        assert place.is_symlink()
        assert place.read_text() == (folder / "mosquitto.db").read_text() == "of the backup"
    assert stat.S_IMODE((folder / "mosquitto.db").stat().st_mode) == 0o600
    place_store(folder.parent, folder.parent / "broker")  # a Mosquitto that works in the data folder itself
    assert not (folder.parent / "broker" / "mosquitto.db").exists()


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PreparationError, match=r"file cannot be written to: File exists; it must belong to the user"):
        write_logins(tmp_path / "file", Logins(tmp_path))
