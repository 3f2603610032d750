"""Which parts a device has; and that nothing a device may tell, and nothing it may be told, breaks one."""

from hypothesis import given
from hypothesis import strategies as some

from homeserver.gateway.discovery import Dialect
from homeserver.gateway.features import Device
from integrations.zigbee.matching import parts
from integrations.zigbee.part import Ending, Facts, Node

CLUSTERS = [
    0x0000,
    0x0001,
    0x0002,
    0x0003,
    0x0005,
    0x0006,
    0x0008,
    0x000D,
    0x000F,
    0x0101,
    0x0102,
    0x0201,
    0x0202,
    0x0300,
    0x0400,
    0x0402,
    0x0403,
    0x0405,
    0x0406,
    0x0500,
    0x0501,
    0x0502,
    0x0702,
    0x0B04,
    0xFC7D,
    0xFCC0,
]
TYPES = [0x0000, 0x0009, 0x0051, 0x0100, 0x010D, 0x0107, 0x0202, 0x0301, 0x0402, 0x0820, 0xFFF0]


def keys(node: Node, facts: Facts | None = None) -> list[str]:
    return [part.feature.key for part in parts(node, facts or Facts())]


def node(*endings: Ending, manufacturer: str = "Acme", model: str = "One", battery: bool = False) -> Node:
    return Node(manufacturer, model, dict(enumerate(endings, 1)), battery)


def ending(type: int, *server: int, client: tuple[int, ...] = (), profile: int = 0x0104) -> Ending:
    return Ending(profile, type, frozenset(server), frozenset(client))


def test_the_type_tells_a_lamp_from_a_plug() -> None:
    assert keys(node(ending(0x0100, 6))) == ["light"]
    assert keys(node(ending(0x0051, 6))) == ["switch"]
    assert keys(node(ending(0x0000, 6))) == ["switch"], "relays call themselves switches, and serve on/off"
    assert keys(node(ending(0x0000, 6, profile=0xC05E))) == ["light"]
    assert keys(node(ending(0x0202, 6, 0x0102))) == ["cover"], "a blind's on/off is no switch"


def test_what_is_there_several_times_is_numbered() -> None:
    found = parts(node(ending(0x0051, 6), ending(0x0051, 6)), Facts())
    assert [(part.feature.key, part.feature.name) for part in found] == [
        ("switch", "Switch 1"),
        ("switch_2", "Switch 2"),
    ]
    assert parts(node(ending(0x0051, 6)), Facts())[0].feature.name is None, "it is what the device is"


def test_sensors_are_there_unless_the_device_denies_them() -> None:
    meter, facts = node(ending(0x0051, 6, 0x0B04)), Facts()
    assert keys(meter, facts) == ["switch", "power"]
    facts.values[1, 0x0B04, 0x0505] = 2300
    assert keys(meter, facts) == ["switch", "power", "voltage"]
    facts.refused.add((1, 0x0B04, 0x050B))
    assert keys(meter, facts) == ["switch", "voltage"]


def test_a_count_is_multiplied_and_divided_as_the_device_says() -> None:
    meter = node(ending(0x0051, 0x0B04))
    facts = Facts({(1, 0x0B04, 0x050B): 1234, (1, 0x0B04, 0x0604): 1, (1, 0x0B04, 0x0605): 10})
    (power,) = parts(meter, facts)
    assert power.say(facts) == {"": b"123.4"}
    facts.values[1, 0x0B04, 0x0605] = 0
    assert power.say(facts) == {"": b"1234"}, "nobody divides by nothing"
    facts.values[1, 0x0B04, 0x050B] = -0x8000
    assert power.say(facts) == {"": b"None"}


def test_a_battery() -> None:
    sensor = node(ending(0x0402, 1), battery=True)
    facts = Facts({(1, 1, 0x21): 150})
    (battery,) = parts(sensor, facts)
    assert battery.say(facts) == {"": b"75"}
    facts.values |= {(1, 1, 0x21): 255, (1, 1, 0x20): 30}
    assert battery.say(facts) == {"": b"100"}, "guessed from the voltage"
    assert keys(node(ending(0x0051, 1))) == [], "a plug that lists the cluster has no battery"


def test_a_maker_has_attributes_of_his_own() -> None:
    sensor = node(ending(0x0107, 0x0406), manufacturer="Philips", model="SML001")
    facts = Facts({(1, 0x0406, 0x30): 2})
    setting = parts(sensor, facts)[-1]
    assert (setting.feature.key, setting.say(facts)) == ("motion_sensitivity", {"": b"High"})
    assert setting.obey is not None
    ((deed,),) = [wish.deeds for wish in setting.obey("", b"Low", facts)]
    assert deed.code == 0x100B  # type: ignore[union-attr]
    assert "motion_sensitivity" not in keys(node(ending(0x0107, 0x0406), model="other"), facts)


def test_who_tells_by_on_and_off_what_he_senses_is_a_sensor() -> None:
    sensor = node(ending(0x0402, client=(6,)))
    opening = parts(sensor, Facts())[0]
    assert (opening.feature.key, opening.bind) == ("opening", (6,))
    assert opening.say(Facts({(1, 6, 0): 1})) == {"": b"ON"}


def test_green_power_is_no_part_of_a_device() -> None:
    assert keys(Node("Acme", "One", {242: ending(0x0061, 6)})) == []


ANY_ENDING = some.builds(
    Ending,
    some.sampled_from([0x0104, 0xC05E, 0xA1E0]),
    some.sampled_from(TYPES),
    some.frozensets(some.sampled_from(CLUSTERS), max_size=8),
    some.frozensets(some.sampled_from(CLUSTERS), max_size=4),
)
ANY_NODE = some.builds(
    Node,
    some.text(max_size=4),
    some.sampled_from(["", "SML001", "lumi.motion.ac01", "STARKVIND Air purifier"]),
    some.dictionaries(some.integers(1, 242), ANY_ENDING, min_size=1, max_size=3),
    some.booleans(),
)
ANY_VALUE = some.one_of(
    some.integers(-(2**40), 2**40),
    some.floats(),
    some.booleans(),
    some.text(max_size=3),
    some.binary(max_size=3),
    some.none(),
)
PAYLOADS = some.one_of(
    some.binary(max_size=20),
    some.sampled_from([b"ON", b"OFF", b"OPEN", b"21", b'{"state": "ON", "brightness": 9, "color": {"x": 1, "y": 0}}']),
)


@given(ANY_NODE, some.data())
def test_nothing_that_is_told_breaks_a_part(node: Node, data: some.DataObject) -> None:
    facts = Facts()
    attributes = sorted(
        {(part.endpoint, watch.cluster, watch.attribute) for part in parts(node, facts) for watch in part.watches}
    )
    facts.values = {key: data.draw(ANY_VALUE) for key in attributes}
    found = parts(node, facts)
    Dialect("zigbee", "Test").announcement(Device("0x01", "Any", features=tuple(part.feature for part in found)))
    for part in found:
        assert all(isinstance(payload, bytes) for payload in part.say(facts).values())
        if part.obey is None:
            continue
        for word in part.feature.hears:
            try:
                wishes = part.obey(word.removesuffix("set").rstrip("/"), data.draw(PAYLOADS), facts)
            except ValueError:
                continue  # told in words that other tests read
            else:
                assert all(wish.deeds for wish in wishes)
                [wish.confirmed(facts) for wish in wishes if wish.confirmed is not None]
