"""What processes and workers say of themselves, and the events of the platform."""

from dataclasses import field
from datetime import datetime
from typing import Any, Final, Literal

from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.topic import Retained, Topic

State = Literal["starting", "online", "degraded", "offline"]


@record
class ProcessStatus:
    """One process on the bus. `run` is random per start: a will of an older run says nothing of a newer one.

    `says` lists the templates of the one-writer topics that it may say, so that others subscribe to those and to no
    more.
    """

    state: Literal["online", "offline"]
    run: str
    says: tuple[str, ...] = ()
    since: datetime | None = None
    host: str = ""
    pid: int = 0


@record
class WorkerStatus:
    """One worker in one process; counts only while that process is online. `reason` is a plain sentence for people."""

    state: State
    run: str
    since: datetime
    reason: str = ""
    version: str = ""
    hears: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


@record
class CallShape:
    """One announced call: JSON Schemas of request and reply, and the least role. The schemas serve for form only.
    `stream`: the reply comes in parts."""

    request: dict[str, Any]
    reply: dict[str, Any]
    role: str
    doc: str
    stream: bool = False


@record
class WorkerCalls:
    """All calls of one worker by verb."""

    calls: dict[str, CallShape] = field(default_factory=dict)


@record
class Wanted:
    """Which workers a process is to run now; said by the keeper."""

    workers: tuple[str, ...]


@record
class Voice:
    """Nothing but that it comes back: a process may speak as the person in the address."""


@record
class Refused:
    """Messages that could not be understood: how many since the last notice, and one of them."""

    count: int
    address: str
    reason: str


@record
class Failure:
    """A bug in a handler: the worker lives on, the log has the traceback under `request`."""

    worker: str
    handler: str
    error: str
    request: str
    cause: Cause | None = None


PROCESS_STATUS: Final = Retained("process/{process}/status", ProcessStatus)
PROCESS_WANTED: Final = Retained("process/{process}/wanted", Wanted)
VOICE: Final = Topic[Voice]("process/{process}/voice/{login}", Voice, qos=0)
WORKER_STATUS: Final = Retained("worker/{name}/{process}/status", WorkerStatus)
WORKER_CALLS: Final = Retained("worker/{name}/{process}/calls", WorkerCalls)
REFUSED: Final = Topic[Refused]("event/refused/{login}", Refused)
FAILURE: Final = Topic[Failure]("event/failure/{login}", Failure)
