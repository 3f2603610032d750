"""Selectors: what fits each kind, what does not, and what is no selector."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.reading.selectors import SELECTORS, unfit, wrong_selector
from homeserver.rules.reading.yaml_source import read

FITS = """
- [boolean: , true]
- [boolean: {}, "off"]
- [number: {min: 1, max: 5}, "3"]
- [number: {min: 1, max: 5}, "{{ 9 }}"]
- [text: , x]
- [text: {multiple: true}, [x, y]]
- [select: {options: [a, b]}, a]
- [select: {options: [{value: a, label: A}]}, a]
- [select: {options: [a], multiple: true}, [a]]
- [select: {options: [a], custom_value: true}, z]
- [select: {options: [1, 2]}, 1]
- [entity: , light.a]
- [entity: {domain: light}, 0123456789abcdef0123456789abcdef]
- [entity: {multiple: true, domain: [light, switch]}, [light.a, switch.b]]
- [entity: {filter: [{domain: light}, {domain: fan}]}, fan.a]
- [entity: {domain: light}, []]
- [target: , {entity_id: light.a, area_id: [hall]}]
- [device: {filter: [{integration: mqtt}]}, abc]
- [area: {multiple: true}, [hall]]
- [duration: , {hours: 0, minutes: 0, seconds: 0}]
- [duration: , "00:05:00"]
- [time: , "7:30"]
- [time: , "07:30:00"]
- [date: , "2026-11-22"]
- [datetime: , "2026-11-22 07:30:00"]
- [color_rgb: , [1, 2, 255]]
- [color_temp: {min_mireds: 150, max_mireds: 500}, 300]
- [location: , {latitude: 1.5, longitude: 2}]
- [media: , {media_content_id: x, media_content_type: y}]
- [constant: {value: 5}, 5]
- [action: , [{service: light.turn_on}]]
- [action: , {delay: 1}]
- [condition: , "{{ true }}"]
- [object: , {anything: [1]}]
- [something_of_tomorrow: , 5]
"""
FAULTS = """
- [boolean: , maybe, "'maybe' is not true or false"]
- [number: {min: 1, max: 5}, 0, 0 is below 1]
- [number: {min: 1, max: 5}, 6, 6 is above 5]
- [number: , x, "'x' is no number"]
- [text: , [x], a list where one value is wanted]
- [text: {multiple: true}, x, "'x' is no list"]
- [text: , null, nothing is no text]
- [select: {options: [alpha, beta]}, alpa, "'alpa' is none of alpha, beta; did you mean alpha?"]
- [entity: , hall, "'hall' is no entity id: it must look like light.hall_ceiling"]
- [entity: {domain: light}, fan.a, fan.a is none of light]
- [entity: , 5, 5 is no entity]
- [entity: , [light.a], a list where one value is wanted]
- [target: , light.a, "'light.a' is no target such as entity_id: light.hall"]
- [target: , {entity: light.a}, "a target has no 'entity'; did you mean entity_id?"]
- [device: , {a: b}, a mapping is no name]
- [duration: , soon, "'soon' is no length of time"]
- [duration: , {minuts: 5}, "'minuts' is no unit of time"]
- [time: , "25:00", "'25:00' is no time such as 07:30"]
- [date: , "2026-13-01", "'2026-13-01' is no date such as"]
- [color_rgb: , [1, 2], "[1, 2] is no colour"]
- [color_temp: {min: 150}, 100, 100 is below 150]
- [location: , {latitude: 1}, a location has latitude and longitude]
- [media: , {}, needs media_content_id and media_content_type]
- [constant: {value: 5}, 6, 6 is not 5]
- [action: , [5], 5 is no mapping]
"""


@pytest.mark.parametrize("row", read(FITS).root, ids=str)
def test_fits(row: list[Any]) -> None:
    assert unfit(row[0], row[1]) == ""


@pytest.mark.parametrize("row", read(FAULTS).root, ids=str)
def test_does_not_fit(row: list[Any]) -> None:
    assert unfit(row[0], row[1]).startswith(row[2])


@pytest.mark.parametrize(
    ("selector", "fault"),
    [
        ({"entity": None}, ""),
        ({"entity": {"domain": "light"}}, ""),
        ("boolean", ""),
        (5, "a selector is a mapping with one kind"),
        ({}, "a selector is a mapping with one kind"),
        ({"a": None, "b": None}, "a selector is a mapping with one kind"),
        ({"entty": None}, "there is no selector 'entty'; did you mean entity?"),
        ({"entity": 5}, "selector entity needs a mapping, not 5"),
        ({"select": None}, "selector select needs options"),
        ({"constant": {}}, "selector constant needs value"),
    ],
)
def test_says_what_is_no_selector(selector: Any, fault: str) -> None:
    assert wrong_selector(selector).startswith(fault)
    assert bool(wrong_selector(selector)) == bool(fault)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(SELECTORS)), VALUES, VALUES)
def test_any_value_fits_or_does_not(kind: str, config: Any, value: Any) -> None:
    assert isinstance(unfit({kind: config}, value), str)
