"""What templates can ask of the home, with the results of https://www.home-assistant.io/template-functions/"""

from typing import Any

import pytest

from homeserver.view.template_functions import template_functions
from homeserver.view.templates import TemplateError, Templates
from tests.view.things import Things

QUESTIONS: list[tuple[str, Any]] = [
    ("{{ states('light.lamp') }} {{ states('light.nope') }}", "on unknown"),
    ("{{ states.light.lamp.state }} {{ states['light.lamp'].state }}", "on on"),
    ("{{ states.light.nope }}", None),
    ("{{ states('sensor.power', with_unit=true) }} {{ states.sensor.power.state_with_unit }}", "12 W 12 W"),
    ("{{ states.light | map(attribute='entity_id') | list }}", ["light.lamp", "light.strip"]),
    ("{{ states | length }} {{ states.light | list | count }}", "4 2"),
    ("{{ states | selectattr('state', 'eq', 'on') | map(attribute='object_id') | list }}", ["lamp", "secret"]),
    ("{{ 'light.lamp' | states }}", "on"),
    ("{{ is_state('light.lamp', 'on') }} {{ is_state('light.lamp', ['off', 'on']) }}", "True True"),
    ("{{ is_state('light.nope', 'on') }} {{ 'light.lamp' is is_state('on') }}", "False True"),
    ("{{ state_attr('sensor.power', 'unit_of_measurement') }} {{ state_attr('a.b', 'c') }}", "W None"),
    ("{{ is_state_attr('sensor.power', 'device_class', 'power') }}", True),
    ("{{ is_state_attr('light.lamp', 'brightness', none) }}", False),
    ("{{ has_value('light.lamp') }} {{ 'light.nope' | has_value }}", "True False"),
    ("{{ ['light.strip', 'light.lamp'] | expand | map(attribute='name') | list }}", ["Lamp", "Kitchen strip"]),
    (
        "{{ areas() }} {{ area_id('light.lamp') }} {{ area_id('Lounge') }}",
        "['living_room', 'kitchen'] living_room living_room",
    ),
    ("{{ area_name('light.strip') }} {{ area_name('kitchen') }}", "Kitchen Kitchen"),
    ("{{ area_entities('Living room') }}", ["light.lamp", "sensor.power"]),
    ("{{ area_devices('living_room') }} {{ device_entities('d1') }}", "['d1'] ['light.lamp', 'sensor.power']"),
    (
        "{{ floors() }} {{ floor_id('kitchen') }} {{ floor_areas('ground') }}",
        "['ground'] ground ['living_room', 'kitchen']",
    ),
    ("{{ floor_entities('ground') | length }}", 4),
    ("{{ device_id('light.lamp') }} {{ device_id('Floor lamp') }} {{ device_name('d1') }}", "d1 d1 Floor lamp"),
    ("{{ device_attr('light.lamp', 'manufacturer') }} {{ is_device_attr('d1', 'manufacturer', 'ACME') }}", "ACME True"),
    ("{{ device_attr('d1', '__class__') }}", None),
    ("{{ labels() }} {{ labels('d1') }} {{ label_entities('bright') }}", "['bright', 'cosy'] ['cosy'] ['light.strip']"),
    ("{{ label_devices('cosy') }} {{ is_hidden_entity('switch.secret') }}", "['d1'] True"),
    ("{{ entity_name('light.strip') }}", "Kitchen strip"),
]


@pytest.mark.parametrize(("text", "value"), QUESTIONS)
async def test_answers(things: Things, text: str, value: Any) -> None:
    templates = Templates(template_functions(things.view))
    assert templates.compile(text).render_native({}) == value


@pytest.mark.parametrize("text", ["{{ states._asking }}", "{{ states.light._view }}", "{{ states.light.lamp._said }}"])
async def test_shows_no_insides(things: Things, text: str) -> None:
    with pytest.raises(TemplateError, match="may not use"):
        Templates(template_functions(things.view)).compile(text).render({})


@pytest.mark.parametrize(
    "text",
    [
        *(
            "{{ states(nobody) }}",
            "{{ is_state(nobody, 'on') }}",
            "{{ state_attr(nobody, 'x') }}",
            "{{ states[nobody] }}",
        ),
        *("{{ is_state_attr(nobody, 'x', 1) }}", "{{ has_value(nobody) }}", "{{ states(nobody, with_unit=true) }}"),
    ],
)
async def test_an_entity_that_is_undefined_is_told_of(things: Things, text: str) -> None:
    """As in Home Assistant; an entity that is not there is `unknown`, a name that nobody gave is a mistake."""
    template = Templates(template_functions(things.view)).compile(text)
    with pytest.raises(TemplateError, match="'nobody' is undefined"):
        template.render({})
    template.render({"nobody": "light.none"})
