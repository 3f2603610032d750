"""Failures by address."""

from homeserver.bridge.limits import BURST, SECONDS, Failures
from homeserver.runtime.clock import VirtualClock


async def test_one_failure_is_forgiven_after_its_time() -> None:
    clock = VirtualClock()
    failures = Failures(clock)
    for _ in range(int(BURST)):
        assert failures.wait("10.0.0.1") == 0
        failures.count("10.0.0.1")
    assert failures.wait("10.0.0.1") == SECONDS
    await clock.advance(SECONDS)
    assert failures.wait("10.0.0.1") == 0
    failures.count("10.0.0.1")
    assert failures.wait("10.0.0.1") > 0


def test_a_customer_of_ipv6_is_one_address_however_many_he_has() -> None:
    failures = Failures(VirtualClock())
    for number in range(int(BURST)):
        failures.count(f"2001:db8:1:2::{number:x}")
    assert failures.wait("2001:db8:1:2:ffff::1") > 0
    assert failures.wait("2001:db8:1:3::1") == 0


def test_addresses_of_ipv4_stay_apart_on_a_listener_for_both_kinds() -> None:
    failures = Failures(VirtualClock())
    for _ in range(int(BURST)):
        failures.count("::ffff:192.0.2.7")
    assert failures.wait("::ffff:192.0.2.7") > 0
    assert failures.wait("192.0.2.7") > 0
    assert failures.wait("::ffff:198.51.100.1") == 0


def test_the_number_of_buckets_is_bounded() -> None:
    failures = Failures(VirtualClock())
    for number in range(12_000):
        failures.count(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(failures._buckets) == 10_000
