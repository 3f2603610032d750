"""A script called by its name: `action: script.movie_night` begins it, waits for its end and gives its answer.

Facts: https://www.home-assistant.io/integrations/script#waiting-for-script-to-complete. A script whose mode does not
let it begin is passed over. One that fails lets the action fail; one that stops, with an error too, or that was ended
by somebody else does not. Where the run that called ends first, the script ends with it.
"""

from typing import Any, Final

from homeserver.rules.engine import DEEPEST
from homeserver.rules.fired import Fired
from homeserver.rules.offer import Offer, Pending
from homeserver.rules.program import RunError
from homeserver.rules.rule import Rule
from homeserver.rules.run import Run

_WAITING: Final = object()


class _Call:
    """One call under way: `over` is told by the script, at once or later."""

    def __init__(self, caller: Run, script: Rule) -> None:
        self._caller = caller
        self._script = script
        self._is_later = False
        self._child: Run | None = None
        self.answer: Any = _WAITING

    def over(self, child: Run, outcome: str) -> None:
        failed = outcome == "failed" and child.error and child.halt is None
        answer: Any = RunError(f"{self._script.id}: {child.error}") if failed else child.response
        if not self._is_later:
            self.answer = answer
        else:
            self._caller.arrive(answer if failed else (answer,))

    def wait(self) -> Any:
        """The answer if it is there, else what to wait for."""
        if isinstance(self.answer, RunError):
            raise self.answer
        if self.answer is not _WAITING:
            return self.answer
        self._is_later = True
        return Pending(self._end)

    def _end(self) -> None:
        """The caller is over: so is the script."""
        child = self._child or _child_of(self._caller, self._script)
        if child is not None:
            child.done = None
            child.end("cancelled")

    def follow(self, child: Run) -> Any:
        """The script runs already, since before a restart."""
        self._child, child.done = child, self.over
        return self.wait()


def script_offer(script: Rule) -> Offer:
    """The service of a script."""

    def work(run: Run, data: dict[str, Any]) -> Any:
        if run.depth >= DEEPEST:
            raise RunError(f"{script.id} is called in a circle, {DEEPEST} times one within the other")
        run.engine.caused(run.cause, run.depth, run.begun)
        call = _Call(run, script)
        fired = Fired(None, cause=run.cause, weight=run.weighs(run.lent))
        script.run_now(fired, given=data, done=call.over)
        return call.wait()

    def resume(run: Run) -> Any:
        child = _child_of(run, script)
        return None if child is None else _Call(run, script).follow(child)

    return Offer(work, answers=True, resume=resume)


def _child_of(caller: Run, script: Rule) -> Run | None:
    """The run of a script that another run called and waits for."""
    return next((run for run in script.all_runs() if run.cause.parent == caller.cause.id), None)
