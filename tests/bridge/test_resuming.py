"""Uploads in pieces, as the protocol tus says: what came stays over broken connections and kills of the home."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest

from homeserver.bridge.resumable import MOST
from homeserver.bridge.resuming import PATH, PIECE
from homeserver.bridge.staging import LIFE
from tests.bridge.test_files import CONTENT, Desk, desk, weigh
from tests.ports import free_port
from tests.runtime.ground import until

__all__ = ["desk"]
TUS = {"tus-resumable": "1.0.0"}
HALF = len(CONTENT) // 2


def metadata(**facts: str) -> str:
    return ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in facts.items())


async def begin(desk: Desk, length: int = len(CONTENT), **more: str) -> str:
    """Where the pieces go."""
    headers = {**TUS, "upload-length": str(length), "upload-metadata": metadata(filename="Groß.bin", **more)}
    answer = await desk.client.post(PATH, headers=headers)
    assert (answer.status_code, answer.headers["tus-resumable"]) == (201, "1.0.0"), answer.text
    return answer.headers["location"]


async def piece(desk: Desk, where: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
    told = {**TUS, "content-type": PIECE, "upload-offset": str(offset), **headers}
    return await desk.client.patch(where, content=content, headers=told)


async def came(desk: Desk, where: str) -> int:
    answer = await desk.client.head(where, headers=TUS)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return int(answer.headers["upload-offset"])


async def test_a_file_comes_in_pieces_and_is_handed_to_a_call(desk: Desk) -> None:
    where = await begin(desk, filetype="video/mp4")
    assert await came(desk, where) == 0
    first = await piece(desk, where, 0, CONTENT[:HALF])
    assert (first.status_code, first.headers["upload-offset"]) == (204, str(HALF))
    assert "GMT" in first.headers["upload-expires"]
    early = await desk.client.get(where)
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    assert (await piece(desk, where, HALF, CONTENT[HALF:])).headers["upload-offset"] == str(len(CONTENT))
    assert await came(desk, where) == len(CONTENT)
    blob = (await desk.client.get(where)).json()
    assert (blob["filename"], blob["media_type"], blob["length"]) == ("Groß.bin", "video/mp4", len(CONTENT))
    assert blob["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert (await weigh(desk, blob)).json() == {"sha256": blob["sha256"]}
    assert desk.staged() == {blob["path"], f"{blob['path']}.json"}


async def test_what_is_spoken_here_is_told(desk: Desk) -> None:
    said = (await desk.client.request("OPTIONS", PATH)).headers
    assert (said["tus-version"], said["tus-max-size"]) == ("1.0.0", "3000000")
    assert set(said["tus-extension"].split(",")) == {"creation", "creation-with-upload", "expiration", "termination"}
    for headers in ({}, {"tus-resumable": "0.2.2"}):
        answer = await desk.client.post(PATH, headers={**headers, "upload-length": "5"})
        assert (answer.status_code, answer.headers["tus-version"]) == (412, "1.0.0")


async def test_the_first_piece_may_come_at_once(desk: Desk) -> None:
    headers = {**TUS, "upload-length": str(len(CONTENT)), "content-type": PIECE}
    answer = await desk.client.post(PATH, headers=headers, content=CONTENT[:HALF])
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(HALF))
    empty = await desk.client.post(PATH, headers={**TUS, "upload-length": "0"})
    assert (await desk.client.get(empty.headers["location"])).json()["length"] == 0


async def test_a_piece_that_does_not_fit_is_told_where_to_go_on(desk: Desk) -> None:
    where = await begin(desk)
    await piece(desk, where, 0, CONTENT[:HALF])
    for offset in (0, HALF - 1, HALF + 1):
        answer = await piece(desk, where, offset, b"x")
        assert (answer.status_code, answer.headers["upload-offset"]) == (409, str(HALF)), answer.text
    assert (await piece(desk, where, HALF, CONTENT[HALF:] + b"x")).status_code == 413
    assert await came(desk, where) <= len(CONTENT)


REFUSED: list[tuple[dict[str, str], int]] = [
    ({"upload-length": "-1"}, 400),
    ({"upload-length": "many"}, 400),
    ({}, 400),
    ({"upload-length": "3000001"}, 413),
    ({"upload-length": "5", "upload-metadata": "filename !!"}, 400),
]


@pytest.mark.parametrize(("headers", "status"), REFUSED, ids=str)
async def test_what_cannot_be_begun_is_told(desk: Desk, headers: dict[str, str], status: int) -> None:
    assert (await desk.client.post(PATH, headers={**TUS, **headers})).status_code == status
    assert desk.staged() == set()


async def test_what_is_no_piece_is_refused(desk: Desk) -> None:
    where = await begin(desk)
    wrong = await desk.client.patch(where, content=b"x", headers={**TUS, "upload-offset": "0"})
    assert wrong.status_code == 415
    assert (await piece(desk, where, 0, b"x", **{"upload-offset": "zero"})).status_code == 400
    assert (await piece(desk, f"{PATH}/{'0' * 24}", 0, b"x")).status_code == 404
    assert (await piece(desk, f"{PATH}/..%2f..%2fhttp-token", 0, b"x")).status_code in (404, 405)


async def test_room_is_kept_for_what_was_begun(desk: Desk) -> None:
    await begin(desk, 2_900_000)
    answer = await desk.client.post(PATH, headers={**TUS, "upload-length": "2200000"})
    assert answer.status_code == 413
    assert (await desk.upload(b"x" * 2_200_000)).status_code == 413
    for _ in range(MOST - 1):
        await begin(desk, 5)
    assert (await desk.client.post(PATH, headers={**TUS, "upload-length": "5"})).status_code == 413


async def test_an_upload_is_his_who_began_it(desk: Desk) -> None:
    where = await begin(desk)
    uploads, id = desk.bridge.resuming.uploads, where.rpartition("/")[2]
    assert uploads.find(id, "person.owner") is not None
    assert uploads.find(id, "person.ben") is None
    desk.client.headers.pop("authorization")
    for method in ("HEAD", "PATCH", "DELETE", "GET"):
        assert (await desk.client.request(method, where, headers=TUS)).status_code == 401


async def test_who_gives_up_leaves_nothing_and_so_does_who_forgets(desk: Desk) -> None:
    where = await begin(desk)
    assert (await desk.client.delete(where, headers=TUS)).status_code == 204
    assert (await desk.client.head(where, headers=TUS)).status_code == 404
    old, young = await begin(desk), await begin(desk)
    for name in desk.staged():
        if name.startswith(old.rpartition("/")[2]):
            os.utime(desk.bridge.staging.folder / name, (time.time() - LIFE - 5,) * 2)
    await desk.bridge.sweep()
    assert (await desk.client.head(old, headers=TUS)).status_code == 404
    assert await came(desk, young) == 0


async def test_what_came_over_a_connection_that_broke_stays(desk: Desk) -> None:
    where = await begin(desk)
    await desk.bridge.listener.up.wait()
    _, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    head = [
        f"PATCH {where} HTTP/1.1",
        f"host: 127.0.0.1:{desk.port}",
        f"authorization: Bearer {desk.token}",
        f"tus-resumable: 1.0.0\r\nupload-offset: 0\r\ncontent-type: {PIECE}\r\ncontent-length: {len(CONTENT)}",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode() + CONTENT[:HALF])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    [rest] = [path for path in desk.bridge.staging.folder.iterdir() if path.suffix == ".rest"]
    await until(lambda: rest.stat().st_size == HALF)
    assert await came(desk, where) == HALF
    assert (await piece(desk, where, HALF, CONTENT[HALF:])).status_code == 204
    assert (await desk.client.get(where)).json()["sha256"] == hashlib.sha256(CONTENT).hexdigest()


async def test_another_piece_ends_one_that_hangs(desk: Desk) -> None:
    where = await begin(desk)
    await desk.bridge.listener.up.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    head = f"PATCH {where} HTTP/1.1\r\nhost: 127.0.0.1:{desk.port}\r\nauthorization: Bearer {desk.token}\r\n"
    more = f"tus-resumable: 1.0.0\r\nupload-offset: 0\r\ncontent-type: {PIECE}\r\ncontent-length: 100\r\n\r\n"
    writer.write(f"{head}{more}".encode() + b"x" * 10)
    await until(lambda: bool(desk.bridge.resuming.uploads._busy))
    answer = await piece(desk, where, 0, CONTENT)
    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "10")
    assert await reader.readline() == b"HTTP/1.1 409 Conflict\r\n"
    writer.close()
    await writer.wait_closed()


class Program:
    """A home as a process of its own, which can be killed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._running: subprocess.Popen[bytes] | None = None

    async def start(self) -> httpx.AsyncClient:
        arguments = [sys.executable, "-m", "tests.bridge.staging", str(self.folder), str(self._port)]
        self._running = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        token = self.folder / "http-token"
        await until(token.exists, 30)
        headers: dict[str, Any] = {"authorization": f"Bearer {token.read_text().strip()}", **TUS}
        client = httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=60)
        for _ in range(300):
            try:
                await client.get("/api/config")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return client
        raise AssertionError("it does not listen")

    def kill(self) -> None:
        if self._running is not None:
            self._running.send_signal(signal.SIGKILL)
            self._running.wait()
            self._running = None


async def test_a_home_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    home, content = Program(tmp_path, free_port()), os.urandom(20 << 20)
    try:
        async with aclosing(await home.start()) as client:
            begun = await client.post(PATH, headers={"upload-length": str(len(content))})
            where = begun.headers["location"]

            async def drops() -> Any:
                for start in range(0, len(content), 1 << 16):
                    yield content[start : start + (1 << 16)]
                    if start > len(content) // 2:
                        home.kill()

            told = {"upload-offset": "0", "content-type": PIECE}
            with pytest.raises(httpx.TransportError):
                await client.patch(where, content=drops(), headers=told)
        async with aclosing(await home.start()) as client:
            offset = int((await client.head(where)).headers["upload-offset"])
            assert 1 << 20 < offset < len(content)
            told = {"upload-offset": str(offset), "content-type": PIECE}
            assert (await client.patch(where, content=content[offset:], headers=told)).status_code == 204
            assert (await client.get(where)).json()["sha256"] == hashlib.sha256(content).hexdigest()
    finally:
        home.kill()
