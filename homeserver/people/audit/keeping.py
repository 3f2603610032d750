"""What `people` hears for the audit and answers about it. Keeps nothing beside the auditor's store."""

from zoneinfo import ZoneInfo

from homeserver.people import words
from homeserver.people.audit.auditor import Auditor
from homeserver.people.options import PeopleOptions
from homeserver.runtime.house import House
from homeserver.runtime.worker import Heard, Worker, answers, every, hears
from homeserver.topics.audit import AUDIT, AuditEvent
from homeserver.topics.call import Caller


class Keeping(Worker):
    """The part of `people` that keeps the audit."""

    options = PeopleOptions

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.zone = ZoneInfo(house.settings.home.time_zone)
        self.auditor = Auditor(house, self.known)

    def known(self) -> set[str]:
        """The ids of all who are here."""
        raise NotImplementedError

    @hears(AUDIT)
    def audited(self, event: AuditEvent, heard: Heard) -> None:
        self.auditor.take(event, heard.login)

    @every(hours=24)
    async def prune(self) -> None:
        """What is older than the setting says goes."""
        await self.auditor.prune(self.house.options(PeopleOptions).audit_days)

    @answers(words.AUDIT)
    async def audit(self, request: words.AskAudit, caller: Caller) -> words.AuditRows:
        await self.auditor.settled()
        local = {
            name: moment.replace(tzinfo=self.zone)
            for name in ("since", "until")
            if (moment := getattr(request, name)) is not None and moment.tzinfo is None
        }
        asked = request.model_copy(update=local) if local else request
        return await self.auditor.find(asked, caller.login, everything=caller.role == "owner")

    @answers(words.VERIFY_AUDIT)
    async def verify_audit(self, request: words.VerifyAudit, caller: Caller) -> words.AuditVerdict:
        await self.auditor.settled()
        return await self.auditor.verify()
