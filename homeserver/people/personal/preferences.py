"""What each person prefers, in a file of his own: `people/<id>/preferences.db` of the data folder."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import orjson

from homeserver.people.household import writing
from homeserver.runtime.private_file import private_folder
from homeserver.runtime.store import Ledger
from homeserver.topics.call import CallError

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_LARGEST: Final = 64 * 1024
_KEYS: Final = 500
_ALL: Final = 1 << 20
"""Bytes of one value, keys, and bytes of all values of one person."""


class Preferences:
    """Files are opened when they are wanted, and let go by `close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "people"
        self._files: dict[str, tuple[Ledger, ExitStack]] = {}

    def folder(self, user: str) -> Path:
        """The folder of one person, which nobody else of this machine may look into."""
        place = self._folder / user
        private_folder(self._folder)
        private_folder(place)
        return place

    def get(self, user: str) -> dict[str, Any]:
        """All values; nothing is made where there are none."""
        if user not in self._files and not (self._folder / user / "preferences.db").exists():
            return {}
        rows = self._open(user).fetch("SELECT key, value FROM preference ORDER BY key")
        return {row["key"]: orjson.loads(row["value"]) for row in rows}

    def set(self, user: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Keep or take away; gives all values. Raises `CallError` where they are too large."""
        texts = {key: orjson.dumps(value).decode() for key, value in values.items()}
        for key, text in texts.items():
            if len(text) > _LARGEST:
                raise CallError("invalid", f"{key} has {len(text)} signs, {_LARGEST} fit: keep less", f"values.{key}")
        ledger = self._open(user)
        with writing(ledger):
            for key, text in texts.items():
                if values[key] is None:
                    ledger.execute("DELETE FROM preference WHERE key = ?", (key,))
                else:
                    ledger.execute("INSERT OR REPLACE INTO preference VALUES (?, ?)", (key, text))
            self._check(ledger)
        return self.get(user)

    def _check(self, ledger: Ledger) -> None:
        row = ledger.fetch_one("SELECT count(*) AS keys, total(length(value)) AS size FROM preference")
        if row is not None and (row["keys"] > _KEYS or row["size"] > _ALL):
            told = f"{row['keys']} keys with {row['size']:.0f} signs; {_KEYS} with {_ALL} fit: take some away first"
            raise CallError("invalid", told, "values")

    def _open(self, user: str) -> Ledger:
        if user not in self._files:
            with ExitStack() as stack:
                ledger = stack.enter_context(Ledger.open(self.folder(user) / "preferences.db", _MIGRATIONS))
                self._files[user] = (ledger, stack.pop_all())
        return self._files[user][0]

    def forget(self, user: str) -> None:
        """His folder goes, with all that is in it."""
        if known := self._files.pop(user, None):
            known[1].close()
        shutil.rmtree(self._folder / user, ignore_errors=True)

    def close(self) -> None:
        for _, stack in self._files.values():
            stack.close()
        self._files.clear()
