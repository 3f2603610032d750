"""Remote controls of light: the code that the television's own remote sends, as pulses and pauses.

Pure. NEC protocol: 9 ms of light, 4.5 ms of darkness, then 32 bits, address and command each followed by its
complement, the lowest bit first; a one has a long pause. Microseconds; pauses are negative.
"""

from collections.abc import Sequence
from typing import Final

CARRIER: Final = 38_000
"""Hz."""
_START: Final = (9_000, -4_500)
_PULSE, _SHORT, _LONG = 560, -560, -1_690
_NEAR: Final = 0.25


def nec(address: int, command: int) -> tuple[int, ...]:
    """The signal of a key of a remote."""
    bits = [
        byte >> place & 1 for byte in (address, address ^ 0xFF, command, command ^ 0xFF) for place in range(8)
    ]  # fmt: skip
    return (*_START, *(part for bit in bits for part in (_PULSE, _LONG if bit else _SHORT)), _PULSE)


POWER: Final = nec(0x04, 0x08)
"""The power key of the television's remote."""


def same(one: Sequence[int], two: Sequence[int]) -> bool:
    """Whether a receiver takes both for the same key: each time within a quarter of what it should be."""
    return len(one) == len(two) and all(
        abs(abs(a) - abs(b)) <= _NEAR * abs(b) for a, b in zip(one, two, strict=True)
    )  # fmt: skip
