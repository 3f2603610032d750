"""What can be asked of the backups of the home. No call takes a path: backups lie where the settings say."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from homeserver.topics.blob import Blob
from homeserver.topics.call import Call


class Asked(BaseModel):
    """Requests name no field that does not exist."""

    model_config = ConfigDict(defer_build=True, extra="forbid")


class MakeBackup(Asked):
    """Make a backup of the whole home or of one worker, and verify it. It goes on when the caller leaves."""

    worker: str = ""


class ListBackups(Asked):
    """List the backups, newest first, and tell when the next one is due."""


class VerifyBackup(Asked):
    """Read a backup again and show that it is whole; `name` is one of those listed."""

    name: str


class FetchBackup(Asked):
    """Give the file of a backup, to be kept elsewhere; it holds all secrets of the home."""

    name: str


class Backup(BaseModel):
    """One backup. `kind` is nightly, home or worker-<name>; `size` is in bytes."""

    name: str
    kind: str
    made: datetime
    size: int


class Backups(BaseModel):
    """Newest first. `next` is when a nightly one is due, None without a schedule; `failure`: why the last failed."""

    folder: str
    backups: list[Backup]
    next: datetime | None
    failure: str


class Verified(BaseModel):
    """A backup that is whole: `size` in bytes of its parts, `version` of homeserver that made it, what is not in it."""

    name: str
    made: datetime
    version: str
    worker: str
    parts: int
    size: int
    left_out: list[str]


MAKE: Final = Call("backup", "make", MakeBackup, Verified, role="owner")
LIST: Final = Call("backup", "list", ListBackups, Backups, role="owner", reads=True)
FETCH: Final = Call("backup", "fetch", FetchBackup, Blob, role="owner")
VERIFY: Final = Call("backup", "verify", VerifyBackup, Verified, role="owner", reads=True)
