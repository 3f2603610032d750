"""Signals of remotes are those of the NEC protocol, and are known again when they come a little askew."""

from integrations.demo_home.infrared import POWER, nec, same


def test_a_key_is_its_bits_with_their_complements() -> None:
    signal = nec(0x04, 0x08)
    assert len(signal) == 2 + 2 * 32 + 1
    assert all((part > 0) == (place % 2 == 0) for place, part in enumerate(signal))
    bits = [int(-pause > 1_000) for pause in signal[3:-1:2]]
    octets = [sum(bit << place for place, bit in enumerate(bits[start : start + 8])) for start in range(0, 32, 8)]
    assert octets == [0x04, 0xFB, 0x08, 0xF7]


def test_a_signal_is_known_again_whatever_its_signs_and_a_little_askew() -> None:
    assert same([abs(part) for part in POWER], POWER)
    assert same([round(part * 1.1) for part in POWER], POWER)
    assert not same([round(part * 1.5) for part in POWER], POWER)
    assert not same(POWER[:-2], POWER)
    assert not same(nec(0x04, 0x09), POWER)
