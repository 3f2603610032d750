"""Each import contract of pyproject.toml bites: a small made-up house that breaks it is found out.

Runs the real lint-imports with the real contracts over made-up packages in pytest's temporary folder.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.laws.house import ROOT

SMALL_HOUSE = {
    "homeserver/__init__.py": "",
    "homeserver/topics/__init__.py": "import pydantic\n",
    "homeserver/topics/entity.py": "",
    "homeserver/runtime/__init__.py": "import aiomqtt\nimport homeserver.topics.entity\n",
    "homeserver/runtime/broker/__init__.py": "import amqtt\n",
    "homeserver/home/__init__.py": "",
    "homeserver/home/words.py": "import enum\nimport pydantic\nfrom homeserver.topics import entity\n",
    "homeserver/home/worker.py": "import homeserver.runtime\nfrom homeserver.home import registry\n",
    "homeserver/home/registry.py": "from integrations.media import words\n",
    "homeserver/cli/__init__.py": "import rich\nfrom homeserver.home import worker\n",
    "integrations/__init__.py": "",
    "integrations/media/__init__.py": "",
    "integrations/media/words.py": "from homeserver.topics import entity\n",
    "integrations/media/worker.py": "import mutagen, homeserver.runtime\nfrom homeserver.home import words\n",
    "integrations/zigbee/__init__.py": "",
    "integrations/zigbee/worker.py": "import zigpy\nfrom integrations.media import words\n",
}


class Breach(NamedTuple):
    """Lines added to one module of the small house, the contract they break, and what must be said of it."""

    contract: str
    module: str
    lines: str
    said: str


BREACHES = [
    Breach("floors", "homeserver/topics/entity.py", "import homeserver.runtime", "homeserver.topics.entity ->"),
    Breach("floors", "homeserver/runtime/bus.py", "from homeserver.home import words", "homeserver.runtime.bus"),
    Breach("floors", "homeserver/home/worker.py", "from homeserver import cli", "homeserver.home.worker ->"),
    Breach("floors", "homeserver/garden/__init__.py", "", "homeserver.garden"),
    Breach("capabilities", "homeserver/view/__init__.py", "import integrations.media.words", "homeserver.view ->"),
    Breach(
        "capabilities",
        "integrations/media/worker.py",
        "import homeserver.cli",
        "integrations.media.worker ->",
    ),
    Breach(
        "words",
        "homeserver/home/worker.py",
        "from integrations.media import worker",
        "imports integrations.media.worker: of another room only integrations.media.words.",
    ),
    Breach(
        "words",
        "integrations/zigbee/worker.py",
        "import integrations.media",
        "imports integrations.media: of another room only integrations.media.words.",
    ),
    Breach(
        "words",
        "integrations/media/worker.py",
        "from homeserver.home import registry",
        "integrations.media.worker imports homeserver.home.registry: of another room",
    ),
    Breach(
        "words",
        "integrations/media/words.py",
        "import homeserver.runtime",
        "words import nothing of ours but homeserver.topics.",
    ),
    Breach(
        "words",
        "integrations/media/words.py",
        "from homeserver.home import words",
        "words import nothing of ours but homeserver.topics.",
    ),
    Breach(
        "words",
        "homeserver/home/words.py",
        "import aiohttp",
        "homeserver.home.words imports aiohttp: words must load everywhere",
    ),
    Breach(
        "libraries",
        "homeserver/home/worker.py",
        "import aiomqtt",
        "homeserver.home.worker imports aiomqtt: it lives in homeserver.runtime.",
    ),
    Breach(
        "libraries",
        "homeserver/runtime/bus.py",
        "import amqtt.client",
        "homeserver.runtime.bus imports amqtt: it lives in homeserver.runtime.broker.",
    ),
    Breach(
        "libraries",
        "integrations/zigbee/worker.py",
        "import mutagen",
        "mutagen is imported in more than one room: integrations.media.worker, integrations.zigbee.worker.",
    ),
]


def lint(root: Path, files: dict[str, str], contract: str | None) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    command = "from importlinter.cli import lint_imports_command as lint; lint()"
    chosen = ["--contract", contract] if contract else []
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo", *chosen],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "300", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_small_lawful_house_keeps_every_contract(tmp_path: Path) -> None:
    outcome = lint(tmp_path, SMALL_HOUSE, contract=None)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert f"{len(contracts())} kept, 0 broken" in outcome.stdout


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.contract}-{breach.lines or breach.module}")
def test_the_contract_bites(breach: Breach, tmp_path: Path) -> None:
    text = f"{SMALL_HOUSE.get(breach.module, '')}{breach.lines}\n"
    outcome = lint(tmp_path, SMALL_HOUSE | {breach.module: text}, breach.contract)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert "0 kept, 1 broken" in outcome.stdout
    assert breach.said in outcome.stdout


def test_every_contract_is_seen_to_bite() -> None:
    assert {breach.contract for breach in BREACHES} == {contract["id"] for contract in contracts()}


def test_no_contract_ignores_an_import() -> None:
    assert not [contract["id"] for contract in contracts() if "ignore_imports" in contract]


def contracts() -> list[dict[str, object]]:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: list[dict[str, object]] = configuration["tool"]["importlinter"]["contracts"]
    return found
