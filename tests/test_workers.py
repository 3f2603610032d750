"""The list of workers: found by name, imported only when wanted, placed in processes."""

import subprocess
import sys

import pytest

from homeserver import workers
from homeserver.runtime.rights import rights_of


def test_the_platforms_workers_and_the_integrations_are_known() -> None:
    assert {"home", "rules", "bridge"} <= set(workers.names())
    assert workers.built_in()["demo_home"] == "integrations.demo_home.worker:setup"


def test_every_worker_can_be_loaded_and_is_called_what_it_is_listed_as() -> None:
    for name in workers.names():
        assert workers.kind(name).name == name
        assert callable(workers.load(name))


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(workers.UnknownWorkerError, match="did you mean 'bridge'"):
        workers.load("brigde")


def test_listing_imports_no_worker() -> None:
    code = (
        "import sys; from homeserver import workers; workers.names(); workers.plan(demo=True); "
        "print([m for m in sys.modules if m.endswith('.worker') and m != 'homeserver.runtime.worker'])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"


def test_the_core_starts_without_libraries_that_it_seldom_needs() -> None:
    code = (
        "import sys; from homeserver import workers; "
        "[workers.load(name) for name in workers.plan().posts['core'].workers]; "
        "print([m for m in ('cryptography', 'fastapi', 'argon2', 'holidays', 'PIL') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n", "each of them costs the process that runs longest megabytes: load it where it is used"


def test_every_worker_has_one_place_and_the_demo_house_only_when_asked_for() -> None:
    plain, demo = workers.plan(), workers.plan(demo=True)
    placed = [name for post in demo.posts.values() for name in post.workers]
    assert sorted(placed) == workers.names()
    assert plain.of("demo_home") is None
    post = demo.of("demo_home")
    assert post is not None
    assert (post.process, post.devices) == ("demo", ("demo",))
    bridge = demo.of("bridge")
    assert bridge is not None
    assert bridge.workers == ("bridge",), "it alone speaks for people, so it runs alone"


def test_only_the_core_may_do_everything() -> None:
    plan = workers.plan(demo=True)
    for post in plan.posts.values():
        read, write = rights_of(post, plan.kinds(post), "homeserver")
        assert ("#" in read + write) == (post.process == "core")
