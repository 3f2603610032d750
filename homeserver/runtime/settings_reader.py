"""Settings that are given as text and are lists or tables, or inside such, as values."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_settings import EnvSettingsSource
from pydantic_settings import SettingsError as UnreadableError

__all__ = ["UnreadableError", "taken_apart"]


class _Reader(EnvSettingsSource):
    """pydantic-settings' reading of texts against a model, over a mapping instead of `os.environ`."""

    def __init__(self, model: type[BaseModel], texts: Mapping[str, str]) -> None:
        self._texts = texts
        super().__init__(model, case_sensitive=False, env_prefix="", env_nested_delimiter="__")  # type: ignore[arg-type]

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return dict(self._texts)


def taken_apart(model: type[BaseModel], texts: Mapping[str, str]) -> dict[str, Any]:
    """`texts` by `key` or `key__inner` in lower case as values by field; raises `UnreadableError`."""
    values: dict[str, Any] = _Reader(model, texts)()
    return values
