"""The calls that workers announce, as long as their process is there.

Keeps what it heard. What a process announced counts only while the process says that it is there.
"""

from homeserver.topics.process import CallShape, ProcessStatus, WorkerCalls
from homeserver.topics.record import record


@record
class Announced:
    """One call that can be made now."""

    worker: str
    verb: str
    shape: CallShape


class Announcements:
    """Who answers what, now."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], WorkerCalls] = {}
        self._online: dict[str, bool] = {}

    def calls(self, worker: str, process: str, calls: WorkerCalls | None) -> None:
        """A process said what its worker answers, or that it answers nothing more."""
        if calls is None:
            self._calls.pop((worker, process), None)
        else:
            self._calls[worker, process] = calls

    def process(self, process: str, status: ProcessStatus | None) -> None:
        """A process came or went."""
        self._online[process] = status is not None and status.state == "online"

    def all(self) -> list[Announced]:
        """By worker and verb."""
        found = {
            (worker, verb): Announced(worker, verb, shape)
            for (worker, process), said in self._calls.items()
            if self._online.get(process, False)
            for verb, shape in said.calls.items()
        }
        return [found[key] for key in sorted(found)]

    def shape(self, worker: str, verb: str) -> CallShape | None:
        """What a call looks like, if somebody answers it now."""
        for (name, process), said in self._calls.items():
            if name == worker and verb in said.calls and self._online.get(process, False):
                return said.calls[verb]
        return None

    def verbs(self, worker: str) -> list[str]:
        """What a worker answers now."""
        return [call.verb for call in self.all() if call.worker == worker]
