"""Bytes of the home in a real browser: a download under its own name, and a film that is watched from its middle."""

from pathlib import Path
from typing import Any

import pytest

from tests.bridge.browser import Page
from tests.bridge.dashboard.household import Household
from tests.bridge.dashboard.visit import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

UPLOAD = """window.upload = async (name, body, kind) => {
    const answer = await fetch(`/api/uploads?filename=${encodeURIComponent(name)}`, {
        method: 'POST', body, headers: { 'content-type': kind } });
    return (await answer.json()).url;
}"""
SOUND = """window.sound = (seconds) => {
    // A WAVE file of silence, 44,100 samples a second, two channels of 16 bits
    const rate = 44100, length = seconds * rate * 4, head = new DataView(new ArrayBuffer(44));
    const words = (at, text) => [...text].forEach((sign, n) => head.setUint8(at + n, sign.charCodeAt(0)));
    words(0, 'RIFF'); head.setUint32(4, 36 + length, true); words(8, 'WAVEfmt '); head.setUint32(16, 16, true);
    head.setUint16(20, 1, true); head.setUint16(22, 2, true); head.setUint32(24, rate, true);
    head.setUint32(28, rate * 4, true); head.setUint16(32, 4, true); head.setUint16(34, 16, true);
    words(36, 'data'); head.setUint32(40, length, true);
    return new Blob([head.buffer, new ArrayBuffer(length)]);
}"""
FILM = """(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [160, 90];
    const paint = canvas.getContext('2d');
    let shade = 0;
    const painting = setInterval(() => {
        paint.fillStyle = `rgb(${shade++ % 255}, 90, 40)`;
        paint.fillRect(0, 0, 160, 90);
    }, 20);
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' }), parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.start();
    await new Promise((done) => setTimeout(done, 600));
    const ended = new Promise((done) => { recorder.onstop = done; });
    recorder.stop();
    await ended;
    clearInterval(painting);
    return upload('film.webm', new Blob(parts), 'video/webm');
})()"""
WATCH = """window.watch = async (url, from) => {
    const video = document.createElement('video');
    const happens = (what) => new Promise((done, fail) => {
        video.addEventListener(what, done, { once: true });
        video.addEventListener('error', () => fail(new Error(video.error?.message)), { once: true });
    });
    video.muted = true;
    video.preload = 'auto';
    document.body.append(video);
    const loaded = happens('loadeddata');
    video.src = url;
    await loaded;
    if (from) { const sought = happens('seeked'); video.currentTime = from; await sought; }
    const told = { at: video.currentTime, duration: video.duration, width: video.videoWidth, state: video.readyState };
    video.remove();
    return told;
}"""


class Traffic:
    """Answers that a page got for addresses of blobs: the status, and from which byte on."""

    def __init__(self, page: Page) -> None:
        self.answers: list[tuple[int, int]] = []
        self._hear, page.heard = page.heard, self._heard  # type: ignore[method-assign]  # looks over its shoulder

    def _heard(self, method: str, parameters: Any) -> None:
        if method == "Network.responseReceived" and "/api/blobs/" in parameters["response"]["url"]:
            response = parameters["response"]
            headers = {name.lower(): value for name, value in response["headers"].items()}
            start = headers.get("content-range", "bytes 0-").removeprefix("bytes ").partition("-")[0]
            self.answers.append((response["status"], int(start)))
        self._hear(method, parameters)


async def seated(household: Household) -> Page:
    page = await household.signed_in("bert", "/account")  # rooms have a camera without a picture, a 404 that comes late
    await page.until("document.querySelector('hs-account h1')")
    for script in (UPLOAD, SOUND, WATCH):
        await page.run(f"void ({script})")
    page.faults.clear()  # of the page itself: other tests look at it
    return page


async def test_a_long_sound_is_heard_from_its_middle_by_ranges(household: Household) -> None:
    page = await seated(household)
    url = await page.run("upload('long.wav', sound(180), 'audio/wav')")
    traffic = Traffic(page)
    told = await page.run(f"watch('{url}', 150)")
    assert told["at"] == pytest.approx(150, abs=0.1)
    assert told["duration"] == pytest.approx(180, abs=0.1)
    assert {status for status, _ in traffic.answers} == {206}
    begins = [start for _, start in traffic.answers]
    assert begins[0] == 0
    assert any(start > 140 * 44_100 * 4 for start in begins), "it went on reading instead of asking for the middle"
    assert page.faults == []


async def test_a_film_is_seen(household: Household) -> None:
    page = await seated(household)
    url = await page.run(FILM)
    told = await page.run(f"watch('{url}', 0)")
    assert (told["width"], told["state"] >= 2) == (160, True)
    assert page.faults == []


async def test_a_download_has_its_name_and_every_byte(household: Household, tmp_path: Path) -> None:
    page = await seated(household)
    content = bytes(range(256)) * 12_000
    name = "Größe & 100 %.bin"
    bytes_of = "new Uint8Array(256 * 12000).map((_, at) => at % 256)"
    url = await page.run(f"upload({name!r}, {bytes_of}, 'application/octet-stream')")
    await page.send("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    await page.run(f"void Object.assign(document.createElement('a'), {{ href: '{url}?download' }}).click()")
    await until(lambda: [path for path in tmp_path.iterdir() if not path.name.endswith(".crdownload")])
    [saved] = tmp_path.iterdir()
    assert saved.name == name
    assert saved.read_bytes() == content
    assert page.faults == []


async def test_nobody_else_sees_it(household: Household) -> None:
    page = await seated(household)
    url = await page.run("upload('mine.wav', sound(1), 'audio/wav')")
    other = await household.signed_in("carl", "/room")
    assert await other.run(f"fetch('{url}').then((answer) => answer.status)") == 404
