"""The dashboard's source: its own tests run, its types fit, and it can ask for every service that people need."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from homeserver.bridge import dashboard
from homeserver.topics.services import SERVICES

ROOT = Path(dashboard.__file__).parent
LEFT_TO_RULES = {
    "select": {"select_first", "select_last", "select_next", "select_previous"},
    "fan": {"increase_speed", "decrease_speed"},
    "vacuum": {"send_command", "clean_segments", "clean_area"},
    "infrared": {"send_command"},
    "climate": {"turn_on", "turn_off"},
    "input_number": {"increment", "decrement"},
    "input_select": {"select_first", "select_last", "select_next", "select_previous", "set_options"},
    "counter": {"set_value"},
    "timer": {"change"},
}
"""Services for which others stand on the page, or which nobody could type in."""
AHEAD = {"media_player"}
"""Kinds that the page knows and that nobody serves yet."""


@pytest.fixture(scope="module")
def node() -> str:
    """Node, with the source and its tests compiled."""
    found = shutil.which("node")
    if found is None or not (ROOT / "node_modules").is_dir():
        pytest.skip("no Node, or the dashboard's libraries are not there: `make test` fetches both")
    ran(found, "node_modules/typescript/bin/tsc", "-p", "tests")
    return found


def ran(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_tests_pass(node: str) -> None:
    told = ran(node, "--test", "--test-reporter=tap", ".tested/tests/")
    (passed,) = re.findall(r"^# pass (\d+)$", told, re.MULTILINE)
    assert int(passed) >= 15


def test_every_service_has_a_control_or_is_left_to_rules(node: str) -> None:
    script = "import('./.tested/source/kinds/controls.js').then((m) => console.log(JSON.stringify(m.served())))"
    served = {name for name in json.loads(ran(node, "-e", script)) if name.partition(".")[0] not in AHEAD}
    known = {
        f"{domain}.{service}"
        for domain, services in SERVICES.items()
        for service in services
        if not service.startswith("toggle") and service not in LEFT_TO_RULES.get(domain, ())
    }
    assert served == known


def test_the_same_pages_are_known_to_both_sides() -> None:
    table = (ROOT / "source/pages/pages.ts").read_text()
    assert set(re.findall(r'\brow\("/([a-z]+)"', table)) <= set(dashboard.PAGES)


def test_the_lock_names_no_registry() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text()
    versions = json.loads((ROOT / "package.json").read_text())
    for version in (versions["dependencies"] | versions["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)


BUDGET = 80_000
"""Bytes in gzip of the JavaScript that stands between a press on the icon and the home."""


def test_what_is_loaded_first_is_small() -> None:
    if not (ROOT / "dist/made.json").exists():
        pytest.skip("the dashboard is not built: `make test` builds it")
    made = json.loads((ROOT / "dist/made.json").read_text())
    (first,) = [name for name, chunk in made.items() if chunk.get("isEntry")]
    waiting, loaded = [first], set()
    while waiting:
        name = waiting.pop()
        if name not in loaded:
            loaded.add(name)
            waiting += made[name].get("imports", [])
    size = sum((ROOT / "dist" / f"{made[name]['file']}.gz").stat().st_size for name in loaded)
    assert 10_000 < size <= BUDGET


def test_files_are_served_as_what_they_are() -> None:
    page = dashboard.serve("/rules/hall")
    assert page is not None
    if page.status == 503:
        pytest.skip("the dashboard is not built: `make test` builds it")
    assert page is dashboard.serve("/")
    assert (page.media_type, page.headers["cache-control"]) == ("text/html; charset=utf-8", "no-cache")
    assert b"<script" in page.content
    assert not re.search(rb"<script(?![^>]*\bsrc=)|\son\w+=|<style", page.content), "nothing inline"
    scripts = [path for path in dashboard.built() if path.startswith("/assets/") and path.endswith(".js")]
    assert len(scripts) > 5
    for path in scripts:
        file = dashboard.serve(path)
        assert file is not None
        assert "immutable" in file.headers["cache-control"]
    for path in ("/made.json", "/index.html", "/assets/../index.html", "/source/app.ts", "/nothing", "", "rules"):
        assert dashboard.serve(path) is None, path
