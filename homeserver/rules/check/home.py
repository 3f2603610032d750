"""The checks within a running home: asked for by a call, and what the home knows left behind for when it is off."""

import logging

from homeserver.rules.check.desk import examine, examine_text
from homeserver.rules.check.known import Known, leave, of_view
from homeserver.rules.engine import Engine
from homeserver.rules.files.shelter import Shelter
from homeserver.rules.files.trial import tried
from homeserver.rules.reading.folder import Folder
from homeserver.rules.words import Checked, CheckRules

log = logging.getLogger(__name__)


class Desk:
    """Where the rules of one home are looked at."""

    def __init__(self, engine: Engine, folder: Folder) -> None:
        self._engine = engine
        self._folder = folder
        self._root = folder.root

    async def check(self, request: CheckRules) -> Checked:
        """All files, or a text among them; others get a turn now and then."""
        known, templates = self.known(), self._engine.templates
        if request.text is None:
            report, _ = await examine(self._root, known, templates)
        elif self._folder.kind(request.file) != "rules" and Shelter(self._root).has(request.file):
            faults = await tried(request.file, request.text, self._root, False, known, templates)
            return Checked(rules=0, problems=faults)
        else:
            report = await examine_text(request.text, request.file, self._root, known, templates)
        self.leave()
        return Checked.model_validate({"rules": report.rules, "problems": report.problems})

    def known(self) -> Known:
        """What there is in the home now."""
        known, engine = of_view(self._engine.view), self._engine
        known.services = sorted(engine.offers)
        known.calls = {f"{call.worker}.{call.verb}": call.shape.request for call in engine.announced.all()}
        return known

    def leave(self) -> None:
        """Write down what there is, for checks while the home is off."""
        try:
            leave(self.known(), self._engine.house.folder)
        except OSError as error:
            log.warning("what the home knows cannot be written down (%s)", error)
