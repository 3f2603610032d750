"""Hardware addresses in the identifiers of devices, so that one radio is known under the names that programs give it.

`mac:02:5b:26:a8:dc:12`, `id:025b26a8dc12`; `id:zigbee2mqtt_0x00158d0001020304`, `zigbee:00:15:8d:00:01:02:03:04`. Pure.
"""

import re
from collections.abc import Iterable
from typing import Final

_ADDRESS: Final = re.compile(
    r"(?<![0-9a-z])(?:0x)?([0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}(?:[:-]?[0-9a-f]{2}){0,2})(?![0-9a-z])"
)
_SIZES: Final = (12, 16)
"""Hex digits of an EUI-48 (Wi-Fi, Bluetooth) and of an EUI-64 (Zigbee, Thread)."""


def hardware(texts: Iterable[str]) -> frozenset[str]:
    """The hardware addresses in texts, as hex digits without separators."""
    found = set()
    for text in texts:
        for match in _ADDRESS.finditer(text.lower().replace("_", " ")):
            digits = match[1].replace(":", "").replace("-", "")
            if len(digits) in _SIZES and len(set(digits)) > 1:
                found.add(digits)
    return frozenset(found)
