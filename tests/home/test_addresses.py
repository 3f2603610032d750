"""One radio under the names that programs give it."""

import pytest

from homeserver.home.addresses import hardware


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id:zigbee2mqtt_0x00158d0001020304", {"00158d0001020304"}),
        ("zigbee:00:15:8d:00:01:02:03:04", {"00158d0001020304"}),
        ("00:15:8D:00:01:02:03:04-1", {"00158d0001020304"}),
        ("mac:02:5b:26:a8:dc:12", {"025b26a8dc12"}),
        ("02-5B-26-A8-DC-12", {"025b26a8dc12"}),
        ("025B26A8DC12_RL_1", {"025b26a8dc12"}),
        ("id:plug", set()),
        ("00:00:00:00:00:00", set()),
        ("0123456789abcdef0123456789abcdef", set()),
        ("deadbeefcafe7", set()),
        ("x025b26a8dc12", set()),
    ],
)
def test_addresses(text: str, found: set[str]) -> None:
    assert hardware([text]) == found
