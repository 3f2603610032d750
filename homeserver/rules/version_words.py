"""What can be asked about the texts that a rule had."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import SEEN_ONLY, About, Call


class _Asked(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")

    rule: str = Field(description="id of a rule, or script.<id>")


class AskVersions(_Asked):
    """Every text that a rule had, the latest first."""


class AskDifference(_Asked):
    """What changed between two versions; without `to` the present one, without `since` the one before `to`."""

    since: int | None = Field(None, ge=1)
    to: int | None = Field(None, ge=1)


class Revert(_Asked):
    """Bring a former text of a rule back, in its file; without `version` the one before the present one. The file is
    read again at once. It is a new version, so that it can be taken back too."""

    version: int | None = Field(None, ge=1)


class VersionLine(BaseModel):
    """One version: its number, when it was first read, its file, and how many lines it has."""

    version: int
    at: datetime
    file: str
    lines: int


class VersionList(BaseModel):
    """All versions of a rule."""

    rule: str
    versions: list[VersionLine]


class Difference(BaseModel):
    """A unified diff; empty where nothing differs."""

    rule: str
    since: int
    to: int
    diff: str


class Reverted(BaseModel):
    """What came back, and whether the rule runs with it."""

    rule: str
    version: int
    file: str
    problems: list[str]


VERSIONS: Final = Call("rules", "log", AskVersions, VersionList, about=SEEN_ONLY, reads=True)
DIFFERENCE: Final = Call("rules", "diff", AskDifference, Difference, about=(About("see", "home"),), reads=True)
REVERT: Final = Call("rules", "revert", Revert, Reverted, about=(About("edit", "home"),))
