"""How quickly what devices say reaches many pages: a home in real processes, and hundreds of WebSockets.

    python -m tests.bench.websockets [--clients 500] [--rate 200] [--seconds 60]

Prints the delay from a device's message to each client, how much the memory of the process that serves them grew, and
its processor time. With PEERS=1 the same load for Home Assistant too, whose one process does the rest as well. It
judges nothing; whoever is let go is counted. Needs Mosquitto, keeps nothing.
"""

import argparse
import asyncio
import json
import sys
import time

import psutil

from tests.bench.homes import Doors, homes
from tests.runtime.raw_client import connect_packet, publish_packet

SENSORS = 200


def config(number: int) -> bytes:
    said = {"unique_id": f"bench_{number}", "object_id": f"bench_{number}", "state_topic": f"bench/{number}"}
    return json.dumps({**said, "name": f"Bench {number}"}).encode()


async def announce(home: Doors) -> asyncio.StreamWriter:
    """The device is there, with all of its sensors."""
    reader, writer = await asyncio.open_connection("127.0.0.1", home.mqtt_port)
    login = None if home.secret is None else "device.bench"
    writer.write(connect_packet("bench", login, home.secret, keepalive=600))
    answer = await reader.readexactly(4)
    if answer[3]:
        raise SystemExit("the broker does not let the device in")
    for number in range(SENSORS):
        writer.write(publish_packet(f"homeassistant/sensor/bench/{number}/config", config(number), retain=True))
    await asyncio.sleep(3)
    for number in range(SENSORS):
        writer.write(publish_packet(f"bench/{number}", b"0"))
    await asyncio.sleep(1)
    return writer


async def report(writer: asyncio.StreamWriter, rate: float, seconds: float) -> int:
    """Say the time on one sensor after the other, `rate` times a second."""
    began, count = time.monotonic(), 0
    while count < rate * seconds:
        while count < int((time.monotonic() - began) * rate):
            writer.write(publish_packet(f"bench/{count % SENSORS}", f"{time.time():.6f}".encode()))
            count += 1
        await asyncio.sleep(0.5 / rate)
    return count


async def measure(options: argparse.Namespace, home: Doors) -> dict[str, object]:
    writer = await announce(home)
    command = ["-m", "tests.bench.listeners", "127.0.0.1", str(home.http_port), home.token]
    command += [str(options.clients), str(options.seconds + 2)]
    listeners = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert listeners.stdout is not None
    await listeners.stdout.readline()
    process = psutil.Process(home.pid)
    await report(writer, options.rate, min(5.0, options.seconds))
    before, cpu = process.memory_info().rss, sum(process.cpu_times()[:2])
    rest = max(0.0, options.seconds - 5)
    await report(writer, options.rate, rest)
    after, used = process.memory_info().rss, sum(process.cpu_times()[:2]) - cpu
    figures: dict[str, object] = json.loads(await listeners.stdout.readline())
    memory = {"mib": round(after / 2**20, 1), "grown_mib": round((after - before) / 2**20, 1)}
    await listeners.wait()
    writer.close()
    return {**figures, **memory, "cpu": f"{100 * used / max(rest, 1):.0f} %"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.websockets")
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    for opened in homes():
        with opened() as home:
            figures = asyncio.run(measure(options, home))
        print(f"{home.name}: {options.clients} WebSockets, {options.rate:g} changes/s for {options.seconds:g} s")
        for name, value in figures.items():
            print(f"  {name:12} {value}")


if __name__ == "__main__":
    main()
