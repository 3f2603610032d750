"""What owners may ask of the machine of a home: its logs, its doctor, its settings, what its processes need."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import Call

Level = Literal["debug", "info", "warning", "error", "critical"]


class _Asked(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")


class FollowLogs(_Asked):
    """Give the latest lines of the logs of all processes, then each as it is written."""

    level: Level = Field("info", description="the least level that is of interest")
    about: str = Field("", max_length=64, description="a worker or a process; empty for all")
    words: str = Field("", max_length=200, description="what a line must hold, in small or capital letters")
    most: int = Field(200, ge=0, le=500, description="how many lines of before")


class LogLine(BaseModel):
    """One line. `name`: the part of the program that wrote it; `request`: the id of what it belongs to."""

    number: int
    time: str
    level: str
    process: str
    name: str = ""
    message: str
    request: str = ""
    error: str = ""


class LogLines(BaseModel):
    """Some lines, the oldest first; `missed` counts those before them that came faster than they were taken."""

    lines: list[LogLine]
    missed: int = 0


class AskDoctor(_Asked):
    """Look at everything that the home needs, as `homeserver doctor` does."""


class Finding(BaseModel):
    """`what` was looked at, how it is, what was found, and what that costs or what to do."""

    what: str
    state: Literal["good", "missing", "bad"]
    found: str
    cost: str = ""


class Findings(BaseModel):
    """All that was looked at."""

    findings: list[Finding]


class AskSettings(_Asked):
    """Every setting of the home and of its workers, as it is in force. Secrets are masked."""


class SettingLine(BaseModel):
    """One setting: `name` is worker.key, or key for the home's own; `source`: where its value came from."""

    name: str
    value: Any
    source: str


class SettingLines(BaseModel):
    """All settings, and the `file` in which they can be changed: they count from the next start."""

    file: str
    settings: list[SettingLine]


class AskLoad(_Asked):
    """What the processes of the home need of the machine, since this was last asked."""


class ProcessLoad(BaseModel):
    """One process. `cpu` in percent of one core, None at the first look; `memory` in bytes; `since` in Unix seconds."""

    process: str
    cpu: float | None
    memory: int
    since: float


class MachineLoad(BaseModel):
    """All processes of the home, its broker and keeper too, and the machine they run on: bytes, and cores."""

    version: str
    processes: list[ProcessLoad]
    cores: int
    memory: int
    memory_free: int
    disk: int
    disk_free: int


FOLLOW_LOGS: Final = Call("keeper", "logs", FollowLogs, LogLines, role="owner", stream=True, reads=True)
DOCTOR: Final = Call("keeper", "doctor", AskDoctor, Findings, role="owner", reads=True)
SETTINGS: Final = Call("keeper", "settings", AskSettings, SettingLines, role="owner", reads=True)
LOAD: Final = Call("keeper", "load", AskLoad, MachineLoad, role="owner", reads=True)
