"""What `people` answers about the one table: who may what, about what, and when. Each line is checked against the home
as it is, so that nothing is granted of what is not there.
"""

from datetime import UTC, datetime
from typing import Final

from homeserver.people import words
from homeserver.people.naming import checked, choices, present
from homeserver.people.personal.leaving import Leaving
from homeserver.people.policies import Policies
from homeserver.people.policy import ROLE, Policy, clock_of, text_of
from homeserver.people.telling import Telling
from homeserver.people.windows import EVERY_DAY, Window
from homeserver.runtime.given import nearest
from homeserver.runtime.worker import answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.person import PersonRole
from homeserver.view.view import View

_ROLES: Final[tuple[PersonRole, ...]] = ("adult", "child", "guest", "service")
"""Those of whom lines speak; an owner may all."""


class Ruling(Leaving):
    """The part of `people` that keeps the table."""

    view: View
    policies: Policies
    telling: Telling

    @answers(words.LIST_POLICIES)
    async def list_policies(self, request: words.AskPolicies, caller: Caller) -> words.PolicyList:
        if request.who is not None:
            self._check_who(request.who)
        shown = (line for line in self.policies.lines.values() if request.who in (None, line.who))
        return words.PolicyList(policies=[self.info(line) for line in shown])

    @answers(words.CHOICES)
    async def choices(self, request: words.AskChoices, caller: Caller) -> words.Choices:
        return choices(self.view, self.roles())

    @answers(words.SET_POLICY)
    async def set_policy(self, request: words.SetPolicy, caller: Caller) -> words.PolicyInfo:
        if request.policy is not None:
            self.policies.find(request.policy)
        line = self.policies.add(self._policy(request), self.house.clock.now().timestamp())
        self.telling.renew()
        return self.info(line)

    @answers(words.REMOVE_POLICY)
    async def remove_policy(self, request: words.RemovePolicy, caller: Caller) -> words.PolicyInfo:
        line = self.policies.find(request.policy)
        info = self.info(line)
        self.policies.remove(line)
        self.telling.renew()
        return info

    def _policy(self, request: words.SetPolicy) -> Policy:
        """The line that is asked for; raises `CallError`."""
        self._check_who(request.who)
        what = checked(request.scope, request.what, self.view, self.roles())
        until = None if request.until is None else self.utc(request.until)
        if until is not None and until <= self.house.clock.now():
            raise CallError("invalid", f"{request.until} is over: the line would never count", "until")
        if request.begins is not None and request.begins == request.ends:
            raise CallError("invalid", "begins and ends are one time: leave both out for the whole day", "ends")
        return Policy(
            who=request.who,
            scope=request.scope,
            what=what,
            verb=request.verb,
            allow=request.allow,
            window=_window(request),
            until=until,
            id=request.policy or 0,
        )

    def _check_who(self, who: str) -> None:
        role = who.removeprefix(ROLE)
        if role != who:
            if role not in _ROLES:
                known = nearest(role, list(_ROLES))
                why = "an owner may all, and nothing is to be said of it" if role == "owner" else f"no role; {known}"
                raise CallError("invalid", f"role:{role}: {why}", "who")
        elif self.household.find(who, "who").role == "owner":
            raise CallError("conflict", f"{who} is an owner, who may all: give another role first", "who")

    def info(self, line: Policy) -> words.PolicyInfo:
        return words.PolicyInfo(
            id=line.id,
            who=line.who,
            scope=line.scope,
            what=present(line.scope, line.what, self.view),
            verb=line.verb,
            allow=line.allow,
            weekdays=tuple(words.WEEKDAYS[day] for day in sorted(line.window.days)),
            begins=text_of(line.window.begins),
            ends=text_of(line.window.ends),
            until=line.until,
            in_force=line.counts(self.house.clock.now(), self.zone),
        )

    def utc(self, moment: datetime) -> datetime:
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)).astimezone(UTC)

    def roles(self) -> dict[str, dict[str, str]]:
        """The least role of each call that is announced."""
        return {
            worker: {verb: shape.role for one in each.values() for verb, shape in one.calls.items()}
            for worker, each in self._calls.items()
        }


def _window(request: words.SetPolicy) -> Window:
    days = frozenset(words.WEEKDAYS.index(day) for day in request.weekdays) or EVERY_DAY
    return Window(days, clock_of(request.begins), clock_of(request.ends))
