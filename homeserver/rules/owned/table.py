"""The kinds of things that files name beside rules, scripts and scenes: one row each."""

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.owned.clockwork import TimeOfDay, read_time_date
from homeserver.rules.owned.derived import MinMax, SensorGroup, Threshold
from homeserver.rules.owned.group import read_group
from homeserver.rules.owned.input_datetime import InputDatetime
from homeserver.rules.owned.inputs import Counter, InputBoolean, InputButton, InputNumber, InputSelect, InputText
from homeserver.rules.owned.measured import Derivative, Integration, Statistics, Trend
from homeserver.rules.owned.platform_groups import GROUPS
from homeserver.rules.owned.schedule import Schedule
from homeserver.rules.owned.template_blocks import legacy_block, older_lock, template_block
from homeserver.rules.owned.thing import Thing, done
from homeserver.rules.owned.timer import Timer
from homeserver.rules.owned.utility_meter import read_meter
from homeserver.rules.owned.workday import Workday
from homeserver.rules.reading.book import Owned
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError, not_yet
from homeserver.topics.names import slug

Make = Callable[[Fields, str, Compiler], Iterator[Thing]]
"""The things of one mapping; raises `RuleError`, or leaves faults with the compiler."""


def _one(kind: Callable[[Fields, str], Thing]) -> Make:
    def make(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
        yield kind(fields, object_id)

    return make


def _whole(kind: Callable[[Fields, str], Thing]) -> Make:
    """The same for those that check here that nothing else is said of them."""

    def make(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
        thing = kind(fields, object_id)
        done(fields, "scan_interval", "entity_namespace")
        yield thing

    return make


def _trends(fields: Fields, object_id: str, compiler: Compiler) -> Iterator[Thing]:
    """`platform: trend` names several."""
    fields.need("sensors", "name the sensors")
    inner = fields.inner("sensors")
    done(fields)
    for name in inner.node:
        one = inner.inner(name)
        thing = Trend(one, slug(str(name)))
        done(one)
        yield thing


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
    "utility_meter": read_meter,
}
"""By domain."""
PLATFORMS: Final[Mapping[tuple[str, str], Make]] = {
    **{
        (domain, "template"): legacy_block(domain)
        for domain in ("alarm_control_panel", "binary_sensor", "cover", "fan", "light", "sensor", "switch", "vacuum")
    },
    ("lock", "template"): older_lock,
    **{(domain, "group"): _one(kind) for domain, kind in GROUPS.items()},
    ("binary_sensor", "threshold"): _whole(Threshold),
    ("binary_sensor", "tod"): _whole(TimeOfDay),
    ("binary_sensor", "trend"): _trends,
    ("binary_sensor", "workday"): _whole(Workday),
    ("sensor", "derivative"): _whole(Derivative),
    ("sensor", "group"): _whole(SensorGroup),
    ("sensor", "integration"): _whole(Integration),
    ("sensor", "min_max"): _whole(MinMax),
    ("sensor", "statistics"): _whole(Statistics),
    ("sensor", "time_date"): read_time_date,
}
"""By domain and platform, as in `sensor: - platform: template`."""


_ZONE: Final = (
    "zones are the home's: `homeserver import homeassistant DIR` brings them over, and `homeserver call home.edit_zone "
    "name=Work latitude=52.5 longitude=13.4` makes one"
)


_WHY: Final = {"history_stats": ", which counts what was: nothing in the home keeps the past of its entities yet"}
"""What is to be said besides of platforms that are not built yet."""


def is_zone_there(owned: Owned, ids: Container[str]) -> bool:
    """Whether a block names a zone that the home has."""
    return owned.domain == "zone" and f"zone.{slug(str(owned.fields.node.get('name', '')))}" in ids


def things_of(owned: Owned, compiler: Compiler) -> Iterator[Thing]:
    """What one block of a file stands for; raises `RuleError`."""
    fields = Fields(owned.fields.node, owned.fields.way)
    make = NAMED.get(owned.domain)
    if make is None:
        if owned.domain == "zone":
            raise RuleError(_ZONE, owned.line, code="unsupported")
        platform = fields.text("platform")
        make = PLATFORMS.get((owned.domain, platform))
        if make is None:
            what = f"{owned.domain} with platform {platform}" if platform else owned.domain
            raise not_yet(f"{what}{_WHY.get(platform, '')}", owned.line)
    yield from make(fields, owned.object_id, compiler)
