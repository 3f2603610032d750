"""`homeserver new-worker NAME`: a worker that works at once, and its test.

In the project itself it becomes a folder of `integrations/`, which is found without any list; elsewhere an installable
package with an entry point.
"""

import re
import shlex
import sys
from pathlib import Path
from string import Template
from typing import Annotated, Final

import typer

from homeserver import workers
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson
from homeserver.cli.printing import console, print_json

app = typer.Typer()
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,29}")
_TEMPLATES: Final = Path(__file__).parent / "templates"


@app.command(name="new-worker")
def new_worker(
    name: Annotated[str, typer.Argument(help="For example energy_price: a-z, 0-9 and _.")],
    folder: Annotated[
        Path, typer.Option("--in", help="The project or the folder to write into.", metavar="DIR")
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write a worker of at most 40 lines and its test, ready to run."""
    if not _NAME.fullmatch(name):
        raise Failure(f"{name!r} cannot be a worker's name: use 2 to 30 of a-z 0-9 _, a letter first")
    if name in workers.names():
        raise Failure(f"there is a worker {name!r} already; choose another name")
    inside = (folder / "integrations" / "__init__.py").is_file()
    files = _in_project(name) if inside else _package(name)
    taken = [path for path in files if (folder / path).exists()]
    if taken:
        raise Failure(f"{folder / taken[0]} is there already; nothing was written")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    if as_json:
        print_json([str(path) for path in files])
        return
    for path in files:
        console.print(f"written: {folder / path}", soft_wrap=True)
    console.print(_next(name, folder, inside=inside), soft_wrap=True, markup=False)


def _next(name: str, folder: Path, *, inside: bool) -> str:
    where = (folder / name).absolute()
    test = shlex.quote(str(folder / "tests" / "integrations" / name if inside else where / "tests"))
    python = shlex.quote(sys.executable)
    install = "" if inside else f"{python} -m pip install -e {shlex.quote(f'{where}[test]')}\n"
    return f"Next:\n{install}{python} -m pytest {test}\nhomeserver up, then: homeserver call {name}.count domain=light"


def _in_project(name: str) -> dict[Path, str]:
    module = f"integrations.{name}"
    room, tests = Path("integrations") / name, Path("tests") / "integrations" / name
    return {
        room / "__init__.py": _fill("room.txt", name, module),
        room / "worker.py": _fill("worker.txt", name, module),
        tests / "test_worker.py": _fill("test.txt", name, module),
    }


def _package(name: str) -> dict[Path, str]:
    module = f"homeserver_{name}"
    root = Path(name)
    return {
        root / "pyproject.toml": _fill("pyproject.txt", name, module),
        root / module / "__init__.py": _fill("room.txt", name, module),
        root / module / "worker.py": _fill("worker.txt", name, module),
        root / "tests" / "test_worker.py": _fill("test.txt", name, module),
    }


def _fill(template: str, name: str, module: str) -> str:
    kind = "".join(part.capitalize() for part in name.split("_"))
    title = name.replace("_", " ").capitalize()
    return Template((_TEMPLATES / template).read_text("utf-8")).substitute(
        name=name, module=module, kind=kind, title=title
    )
