"""The kinds of things that files name beside rules, scripts and scenes: one row each."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.owned.group import read_group
from homeserver.rules.owned.input_datetime import InputDatetime
from homeserver.rules.owned.inputs import Counter, InputBoolean, InputButton, InputNumber, InputSelect, InputText
from homeserver.rules.owned.schedule import Schedule
from homeserver.rules.owned.template_blocks import legacy_block, template_block
from homeserver.rules.owned.thing import Thing
from homeserver.rules.owned.timer import Timer
from homeserver.rules.reading.book import Owned
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import not_yet

Make = Callable[[Fields, str, Compiler], Iterator[Thing]]
"""The things of one mapping; raises `RuleError`, or leaves faults with the compiler."""


def _one(kind: Callable[[Fields, str], Thing]) -> Make:
    def make(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
        yield kind(fields, object_id)

    return make


NAMED: Final[Mapping[str, Make]] = {
    "input_boolean": _one(InputBoolean),
    "input_button": _one(InputButton),
    "input_datetime": _one(InputDatetime),
    "input_number": _one(InputNumber),
    "input_select": _one(InputSelect),
    "input_text": _one(InputText),
    "counter": _one(Counter),
    "timer": _one(Timer),
    "schedule": _one(Schedule),
    "group": _one(read_group),
    "template": template_block,
}
"""By domain."""
PLATFORMS: Final[Mapping[tuple[str, str], Make]] = {
    ("sensor", "template"): legacy_block("sensor"),
    ("binary_sensor", "template"): legacy_block("binary_sensor"),
}
"""By domain and platform, as in `sensor: - platform: template`."""


def things_of(owned: Owned, compiler: Compiler) -> Iterator[Thing]:
    """What one block of a file stands for; raises `RuleError`."""
    fields = Fields(owned.fields.node, owned.fields.way)
    make = NAMED.get(owned.domain)
    if make is None:
        platform = fields.text("platform")
        make = PLATFORMS.get((owned.domain, platform))
        if make is None:
            raise not_yet(f"{owned.domain} with platform {platform}" if platform else owned.domain, owned.line)
    yield from make(fields, owned.object_id, compiler)
