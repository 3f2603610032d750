"""The calls that workers announce, for those who ask over HTTP: what is not there is refused in words that help."""

from homeserver.bridge.refusals import Refusal
from homeserver.view import announced
from homeserver.view.announced import Announced as Announced  # given on: what `all` and `find` give


class Announcements(announced.Announcements):
    """Who answers what, now."""

    def find(self, worker: str, verb: str) -> Announced:
        """Raises a `Refusal` that names what there is."""
        shape = self.shape(worker, verb)
        if shape is not None:
            return Announced(worker, verb, shape)
        verbs = self.verbs(worker)
        if verbs:
            raise Refusal("not_found", f"This worker answers {_list(verbs)}, and no other verb.", "verb")
        workers = sorted({call.worker for call in self.all()})
        what = f"These workers answer calls: {_list(workers)}." if workers else "No worker answers calls now."
        raise Refusal("not_found", f"There is no such worker at the moment. {what}", "worker")


def _list(names: list[str]) -> str:
    return ", ".join(names[:40]) + (" and more" if len(names) > 40 else "")
