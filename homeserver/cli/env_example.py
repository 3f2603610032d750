"""`.env.example`: every setting as a line for a file `.env`, with its default and what it means.

Such a file is read by `docker compose` beside compose.yaml, and by a shell with `set -a; . ./.env`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.settings_texts import PREFIX, variable

Models = Mapping[str, type[BaseModel] | None]
_HEAD: Final = """\
# Every setting with its default. Copy this file to .env and take the # away from what you change. Made by
# `homeserver settings --env`: a change here is lost. Secrets are better kept in a login file than in a variable.
"""
_COMPOSE: Final = {
    "HOMESERVER_LAN": ("127.0.0.1", "address of this machine on which compose.yaml lets devices in"),
    "HOMESERVER_PAGE": ("127.0.0.1", "address of this machine on which compose.yaml shows the page"),
}
"""What only compose.yaml reads."""
_SHELL: Final = frozenset(' "$#;&|<>()[]{}*?~\\')
"""What a shell would take apart."""


def env_example(models: Models) -> str:
    """The file for these workers' settings, by name of the worker."""
    blocks = [_HEAD, _block("The home", ((f"{PREFIX}{name.upper()}", field) for name, field in _ours()))]
    for worker, model in sorted(models.items()):
        if model is not None:
            rows = ((variable(worker, (name,)), field) for name, field in model.model_fields.items())
            blocks.append(_block(f"Worker {worker}: {_sentence(model)}", rows))
    alone = (f"# {meaning}\n#{name}={default}\n" for name, (default, meaning) in _COMPOSE.items())
    blocks.append("".join(("# -- compose.yaml alone\n\n", *alone)))
    return "\n".join(blocks)


def _ours() -> Iterator[tuple[str, FieldInfo]]:
    yield from HomeSettings.model_fields.items()


def _sentence(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().split("\n")[0].rstrip(".").lower()


def _block(title: str, rows: Iterator[tuple[str, FieldInfo]]) -> str:
    lines = [
        f"# {field.description}\n#{name}={_text(field.get_default(call_default_factory=True))}\n"
        for name, field in rows
    ]
    return f"# -- {title}\n\n{''.join(lines)}"


def _text(value: Any) -> str:
    """As it is read again."""
    if value is None or value == Path() or isinstance(value, SecretStr):
        return ""
    text = json.dumps(value, default=str) if isinstance(value, bool | list | tuple | dict) else str(value)
    return f"'{text}'" if set(text) & _SHELL else text
