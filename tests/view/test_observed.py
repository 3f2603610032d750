"""A rendering tells what it looked at, as Home Assistant's tracking of templates does."""

from datetime import UTC, datetime

import pytest

from homeserver.view.observed import Look, Observer
from homeserver.view.template_functions import template_functions
from homeserver.view.templates import TemplateError
from tests.view.things import Things

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def look_of(things: Things, text: str) -> Look:
    observer, look = Observer(things.view, UTC, lambda: NOW), Look()
    observer.render(observer.templates.compile(text), {}, look)
    return look


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("{{ states('light.lamp') }}", {"light.lamp"}),
        ("{{ is_state('light.lamp', 'on') }}", {"light.lamp"}),
        ("{{ states.light.lamp.state }}", {"light.lamp"}),
        ("{{ states['light.lamp'].state }}", {"light.lamp"}),
        ("{{ state_attr('light.lamp', 'x') }} {{ has_value('sensor.gone') }}", {"light.lamp", "sensor.gone"}),
        ("{{ expand('light.lamp', 'light.strip') | length }}", {"light.lamp", "light.strip"}),
        ("{{ is_state('light.strip', 'on') and is_state('light.lamp', 'on') }}", {"light.strip"}),
        ("{{ ['light.lamp', 'sensor.power'] | map('states') | list }}", {"light.lamp", "sensor.power"}),
        ("{{ ['light.lamp'] | select('is_state', 'on') | list }}", {"light.lamp"}),
        ("{{ 1 + 1 }}", set()),
    ],
)
async def test_entities_that_are_asked_for(things: Things, text: str, entities: set[str]) -> None:
    look = look_of(things, text)
    assert (look.entities, look.domains, look.all, look.time) == (entities, set(), False, False)
    assert [id for id in ("light.lamp", "light.strip", "sensor.power") if look.concerns(id)] == sorted(
        entities & set(things.view.states)
    )


async def test_a_kind_of_entity_is_gone_through(things: Things) -> None:
    look = look_of(things, "{{ states.light | selectattr('state', 'eq', 'on') | list | count }}")
    assert (look.entities, look.domains, look.all) == (set(), {"light"}, False)
    assert look.concerns("light.new")
    assert not look.concerns("switch.secret")
    assert look_of(things, "{{ states.light | count }}").domains == {"light"}


async def test_all_states_are_gone_through(things: Things) -> None:
    look = look_of(things, "{{ states | map(attribute='entity_id') | list }}")
    assert look.all
    assert look.concerns("sensor.whatever")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("{{ now().hour }}", True),
        ("{{ utcnow() }}", True),
        ("{{ today_at('10:00') }}", True),
        ("{{ relative_time(states.light.lamp.last_changed) }}", True),
        ("{{ as_timestamp('2026-01-01T00:00:00') }}", False),
    ],
)
async def test_time(things: Things, text: str, time: bool) -> None:
    assert look_of(things, text).time is time


async def test_is_filled_where_the_template_fails(things: Things) -> None:
    observer, look = Observer(things.view, UTC, lambda: NOW), Look()
    with pytest.raises(TemplateError):
        observer.render(observer.templates.compile("{{ states('light.lamp') | float }}"), {}, look)
    assert look.entities == {"light.lamp"}


async def test_nothing_is_noted_otherwise(things: Things) -> None:
    observer, look = Observer(things.view, UTC, lambda: NOW), Look()
    template = observer.templates.compile("{{ states('light.lamp') }}{{ now() }}")
    observer.render(observer.templates.compile("{{ states('light.strip') }}"), {}, look)
    template.render({})
    assert (look.entities, look.time) == ({"light.strip"}, False)
    assert "light.strip" in repr(look)


async def test_one_look_within_another(things: Things) -> None:
    observer, outer, inner = Observer(things.view, UTC, lambda: NOW), Look(), Look()
    first, second = (observer.templates.compile(f"{{{{ states('light.{name}') }}}}") for name in ("lamp", "strip"))
    with observer.looking(outer):
        observer.render(second, {}, inner)
        first.render({})
    assert (outer.entities, inner.entities) == ({"light.lamp"}, {"light.strip"})


async def test_a_state_outlives_the_look(things: Things) -> None:
    observer, look = Observer(things.view, UTC, lambda: NOW), Look()
    kept: list[object] = []
    template = observer.templates.compile("{{ keep(states.light.lamp) }}{{ keep(states.light | first) }}")
    observer.render(template, {"keep": kept.append}, look)
    assert all(vars(state)["_naming"] is things.view for state in kept)


async def test_both_makers_know_the_same_functions(things: Things) -> None:
    observer = Observer(things.view, UTC, lambda: NOW)
    for name in template_functions(things.view):
        text = f"'light.lamp' {name}" if name.startswith("|") else f"{name}('light.lamp')"
        observer.templates.compile(f"{{{{ {text} }}}}")


async def test_what_was_used_and_not_there_is_noted(things: Things) -> None:
    """Home Assistant warns in its log; the result is the same: nothing."""
    observer, look = Observer(things.view, UTC, lambda: NOW), Look()
    template = observer.templates.compile(
        "{{ nobody }}{% if states.light.lamp.colour %}x{% endif %}{{ other | default(1) }}"
    )
    assert observer.render(template, {}, look) == "1"
    assert "'nobody' is undefined" in look.undefined
    assert [text for text in look.undefined if "no attribute 'colour'" in text]
    assert len(look.undefined) == 2
    assert template.render({}) == "1"
    assert len(look.undefined) == 2
