"""Rights compiled from the logins, and what a reload does to those who are connected."""

from pathlib import Path

import pytest

from homeserver.runtime.broker.access import ANYBODY, Access
from homeserver.runtime.logins import LoginError, Logins


@pytest.fixture
def logins(tmp_path: Path) -> Logins:
    return Logins(tmp_path / "logins")


def test_admits_with_the_right_secret_only(logins: Logins) -> None:
    secret = logins.add("device.plug1", ("plug1/#", "homeassistant/status"), ("plug1/#",))
    access = Access(logins, anonymous=False)
    rights = access.admit("device.plug1", secret)
    assert rights is not None
    assert (rights.read.matches("homeassistant/status"), rights.may_write("homeassistant/status")) == (True, False)
    for login, given in (("device.plug1", "x"), ("device.plug1", None), ("device.x", secret), ("", ""), (None, secret)):
        assert access.admit(login, given) is None


def test_nobody_writes_the_topics_of_the_broker(logins: Logins) -> None:
    secret = logins.add("process.core", ("#", "$SYS/#"), ("#", "$SYS/#"))
    rights = Access(logins, anonymous=False).admit("process.core", secret)
    assert rights is not None
    assert rights.read.matches("$SYS/uptime")
    assert not rights.may_write("$SYS/uptime")


def test_anonymous_only_when_asked_for(logins: Logins) -> None:
    assert Access(logins, anonymous=False).admit(None, None) is None
    access = Access(logins, anonymous=True)
    assert access.admit(None, None) is ANYBODY
    assert access.renewed(ANYBODY) is ANYBODY
    assert access.admit("process.core", "wrong") is None


def test_reload_changes_removes_and_refuses_renewed_secrets(logins: Logins) -> None:
    secrets = {name: logins.ensure(name, ("a",), ()) for name in ("process.a", "process.b", "process.c")}
    access = Access(logins, anonymous=False)
    rights = [access.admit(name, secret) for name, secret in secrets.items()]
    a, b, c = (one for one in rights if one is not None)
    logins.ensure("process.a", ("b",), ())
    logins.remove("process.b")
    logins.add("process.c", ("a",), ())
    access.reload()
    now = access.renewed(a)
    assert now is not None
    assert (now.read.matches("a"), now.read.matches("b")) == (False, True)
    assert access.renewed(b) is None
    assert access.renewed(c) is None


def test_unreadable_logins_leave_everything_as_it_was(logins: Logins) -> None:
    secret = logins.add("device.plug1", ("a",), ())
    access = Access(logins, anonymous=False)
    logins.path.write_text("{")
    with pytest.raises(LoginError):
        access.reload()
    assert access.admit("device.plug1", secret)
