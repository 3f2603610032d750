"""A real Chromium, spoken to in its DevTools protocol over a pipe; ended with whatever it started.

Needs `chromium` on the path. Keeps a profile in the folder it is given.
"""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
PATIENCE = 20.0
LIMIT = 64 * 1024 * 1024


class Moved(RuntimeError):
    """The page went elsewhere meanwhile."""


class Browser:
    """One Chromium process."""

    def __init__(self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, out: int) -> None:
        self.process = process
        self._reader = reader
        self._out = out
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self.pages: dict[str, Page] = {}
        self._reading = asyncio.create_task(self._read())

    async def send(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        number = next(self._ids)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        answered = self._answers[number] = asyncio.get_running_loop().create_future()
        os.write(self._out, json.dumps(message).encode() + b"\0")
        async with asyncio.timeout(PATIENCE):
            return await answered

    async def _read(self) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                message = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if "id" in message:
                    self._settle(self._answers.pop(message["id"]), message)
                elif page := self.pages.get(message.get("sessionId", "")):
                    page.heard(message["method"], message["params"])

    def _settle(self, answered: asyncio.Future[Any], message: Any) -> None:
        if answered.done():
            return
        if "error" in message:
            text = message["error"]["message"]
            answered.set_exception((Moved if "navigated" in text or "context" in text else RuntimeError)(text))
        else:
            answered.set_result(message["result"])

    async def page(self, *, width: int = 390, height: int = 844, dark: bool = False, phone: bool = True) -> "Page":
        """A new tab of a given size, in a colour scheme."""
        context = (await self.send("Target.createBrowserContext"))["browserContextId"]
        target = (await self.send("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
        session = (await self.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.send(f"{domain}.enable")
        await page.look(width=width, height=height, dark=dark, phone=phone)
        return page


class Page:
    """One tab. `faults` gathers exceptions, errors on the console and refused content."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        self.faults: list[str] = []

    async def send(self, method: str, **parameters: Any) -> Any:
        return await self._browser.send(method, self._session, **parameters)

    def heard(self, method: str, parameters: Any) -> None:
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.faults.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.faults.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
        elif method == "Runtime.consoleAPICalled" and parameters["type"] == "error":
            self.faults.append(str(parameters["args"]))

    async def look(self, *, width: int, height: int, dark: bool, phone: bool) -> None:
        """Be of this size, in this colour scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 2 if phone else 1, "mobile": phone}
        await self.send("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])

    async def goto(self, url: str) -> None:
        await self.send("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        answer = await self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", "exception"))
        return answer["result"].get("value")

    async def until(self, condition: str, patience: float = PATIENCE) -> Any:
        """Wait until a JavaScript expression is true, looking again and again; not being there yet counts as false."""
        script = f"""new Promise((done) => {{
            const look = () => {{
                let found = false;
                try {{ found = {condition}; }} catch {{ /* not there yet */ }}
                if (found) done(typeof found === "object" || found); else setTimeout(look, 15);
            }};
            look();
        }})"""
        try:
            async with asyncio.timeout(patience):
                while True:
                    with contextlib.suppress(Moved):
                        return await self.run(script)
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            seen = await self.run("document.body.innerText.slice(0, 1500)")
            raise AssertionError(f"never became true: {condition}\nfaults: {self.faults}\npage: {seen}") from error

    async def text(self, selector: str) -> str:
        """Its words as they are seen. What is laid out late (`content-visibility`) has words before it is seen."""
        return str(
            await self.run(
                f"(node => node.innerText || node.textContent)(document.querySelector({json.dumps(selector)}))"
            )
        )

    async def click(self, selector: str) -> None:
        """A real press of the mouse in the middle of an element."""
        script = f"""(() => {{
            const node = document.querySelector({json.dumps(selector)});
            node.scrollIntoView({{ block: "center" }});
            const box = node.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()"""
        x, y = await self.run(script)
        await self.press(x, y)

    async def press(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def key(self, name: str, code: int) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            await self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)

    async def screenshot(self, path: Path, *, whole: bool = False) -> None:
        shot = await self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))


ON_PIPES = """
import fcntl, os, sys
theirs = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for number, pipe in zip((3, 4), theirs):
    os.dup2(pipe, number)
os.execvp(sys.argv[3], sys.argv[3:])
"""
"""Becomes the browser, with the pipes where it looks for them."""


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Browser]:
    """A fresh Chromium with a profile of its own."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program is not None
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()
    command = (str(program), *FLAGS, f"--user-data-dir={profile}", "about:blank")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ON_PIPES, str(to_browser), str(to_us), *command),
        pass_fds=(to_browser, to_us),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(to_browser)
    os.close(to_us)
    reader = asyncio.StreamReader(limit=LIMIT)
    pipe = os.fdopen(from_browser, "rb", 0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    browser = Browser(process, reader, from_us)
    try:
        yield browser
    finally:
        os.close(from_us)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its own group: the browser and its helpers, nothing else
        await process.wait()
        browser._reading.cancel()
        await asyncio.gather(browser._reading, return_exceptions=True)
        transport.close()
