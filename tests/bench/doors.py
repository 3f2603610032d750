"""How much longer a command takes through HTTP than through MQTT: from whoever asks to the topic of the device.

    python -m tests.bench.doors [--commands 500]

One lamp, one command at a time, alternately over both doors of a home in real processes. Prints p50, p95 and max of
each and the difference; with PEERS=1 also of Home Assistant, which takes no commands over MQTT. It judges nothing.
Needs Mosquitto, keeps nothing.
"""

import argparse
import json
import queue
import threading
import time

import httpx

from homeserver.runtime.logins import Logins
from tests.bench.homes import Doors, homes
from tests.runtime.raw_client import Closed, RawClient

SET = "bench/set"
PAUSE = 0.02
"""Seconds between two commands."""


class Lamp:
    """A device with a connection and a thread of its own: obeys at once, and tells when it was asked."""

    def __init__(self, home: Doors) -> None:
        self.asked: queue.Queue[float] = queue.Queue()
        self._client = RawClient(home.mqtt_port)
        self._client.connect("lamp", home.secret and "device.bench", home.secret)
        self._client.subscribe(SET)
        words = {"unique_id": "lamp", "object_id": "lamp", "default_entity_id": "light.lamp"}
        config = {**words, "command_topic": SET, "state_topic": "bench/state"}
        self._client.publish("homeassistant/light/bench/lamp/config", json.dumps(config).encode(), 0, retain=True)
        self._client.publish("bench/state", b"OFF", 0, retain=True)
        threading.Thread(target=self._obey, daemon=True).start()

    def _obey(self) -> None:
        while True:
            try:
                message = self._client.message(3600)
            except Closed:
                return
            self.asked.put(time.perf_counter())
            self._client.publish("bench/state", message.data, 0, retain=True)


def told(times: list[float]) -> dict[str, float]:
    ordered = sorted(one * 1000 for one in times)
    at = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 2) for name, part in at.items()}


def measure(home: Doors, commands: int) -> dict[str, dict[str, float]]:
    """Over both doors in turn, each command another than the one before."""
    lamp = Lamp(home)
    client = None
    if home.data is not None:
        client = RawClient(home.mqtt_port)
        client.connect("doors", "process.cli", Logins(home.data).secret("process.cli"))
    address = f"http://127.0.0.1:{home.http_port}/api/services/light/"
    times: dict[str, list[float]] = {"http": [], **({"mqtt": []} if client else {})}
    time.sleep(2)
    with httpx.Client(headers={"authorization": f"Bearer {home.token}"}) as http:
        for count in range(commands):
            for service in ("turn_on", "turn_off"):
                door = "mqtt" if client and service == "turn_off" else "http"
                began = time.perf_counter()
                if client is None or door == "http":
                    http.post(address + service, json={"entity_id": "light.lamp"}).raise_for_status()
                else:
                    body = {"id": f"doors-{count}", "service": service, "ttl": 10}
                    client.publish("homeserver/entity/light/lamp/command/process.cli", json.dumps(body).encode(), 0)
                times[door].append(lamp.asked.get(timeout=10) - began)
                time.sleep(PAUSE)
    return {door: told(rows) for door, rows in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.doors")
    parser.add_argument("--commands", type=int, default=500)
    options = parser.parse_args()
    for opened in homes():
        with opened() as home:
            figures = measure(home, options.commands)
        print(home.name)
        for door, row in figures.items():
            print(f"  {door}  " + "  ".join(f"{name} {value} ms" for name, value in row.items()))
        if "mqtt" in figures:
            print(f"  HTTP at p95 {figures['http']['p95'] - figures['mqtt']['p95']:+.2f} ms")


if __name__ == "__main__":
    main()
