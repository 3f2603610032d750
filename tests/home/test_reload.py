"""How long a home takes to start with five thousand configs of the field, told beside what reading their JSON takes.

A time is no verdict here, for machines differ: only a home that takes minutes fails.
"""

import gc
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from homeserver.runtime.memory_broker import MemoryBroker
from tests.home.stage import memory_stage
from tests.home.test_corpus import CORPUS, messages

pytestmark = [
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus in {CORPUS}: set HOMESERVER_CORPUS"),
    pytest.mark.proof,
]
WANTED = 5_000
NEVER = 60.0
"""Seconds."""


def copies(count: int) -> Iterator[tuple[str, bytes]]:
    """That many configs: those of the field, then the same for other devices, as of a second house."""
    found = {topic: payload for topic, payload in messages("zigbee2mqtt_devices") if topic.endswith("/config")}
    for number, (topic, payload) in zip(range(count), itertools.cycle(found.items()), strict=False):
        house = number // len(found)
        yield topic.replace("0x", f"0x{house}"), payload.replace(b"0x", b"0x%d" % house)


async def test_a_home_with_many_configs_starts_again(
    tmp_path: Path, portion: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    broker = MemoryBroker()
    broker.retained.update(copies(portion(WANTED)))
    configs = len(broker.retained)
    began = time.process_time()
    for payload in broker.retained.values():
        json.loads(payload)
    reading = time.process_time() - began
    async with memory_stage(tmp_path, broker) as first:
        ids = {entity.key: entity.id for entity in first.home.roster.entities.values()}
        await first.virtual.advance(2)
    gc.collect()
    gc.disable()  # as a process does while it starts
    try:
        began, wall = time.process_time(), time.monotonic()
        async with memory_stage(tmp_path, broker) as second:
            took, waited = time.process_time() - began, time.monotonic() - wall
            assert {entity.key: entity.id for entity in second.home.roster.entities.values()} == ids
    finally:
        gc.enable()
    with capsys.disabled():
        print(f"\n{configs} configs are home again after {waited:.1f} s ({took:.1f} s of computing)", end=": ")
        print(f"{1000 * took / configs:.2f} ms each, {took / reading:.0f} times their JSON")
    assert len(ids) > configs * 0.8
    assert waited < NEVER
