"""A new worker works at once: its own test passes, and the home, its page and its command line know it."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.homes import running_home

MOST = 40  # lines of a worker, all of its modules together


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that keeps its workers in `integrations/`, as ours does."""
    folder = tmp_path / "project"
    (folder / "integrations").mkdir(parents=True)
    (folder / "integrations" / "__init__.py").write_text('"""Workers."""\n')
    return folder


def install(package: Path, site: Path) -> None:
    """What an installer leaves of a package: its modules, and its entry points as metadata."""
    described = tomllib.loads((package / "pyproject.toml").read_text())
    name = described["project"]["name"]
    info = site / f"{name.replace('-', '_')}-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    lines = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in points.items())
        for group, points in described["project"]["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    for module in described["tool"]["setuptools"]["packages"]:
        (site / module).symlink_to(package / module)


def pytest_in(folder: Path, *arguments: str, path: Path) -> str:
    argv = [sys.executable, "-m", "pytest", "-q", "-o", "asyncio_mode=auto", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(
        argv, cwd=folder, env={"PYTHONPATH": str(path), "PATH": ""}, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def is_small(room: Path) -> bool:
    """Whether all modules of a worker have a docstring, and few lines."""
    modules = [path.read_text() for path in room.rglob("*.py")]
    assert len(modules) > 1
    assert all(ast.get_docstring(ast.parse(text)) for text in modules)
    return sum(len(text.splitlines()) for text in modules) <= MOST


def test_what_is_written_is_clean_and_typed(run: Run, project: Path) -> None:
    name, ours = "a_very_long_name_of_29_signs_", Path(__file__).parents[2]
    run("new-worker", name, "--in", str(project))
    rules = ["--config", str(ours / "pyproject.toml"), "--config", "lint.isort.known-first-party=['homeserver']"]
    for check in (
        ["ruff", "check", "--no-cache", *rules, "."],
        ["ruff", "format", "--no-cache", *rules, "--diff", "."],
        ["mypy", "--strict", "--cache-dir", str(project / "types"), f"integrations/{name}"],
    ):
        argv = [sys.executable, "-m", *check]
        done = subprocess.run(
            argv, cwd=project, env={"MYPYPATH": f"{project}:{ours}"}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_worker_of_the_project_is_small_and_its_test_passes(run: Run, project: Path) -> None:
    written = run("new-worker", "pulse", "--in", str(project), "--json")
    assert written.code == 0
    assert "integrations/pulse/worker.py" in written.json
    assert is_small(project / "integrations" / "pulse")
    assert "1 passed" in pytest_in(project, "tests", path=project)


def test_an_outside_package_is_whole_and_its_test_passes(run: Run, tmp_path: Path) -> None:
    told = run("new-worker", "pulse", "--in", str(tmp_path))
    assert told.code == 0
    assert f"-m pip install -e '{tmp_path}/pulse[test]'" in told.out
    assert f"-m pytest {tmp_path}/pulse/tests" in told.out
    assert is_small(tmp_path / "pulse" / "homeserver_pulse")
    install(tmp_path / "pulse", tmp_path / "site")
    assert "1 passed" in pytest_in(tmp_path / "pulse", path=tmp_path / "site")


def test_both_kinds_run_in_the_home_without_a_further_edit(run: Run, project: Path, tmp_path: Path) -> None:
    run("new-worker", "pulse", "--in", str(project))
    run("new-worker", "guest_pulse", "--in", str(tmp_path))
    install(tmp_path / "guest_pulse", tmp_path / "site")
    paths = {"PYTHONPATH": f"{project}:{tmp_path / 'site'}"}
    topics = subprocess.run(
        [sys.executable, "-m", "homeserver", "topics", "--json"],
        env={**paths, "PATH": ""}, cwd=project, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in ("pulse", "guest_pulse"):
        assert json.loads(topics)[name]["answers"][0]["call"] == f"{name}.count"
    with running_home(tmp_path, where=project, environment=paths) as home:
        assert home.says("the home is up, all of it")
        now = run("status", "--json", "--data", str(home.data)).json
        places = {one["worker"]: one["process"] for one in now["workers"]}
        assert (places["pulse"], places["guest_pulse"]) == ("core", "x-guest_pulse")
        for name in ("pulse", "guest_pulse"):
            called = run("call", f"{name}.count", "domain=light", "--data", str(home.data))
            assert called.json == {"changes": 0}
            assert home.post(f"/api/calls/{name}/count", {"domain": "light"}) == {"changes": 0}


@pytest.mark.parametrize("name", ["Pulse", "2nd", "a-b", "a", "x" * 40, "a/b", ""])
def test_names_that_cannot_be(run: Run, tmp_path: Path, name: str) -> None:
    failed = run("new-worker", "--in", str(tmp_path), "--", name)
    assert (failed.code, "cannot be a worker's name" in failed.err) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(run: Run, tmp_path: Path) -> None:
    run("new-worker", "pulse", "--in", str(tmp_path))
    before = (tmp_path / "pulse" / "pyproject.toml").stat().st_mtime_ns
    failed = run("new-worker", "pulse", "--in", str(tmp_path))
    assert (failed.code, "nothing was written" in failed.err) == (1, True)
    assert (tmp_path / "pulse" / "pyproject.toml").stat().st_mtime_ns == before
    assert "there is a worker 'rules' already" in run("new-worker", "rules", "--in", str(tmp_path)).err


def test_a_package_that_was_deleted_does_not_keep_the_home_from_starting(run: Run, tmp_path: Path) -> None:
    run("new-worker", "pulse", "--in", str(tmp_path))
    install(tmp_path / "pulse", tmp_path / "site")
    shutil.rmtree(tmp_path / "pulse")
    paths = {"PYTHONPATH": str(tmp_path / "site")}
    with running_home(tmp_path, environment=paths) as home:
        assert home.says("the home is up, all of it")
        assert home.says("x-pulse    not started: it cannot be loaded")
    for command in ("topics", "settings"):
        argv = [sys.executable, "-m", "homeserver", command, "--data", str(tmp_path / "data")]
        assert subprocess.run(argv, env={**os.environ, **paths}, capture_output=True, check=False).returncode == 0
