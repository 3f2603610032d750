"""Small changes of a rule: each is a different rule, only one place differs, and the rule itself is left alone."""

from typing import Any

import pytest

from homeserver.rules.reading.yaml_source import Map, read
from homeserver.rules.testing.mutation import mutants

RULE = """
id: a
alias: on
triggers:
  - {trigger: numeric_state, entity_id: sensor.x, above: 5, for: 10}
  - {trigger: time, at: "07:30"}
conditions:
  - {condition: or, conditions: [{condition: state, entity_id: light.a, state: "on"}, "{{ a == 1 and b < 2 }}"]}
actions:
  - {action: light.turn_on, target: {entity_id: light.a}, data: {brightness_pct: 40}}
  - if: [{not: [{condition: sun, after: sunset}]}]
    then: [{delay: "00:01:00"}]
    else: [{action: lock.lock, target: {entity_id: lock.a}}]
"""
WHAT = [
    "entity_id: sensor.x became sensor.another_one",
    "above: 5 became 6",
    "above became below",
    "for: 10 s became 21 s",
    "at: 07:30 became 08:30",
    "item 1 of triggers left out",
    "condition: or became and",
    "state: on became off",
    "template: == became !=",
    "template: and became or",
    "after: sunset became sunrise",
    "action: light.turn_on became light.turn_off",
    "brightness_pct: 40 became 39",
    "else left out",
    "delay: 60 s became 121 s",
    "action: lock.lock became lock.unlock",
    "item 2 of actions left out",
]


def rule() -> Map:
    root = read(RULE).root
    assert isinstance(root, Map)
    return root


@pytest.mark.parametrize("what", WHAT)
def test_a_change_of_each_kind_is_made(what: str) -> None:
    made = [mutant.what for mutant in mutants(rule())]
    assert made.count(what) == 1


def differences(one: Any, other: Any) -> int:
    if isinstance(one, dict) and isinstance(other, dict):
        missing = len(one.keys() ^ other.keys())
        return (missing + 1) // 2 + sum(differences(one[key], other[key]) for key in one.keys() & other.keys())
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return abs(len(one) - len(other))
        return sum(map(differences, one, other))
    return int(one != other)


def test_each_differs_in_one_place_and_the_rule_stays_as_it_is() -> None:
    original = rule()
    found = list(mutants(original))
    assert original == rule()
    assert {differences(original, mutant.node) for mutant in found} == {1}
    texts = [repr(mutant.node) for mutant in found]
    assert len(set(texts)) == len(texts)
    assert all(mutant.line >= 4 for mutant in found), "id and alias are left alone"
