"""Who follows what somebody's pages keep for him. Keeps those who want to know of changes."""

from collections.abc import Callable
from typing import Any

Told = Callable[[dict[str, Any]], None]


class Followers:
    """Those who want to know when somebody's data change."""

    def __init__(self) -> None:
        self._told: dict[str, list[Told]] = {}

    def follow(self, login: str, told: Told) -> Callable[[], None]:
        """Call `told` with what has changed, by key, until the returned function is called."""
        self._told.setdefault(login, []).append(told)

        def leave() -> None:
            self._told[login].remove(told)
            if not self._told[login]:
                del self._told[login]

        return leave

    def changed(self, login: str, values: dict[str, Any]) -> None:
        for told in list(self._told.get(login, ())):
            told(values)
