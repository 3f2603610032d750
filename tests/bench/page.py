"""How the page holds in a large home: a home in real processes, a crowd of devices that change, a real Chromium.

    python -m tests.bench.page [--things 2000] [--rate 200] [--seconds 15] [--cpu 4] [--network fast|slow|none]

Prints when the home is first seen, and for each page frames, the 95th percentile of the time between them and the long
tasks (over 50 ms) while everything changes. `--cpu` slows the browser's processor down so many times; `fast` is a phone
on good 4G (8.1 Mbit/s, 165 ms), `slow` on bad (1.4 Mbit/s, 560 ms). It judges nothing. Needs Mosquitto, Chromium and
the built dashboard; keeps nothing.
"""

import argparse
import asyncio
import json
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from tests.bench.crowd import Crowd
from tests.bench.homes import Doors, homeserver
from tests.bridge.browser import Page, chromium

NETWORKS = {"fast": (165, 8.1e6 / 8, 1.35e6 / 8), "slow": (560, 1.4e6 / 8, 0.675e6 / 8), "none": (0, -1, -1)}
"""Latency in ms, bytes a second down and up: the presets of Chromium's developer tools."""
WATCH = (Path(__file__).parent / "page.js").read_text()
FORGET = """(async () => {
    localStorage.clear();
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
})()"""


async def until_known(home: Doors, count: int) -> None:
    """Until the bridge knows of all of them."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{home.http_port}/api/states", headers={"authorization": f"Bearer {home.token}"}
    )
    for _ in range(120):
        with await asyncio.to_thread(urllib.request.urlopen, request) as answer:
            states = json.loads(answer.read())
        if sum(state["entity_id"].count("_") > 0 and state["state"] != "unknown" for state in states) >= count * 0.99:
            return
        await asyncio.sleep(0.5)
    raise SystemExit(f"the home knows of {len(states)} things only")


async def slowed(page: Page, options: argparse.Namespace) -> None:
    latency, down, up = NETWORKS[options.network]
    await page.send(
        "Network.emulateNetworkConditions",
        offline=False,
        latency=latency,
        downloadThroughput=down,
        uploadThroughput=up,
    )
    await page.send("Emulation.setCPUThrottlingRate", rate=options.cpu)


async def opened(page: Page, address: str) -> dict[str, Any]:
    await page.goto("about:blank")
    before = await busy(page)
    await page.goto(address)
    await page.until("window.seen && seen.states && seen.glance", 60)
    now = await busy(page)
    seen: dict[str, float] = await page.run("seen")
    paint = "performance.getEntriesByType('paint').find((one) => one.name === 'first-contentful-paint')?.startTime"
    told = {"first paint": await page.run(paint), "rooms and tiles": seen["tiles"], "all in sight told": seen["states"]}
    worked = 1000 * (now - before if now > before else now)  # another site is another process, which counts anew
    return {f"{name} ms": round(value) for name, value in {**told, "glance": seen["glance"], "work": worked}.items()}


async def measured(home: Doors, options: argparse.Namespace, folder: Path) -> None:
    crowd, over = Crowd(options.things), asyncio.Event()
    await crowd.connect(home)
    await crowd.announce()
    await asyncio.sleep(3)
    await crowd.tell_all()
    await until_known(home, options.things)
    changing = asyncio.create_task(crowd.change(options.rate, over))
    address = f"http://127.0.0.1:{home.http_port}/"
    async with chromium(folder / "profile") as browser:
        page = await browser.page()
        await page.send("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        await page.send("Performance.enable", timeDomain="threadTicks")
        await page.goto(f"{address}#token={home.token}")
        await page.until("window.seen && seen.states", 60)
        await page.run(FORGET)
        await page.send("Network.clearBrowserCache")
        await slowed(page, options)
        show("opened for the first time", await opened(page, address))
        await asyncio.sleep(4)
        show("opened again", await opened(page, address))
        await asyncio.sleep(2)
        await scenes(page, options)
        if options.pictures:
            await page.screenshot(Path(options.pictures))
        print(f"  faults of the page: {page.faults or 'none'}")
    over.set()
    print(f"  changes told: {await changing}")


async def scenes(page: Page, options: argparse.Namespace) -> None:
    length = options.seconds * 1000
    for path, ready in (("/", "hs-home"), ("/room", "hs-room"), ("/devices", "hs-devices .list li")):
        await page.run(f"document.querySelector('.menu a[href=\"{path}\"]').click()")
        await page.until(f"!!document.querySelector('{ready}')", 60)
        await asyncio.sleep(2)
        for words, move in (("at rest", 0), ("scrolled", 12)):
            before = await busy(page)
            figures = await page.run(f"measure({length}, {move})")
            share = 100 * (await busy(page) - before) / options.seconds
            show(f"{path} {words}", {**figures, "main thread %": round(share)})
            await page.run("scrollTo(0, 0)")


async def busy(page: Page) -> float:
    """Seconds of processor time that the page's main thread has taken, whatever else runs on the machine."""
    metrics = (await page.send("Performance.getMetrics"))["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def show(what: str, figures: dict[str, Any]) -> None:
    print(f"  {what}: {', '.join(f'{name} {value}' for name, value in figures.items())}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.page")
    parser.add_argument("--things", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--cpu", type=float, default=4)
    parser.add_argument("--network", choices=NETWORKS, default="fast")
    parser.add_argument("--pictures", default="")
    options = parser.parse_args()
    with homeserver() as home, tempfile.TemporaryDirectory() as folder:
        print(
            f"{options.things} things, {options.rate:g} changes/s, CPU {options.cpu:g} times slower, {options.network}"
        )
        asyncio.run(measured(home, options, Path(folder)))


if __name__ == "__main__":
    main()
