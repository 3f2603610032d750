"""Calls: roles in their order, and which of all calls change nothing, by a list written by hand."""

from homeserver.topics.call import ROLES, may
from homeserver.workers import built_in, kinds

READS = {
    *("home.deeds", "home.devices", "home.disabled", "home.explain", "home.holds", "home.image", "home.import_plan"),
    *("home.orphans", "home.refusals"),
    *("rules.check", "rules.diff", "rules.holds", "rules.list", "rules.log", "rules.traces", "rules.why_not"),
    *("rules.files", "rules.read", "rules.file_log", "rules.file_diff", "rules.test_condition", "rules.watch_trigger"),
    *("people.list_policies", "people.list_users", "people.whoami", "people.audit", "people.verify_audit"),
    *("people.preferences", "people.sight", "people.choices", "bridge.notifications", "clients.phone"),
    *(
        "backup.list",
        "backup.verify",
        "keeper.status",
        "keeper.doctor",
        "keeper.settings",
        "keeper.load",
        "keeper.logs",
    ),
}
"""A call that is missing here is audited whenever a person makes it."""


def test_a_role_may_what_those_below_it_may_and_nobody_may_without_one() -> None:
    assert [[may(role, least) for least in ROLES] for role in ROLES] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]
    assert not may(None, "guest")


def test_what_is_not_audited_is_what_changes_nothing() -> None:
    calls = [row.call for kind in kinds([*built_in(), "keeper"]).values() for row in kind.table.answers]
    assert {f"{call.worker}.{call.verb}" for call in calls if call.reads} == READS
