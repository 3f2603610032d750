"""`.env.example` names every setting, its lines are read as they stand, and they say what holds without them."""

import re
import shlex
from pathlib import Path

from pydantic import BaseModel

from homeserver import workers
from homeserver.cli.env_example import env_example
from homeserver.cli.settings_command import shipped
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"#(HOMESERVER_[A-Z0-9_]+)=(.*)")


def models() -> dict[str, type[BaseModel]]:
    found = {name: kind.options for name, kind in workers.kinds(workers.built_in()).items()}
    return {name: model for name, model in found.items() if model is not None}


def lines() -> dict[str, str]:
    found = [(match[1], match[2]) for line in shipped().splitlines() if (match := LINE.fullmatch(line))]
    assert len(found) == len(dict(found))
    return dict(found)


def test_the_one_in_the_repository_is_that_of_the_code() -> None:
    assert (ROOT / ".env.example").read_text() == shipped(), "run: homeserver settings --env > .env.example"


def test_every_setting_is_in_it_with_its_meaning() -> None:
    count = len(HomeSettings.model_fields) + sum(len(model.model_fields) for model in models().values())
    in_compose = set(re.findall(r"\$\{(HOMESERVER_\w+)", (ROOT / "compose.yaml").read_text()))
    assert in_compose <= set(lines())
    settings = [name for name in lines() if name not in in_compose or name == "HOMESERVER_HTTP_PORT"]
    assert len(settings) == count
    text = shipped().splitlines()
    for number, line in enumerate(text):
        if LINE.fullmatch(line):
            assert re.fullmatch(r"# \S.*", text[number - 1]), f"{line} has no description"
            assert "None" not in text[number - 1]


def test_its_lines_are_read_and_change_nothing(tmp_path: Path) -> None:
    """As a shell reads them; an empty one is left out, as the file says."""
    given = {name: shlex.split(text)[0] for name, text in lines().items() if text}
    assert len(given) > 25
    data = {"HOMESERVER_DATA": str(tmp_path)}
    with_lines, without = Settings.load({}, [], given | data), Settings.load({}, [], data)
    assert with_lines.home == without.home
    for worker, model in models().items():
        assert with_lines.section(worker, model) == without.section(worker, model)
    with_lines.check(dict(models()))
    sources = {row.name: row.source for row in with_lines.explain(dict(models()))}
    assert sources["backup.at"] == "HOMESERVER_BACKUP__AT"


def test_a_default_that_a_shell_would_take_apart_is_quoted() -> None:
    class Options(BaseModel):
        """Settings of the test."""

        names: list[str] = ["a b", "c"]
        motto: str = "x; rm -rf $HOME"

    text = env_example({"my-worker": Options})
    assert '#HOMESERVER_MY_WORKER__NAMES=\'["a b", "c"]\'' in text
    assert "#HOMESERVER_MY_WORKER__MOTTO='x; rm -rf $HOME'" in text
