"""What can be asked about whole files of rules: which there are, what one says, and to write, remove or bring one back.

A rule acts with the rights of the home and not with those of who wrote it: so only owners write.
"""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import About, Call

LONGEST: Final = 200_000
"""Characters of a file that is written by a call."""


class _Asked(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")


class _Named(_Asked):
    path: str = Field(max_length=400, description="a file below the folder of the rules, such as hall.yaml")


class _Change(_Named):
    expected: str = Field(
        "", max_length=64, description="the hash that the file had when it was read; empty: there was none"
    )


class ListFiles(_Asked):
    """List the YAML files in the folder of the rules."""


class ReadFile(_Named):
    """Give what a file says now, or said in a version that is kept."""

    version: int | None = Field(None, ge=1)


class WriteFile(_Change):
    """Write a file of rules, once nothing is wrong with it; it is in force at once, and what was there before kept."""

    text: str = Field(max_length=LONGEST)


class RemoveFile(_Change):
    """Remove a file; what it said is kept, and can be brought back."""


class RestoreFile(_Change):
    """Let a file say again what it said in a version."""

    version: int = Field(ge=1)


class AskFileVersions(_Named):
    """Every text that was written by a call, or stood there before it, the latest first."""


class AskFileDifference(_Named):
    """What changed between two versions; without `to` the file as it is now, without `since` the version before."""

    since: int | None = Field(None, ge=1)
    to: int | None = Field(None, ge=1)


class FileLine(BaseModel):
    """One file. `kind`: rules, part (included by another), or other (tests, blueprints, what nobody reads). `rules`
    names those in it; `faults` counts what is wrong. `gone`: it was removed, and can be brought back."""

    path: str
    kind: Literal["rules", "part", "other"]
    size: int
    rules: list[str]
    faults: int
    gone: bool = False


class FileList(BaseModel):
    """All files in the order of their names, and those that were removed."""

    folder: str
    files: list[FileLine]


class FileText(BaseModel):
    """What a file says, and the `hash` that whoever changes it must name. `version`: the one asked for, else None."""

    path: str
    text: str
    hash: str
    version: int | None = None


class FileWritten(BaseModel):
    """The file as it is now: its `hash` ("" when it was removed), the `version` that was kept of it, the one `before`
    it with which it can be undone, the rules that are in it, and what the home still finds doubtful there."""

    path: str
    hash: str
    version: int
    before: int | None
    rules: list[str]
    problems: list[str]


class FileVersion(BaseModel):
    """One version. `by` is a login, empty where the file was changed by hand; `removed`: then there was none."""

    version: int
    at: datetime
    by: str
    lines: int
    removed: bool


class FileVersionList(BaseModel):
    """All versions of a file that are kept."""

    path: str
    versions: list[FileVersion]


class FileDifference(BaseModel):
    """A unified diff; empty where nothing differs."""

    path: str
    diff: str


_SEE: Final = (About("see", "home"),)
LIST_FILES: Final = Call("rules", "files", ListFiles, FileList, about=_SEE, reads=True)
READ_FILE: Final = Call("rules", "read", ReadFile, FileText, about=_SEE, reads=True)
WRITE_FILE: Final = Call("rules", "write", WriteFile, FileWritten, role="owner")
REMOVE_FILE: Final = Call("rules", "remove", RemoveFile, FileWritten, role="owner")
RESTORE_FILE: Final = Call("rules", "restore", RestoreFile, FileWritten, role="owner")
FILE_VERSIONS: Final = Call("rules", "file_log", AskFileVersions, FileVersionList, about=_SEE, reads=True)
FILE_DIFFERENCE: Final = Call("rules", "file_diff", AskFileDifference, FileDifference, about=_SEE, reads=True)
