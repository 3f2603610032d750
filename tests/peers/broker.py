"""Mosquitto without a login, for Home Assistant and the devices that it is to hear: the peer's part of a comparison."""

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.course import CONFIGURATION, find_mosquitto
from tests.bench.programs import running, wait_for_port
from tests.ports import free_port
from tests.runtime.raw_client import Closed, RawClient

PATIENCE = 3600.0
"""Seconds that a lamp waits for a command."""


@contextlib.contextmanager
def bare_broker(folder: Path) -> Iterator[int]:
    """Its port, as long as the block runs."""
    port, conf, log = free_port(), folder / "mosquitto.conf", folder / "mosquitto.log"
    conf.write_text(CONFIGURATION.format(port=port))
    with running([find_mosquitto() or "mosquitto", "-c", str(conf)], log) as broker:
        wait_for_port(port, broker, log)
        yield port


def lamps(client: RawClient, ids: Sequence[str]) -> None:
    """Announce a light for each entity id, in an area, and obey from a thread of its own until the connection ends."""
    for entity_id in ids:
        name = entity_id.partition(".")[2]
        device = {"identifiers": [name], "name": f"Lamp {name}", "suggested_area": "Office"}
        words = {"unique_id": name, "object_id": name, "default_entity_id": entity_id, "name": None, "device": device}
        topics = {"command_topic": f"{name}/set", "state_topic": f"{name}/state"}
        client.publish(f"homeassistant/light/{name}/config", json.dumps({**words, **topics}).encode(), retain=True)
        client.publish(f"{name}/state", b"OFF", retain=True)
    client.subscribe("+/set")
    threading.Thread(target=_obey, args=[client], daemon=True).start()


def _obey(client: RawClient) -> None:
    with contextlib.suppress(Closed, OSError):
        while True:
            message = client.message(PATIENCE)
            client.publish(message.topic.replace("/set", "/state"), message.data, 0, retain=True)
