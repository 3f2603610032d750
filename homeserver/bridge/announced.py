"""The calls that workers announce, as long as their process is there.

Keeps what it heard. What a process announced counts only while the process says that it is there.
"""

from homeserver.bridge.refusals import Refusal
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

    def find(self, worker: str, verb: str) -> Announced:
        """Raises a `Refusal` that names what there is."""
        calls = self.all()
        for call in calls:
            if (call.worker, call.verb) == (worker, verb):
                return call
        verbs = [call.verb for call in calls if call.worker == worker]
        if verbs:
            raise Refusal("not_found", f"This worker answers {_list(verbs)}, and no other verb.", "verb")
        workers = sorted({call.worker for call in calls})
        what = f"These workers answer calls: {_list(workers)}." if workers else "No worker answers calls now."
        raise Refusal("not_found", f"There is no such worker at the moment. {what}", "worker")


def _list(names: list[str]) -> str:
    return ", ".join(names[:40]) + (" and more" if len(names) > 40 else "")
