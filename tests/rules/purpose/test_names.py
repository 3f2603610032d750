"""Every name of the table leads to a kind, and the table is in order."""

import pytest

from homeserver.rules.purpose import rows
from homeserver.rules.purpose.kind import Kind
from homeserver.rules.purpose.names import PLANNED, conditions, triggers
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import read
from homeserver.topics.names import split_entity

OPTIONS = {
    "threshold": "{type: above, value: {number: 1}}",
    "zone": "zone.work",
    **{row.extra: "x" for row in rows.rows(rows.CHOICES)},
}


def made(name: str, of_triggers: bool) -> Kind:
    """The kind with the options that it needs, found by trying."""
    known, given = triggers() if of_triggers else conditions(), dict[str, str]()
    for _ in range(3):
        text = "".join(f"{key}: {value}\n" for key, value in given.items()) or "x: 1\n"
        options = Fields(read(text).root)
        try:
            return known[name](name, options)
        except RuleError as error:
            missing = error.text.partition(" is missing")[0]
            given[missing] = OPTIONS[missing]
    raise AssertionError(name)


@pytest.mark.parametrize("of_triggers", [True, False])
def test_every_name_has_a_kind(of_triggers: bool) -> None:
    for name in triggers() if of_triggers else conditions():
        kind = made(name, of_triggers)
        assert kind.name == name
        assert kind.sources
        for domain, source in kind.sources.items():
            assert split_entity(f"{domain}.x") == (source.domain, "x")


def test_there_are_as_many_as_home_assistant_has() -> None:
    """Home Assistant 2026.11: 202 triggers and 161 conditions, those of the sun and of the old kinds among them."""
    assert len(triggers()) >= 175
    assert len(conditions()) >= 140
    assert PLANNED.isdisjoint(triggers())
    assert PLANNED.isdisjoint(conditions())


def test_lines_do_not_say_a_name_twice() -> None:
    for table, column in ((rows.STATES, "trigger"), (rows.STATES, "condition"), (rows.NUMBERS, "condition")):
        names = [f"{row.place}.{getattr(row, column)}" for row in rows.rows(table)]
        said = [name for name in names if not name.endswith(rows.NONE)]
        assert sorted(said) == sorted(set(said))


def test_former_names_lead_to_present_ones() -> None:
    for former, name in rows.FORMER_TRIGGERS.items():
        assert made(former, True).sources == made(name, True).sources
        assert made(former, True).name == former
