"""The key of the chain and the record of its head: two small files beside the store, readable by their owner alone.

The head tells how far the chain went, so that rows cut off at its end are missed. It is written after the rows it
tells of: a crash between the two leaves rows that go on behind the head, never a head without its rows.
"""

import secrets
from pathlib import Path
from typing import Any

import orjson

from homeserver.people.audit.chain import Mark, is_signed, sign
from homeserver.runtime.private_file import write_private


class Seal:
    """`audit.key` and `audit.head` of a folder. `is_new`: the key was made just now."""

    def __init__(self, folder: Path) -> None:
        self._key_file, self._head_file = folder / "audit.key", folder / "audit.head"
        self.is_new = not self._key_file.exists()
        if self.is_new:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._key_file, secrets.token_hex(32))
        self.key = bytes.fromhex(self._key_file.read_text("ascii").strip())

    def head(self) -> Mark | None:
        """Where the chain ended last; None where there is no such record, or not one of ours."""
        try:
            said: dict[str, Any] = orjson.loads(self._head_file.read_bytes())
            mark = Mark(int(said["id"]), bytes.fromhex(said["hash"]))
            signature = bytes.fromhex(said["signature"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return mark if is_signed(self.key, "head", mark, signature) else None

    def keep_head(self, mark: Mark) -> None:
        """Write down how far the chain goes."""
        signature = sign(self.key, "head", mark).hex()
        said = {"id": mark.id, "hash": mark.hash.hex(), "signature": signature}
        write_private(self._head_file, orjson.dumps(said))
