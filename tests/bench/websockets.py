"""How quickly what devices say reaches many pages: a home in real processes, and hundreds of WebSockets.

    python -m tests.bench.websockets [--clients 500] [--rate 200] [--seconds 60]

Prints the delay from a device's message to each client, how much the bridge's memory grew, and its processor time. It
judges nothing; whoever is let go is counted. Needs Mosquitto, keeps nothing.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.evening.whole_home import WholeHome
from tests.runtime.raw_client import connect_packet, publish_packet

SENSORS = 200


def config(number: int) -> bytes:
    said = {"unique_id": f"bench_{number}", "object_id": f"bench_{number}", "state_topic": f"bench/{number}"}
    return json.dumps({**said, "name": f"Bench {number}"}).encode()


async def announce(home: WholeHome) -> asyncio.StreamWriter:
    """The device is there, with all of its sensors."""
    reader, writer = await asyncio.open_connection("127.0.0.1", home.mqtt_port)
    writer.write(connect_packet("bench", "device.bench", home.device_secrets["bench"], keepalive=600))
    answer = await reader.readexactly(4)
    if answer[3]:
        raise SystemExit("the broker does not let the device in")
    for number in range(SENSORS):
        writer.write(publish_packet(f"homeassistant/sensor/bench/{number}/config", config(number), retain=True))
    await writer.drain()
    await asyncio.sleep(3)
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


async def measure(options: argparse.Namespace, home: WholeHome) -> dict[str, object]:
    home.device_login("bench")
    home.start()
    await home.until_up()
    writer = await announce(home)
    token = (home.data / "http-token").read_text().strip()
    command = ["-m", "tests.bench.listeners", "127.0.0.1", str(home.http_port), token]
    command += [str(options.clients), str(options.seconds + 2)]
    listeners = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert listeners.stdout is not None
    await listeners.stdout.readline()
    bridge = psutil.Process(home.pid("bridge"))
    await report(writer, options.rate, min(5.0, options.seconds))
    before, cpu = bridge.memory_info().rss, sum(bridge.cpu_times()[:2])
    rest = max(0.0, options.seconds - 5)
    await report(writer, options.rate, rest)
    after, used = bridge.memory_info().rss, sum(bridge.cpu_times()[:2]) - cpu
    figures: dict[str, object] = json.loads(await listeners.stdout.readline())
    memory = {"bridge_mib": round(after / 2**20, 1), "grown_mib": round((after - before) / 2**20, 1)}
    await listeners.wait()
    writer.close()
    return {**figures, **memory, "bridge_cpu": f"{100 * used / max(rest, 1):.0f} %"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.websockets")
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = WholeHome(Path(folder), "mosquitto")
        try:
            figures = asyncio.run(measure(options, home))
        finally:
            home.stop()
    print(f"{options.clients} WebSockets, {options.rate:g} changes/s for {options.seconds:g} s")
    for name, value in figures.items():
        print(f"  {name:12} {value}")


if __name__ == "__main__":
    main()
