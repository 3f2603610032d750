"""What may be asked of the keeper of a home: how everything is, and to start, stop or restart one worker."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import Call
from homeserver.topics.process import State


class _Request(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class AskStatus(_Request):
    """How the processes and workers of the home are."""


class ApplyLogins(_Request):
    """Let the broker read the logins again; what was taken away ends at once."""


class ApplyListeners(_Request):
    """Let the broker open and close listeners as `homeserver listen` was asked to."""


class WorkerName(_Request):
    """One worker by its name."""

    worker: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")


class WorkerReport(BaseModel):
    """How one worker is, where it runs and why it is not well."""

    worker: str
    process: str
    state: State
    reason: str = ""
    since: datetime | None = None
    version: str = ""


class ProcessReport(BaseModel):
    """One process of the home as the keeper sees it. `state`: running, waiting for its next start, or stopped."""

    process: str
    state: str
    pid: int
    restarts: int
    workers: list[str]


class Report(BaseModel):
    """The whole home."""

    broker: str
    processes: list[ProcessReport]
    workers: list[WorkerReport]


class Applied(BaseModel):
    """How many logins the broker knows now."""

    logins: int


class Listening(BaseModel):
    """`restarts`: the broker starts anew for it, and everybody connects again within a second or two."""

    restarts: bool


STATUS: Final = Call("keeper", "status", AskStatus, Report, reads=True)
START: Final = Call("keeper", "start", WorkerName, WorkerReport, role="owner", doc="Start one worker.")
STOP: Final = Call(
    "keeper", "stop", WorkerName, WorkerReport, role="owner", doc="Stop one worker until the next start."
)
RESTART: Final = Call("keeper", "restart", WorkerName, WorkerReport, role="owner", doc="Stop one worker and start it.")
APPLY_LOGINS: Final = Call("keeper", "apply_logins", ApplyLogins, Applied, role="owner")
APPLY_LISTENERS: Final = Call("keeper", "apply_listeners", ApplyListeners, Listening, role="owner")
