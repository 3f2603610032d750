"""Blobs between processes: with one data folder as files, with two through a listener; for whom they were given."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from homeserver.runtime.blobs.blobs import GONE
from homeserver.runtime.blobs.listener import trusting
from homeserver.runtime.blobs.reading import Reader
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.house import House
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import MisdeclaredError, Worker, answers
from homeserver.topics.blob import LIFE, AskBlob, Blob, BlobAddress, blob_address
from homeserver.topics.call import Call, Caller, CallError
from tests.runtime.sums import asker, the_house

CONTENT = bytes(range(256)) * 4000


class Find(BaseModel):
    """Find a film."""

    path: str


FIND = Call("films", "find", Find, Blob, role="guest")


class Films(Worker):
    name = "films"

    @answers(FIND)
    async def find(self, request: Find, caller: Caller) -> Blob:
        return await self.house.blob(caller, self.house.folder / "films", request.path)


def films(house: House) -> Films:
    return Films(house)


class Ground:
    """`films` in one process; who fetches is in another, with the same data folder or one of its own."""

    def __init__(self, there: Rehearsal, here: Rehearsal) -> None:
        self.there = there
        self.house = the_house(here, "asker")

    async def find(self, path: str = "a/b.mkv") -> Blob:
        return await self.house.call(FIND, Find(path=path))

    async def open(self, blob: Blob, login: str = "process.other") -> Reader:
        return await self.house.open_blob(blob, login)


@asynccontextmanager
async def grounds(folder: Path, *, apart: bool) -> AsyncIterator[Ground]:
    broker, clock = MemoryBroker(), VirtualClock()
    (folder / "films" / "a").mkdir(parents=True)
    (folder / "films" / "a" / "b.mkv").write_bytes(CONTENT)
    (folder / "films" / "empty").touch()
    other = folder / "elsewhere" if apart else folder
    other.mkdir(exist_ok=True)
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(Rehearsal(films, broker=broker, clock=clock, folder=folder))
        here = await stack.enter_async_context(
            Rehearsal(asker, broker=broker, clock=clock, folder=other, process="other")
        )
        yield Ground(there, here)


@pytest.fixture(params=["together", "apart"])
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ground]:
    async with grounds(tmp_path, apart=request.param == "apart") as made:
        yield made


@pytest.fixture
async def apart(tmp_path: Path) -> AsyncIterator[Ground]:
    async with grounds(tmp_path, apart=True) as made:
        yield made


async def read(reader: Reader, start: int = 0, end: int | None = None) -> bytes:
    async with reader:
        return b"".join([chunk async for chunk in reader.read(start, reader.facts.length if end is None else end)])


async def test_a_blob_tells_what_it_is_and_where(ground: Ground) -> None:
    blob = await ground.find()
    assert (blob.worker, blob.path, blob.length) == ("films", "a/b.mkv", len(CONTENT))
    assert (blob.media_type, blob.filename) == ("video/x-matroska", "b.mkv")
    assert blob.url == f"/api/blobs/films/{blob.id}"


@pytest.mark.parametrize(
    "part", [(0, None), (0, 1), (1000, 1001), (255_999, 700_001), (len(CONTENT) - 1, None), (5, 5)]
)
async def test_it_is_read_in_whole_and_in_part(ground: Ground, part: tuple[int, int | None]) -> None:
    blob = await ground.find()
    assert await read(await ground.open(blob), *part) == CONTENT[part[0] : part[1]]


async def test_only_who_shares_the_folder_opens_the_file_itself(tmp_path: Path) -> None:
    for apart in (False, True):
        async with grounds(tmp_path / str(apart), apart=apart) as ground:
            async with await ground.open(await ground.find()) as reader:
                assert (reader.file is None) is apart
            assert bool(ground.there.process.blobs._listener.begin) is apart, "it listens only where it must"


async def test_an_empty_file_is_a_blob(ground: Ground) -> None:
    assert await read(await ground.open(await ground.find("empty"))) == b""


async def gone(opening: Any) -> None:
    with pytest.raises(CallError, match=GONE) as caught:
        await opening
    assert caught.value.error.code == "not_found"


async def test_it_is_for_nobody_else(ground: Ground) -> None:
    blob = await ground.find()
    await gone(ground.open(blob, "person.ben"))
    await gone(ground.open(blob.model_copy(update={"id": blob.id[:-2] + "AA"})))
    await gone(ground.open(blob.model_copy(update={"id": ""})))


async def test_it_is_for_half_a_day_and_not_for_what_the_file_became(ground: Ground) -> None:
    blob = await ground.find()
    ground.there.clock._elapsed += LIFE - 1
    await read(await ground.open(blob))
    ground.there.clock._elapsed += 2
    await gone(ground.open(blob))
    blob = await ground.find()
    (ground.there.folder / "films" / "a" / "b.mkv").write_bytes(b"another film")
    await gone(ground.open(blob))


async def test_what_is_no_file_below_the_root_is_not_given(ground: Ground) -> None:
    (ground.there.folder / "films" / "key").symlink_to(ground.there.folder / "blob-key")
    for path in ("../blob-key", "key", "a", "nothing", "/etc/passwd"):
        with pytest.raises(CallError, match="there is no such file"):
            await ground.find(path)


async def test_persons_are_not_told_where_files_are(ground: Ground) -> None:
    blob = await ground.find()
    calls = ground.there.process.calls
    with pytest.raises(CallError, match="the blob's url says where"):
        await calls.ask("films", "blob_address", {"id": blob.id, "login": "process.other"}, login="person.owner")


async def test_a_process_elsewhere_cannot_name_a_file_of_this_machine(tmp_path: Path) -> None:
    """A worker of somebody else's that says `people.db` is its blob: without the key of the folder that is no word."""
    async with grounds(tmp_path, apart=True) as ground:
        blobs = ground.there.process.blobs

        async def lie(worker: str, verb: str, args: dict[str, Any]) -> BlobAddress:
            told = await blobs.address("films", AskBlob.model_validate(args), Caller("process.other", "owner", None))  # type: ignore[arg-type]
            return told.model_copy(update={"root": str(tmp_path)}) if args["here"] else told

        blob = await ground.find()
        async with await ground.there.process.blobs.open(lie, "films", blob.id, "process.other") as reader:
            assert reader.file is None


# -- the listener


async def ask_raw(address: BlobAddress, request: bytes) -> bytes:
    host, port = (address.url or "").split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=trusting(address.certificate or ""))
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def address_of(ground: Ground) -> BlobAddress:
    blob = await ground.find()
    call = blob_address("films")
    return await ground.house.call(call, AskBlob(id=blob.id, login="process.other", here=False))


async def test_the_listener_answers_its_own_addresses_for_a_minute(apart: Ground) -> None:
    address = await address_of(apart)
    word = (address.url or "").rpartition("/")[2]
    good = f"GET /{word} HTTP/1.1\r\nhost: x\r\nRange: bytes=3-5\r\n\r\n".encode()
    answer = await ask_raw(address, good)
    assert answer.startswith(b"HTTP/1.1 206 ")
    assert answer.endswith(b"\r\n\r\n\x03\x04\x05")
    for bad in (
        good.replace(b"GET", b"PUT"),
        good.replace(word.encode(), word.encode()[:-3] + b"AAA"),
        good.replace(word.encode(), b"../blob-key"),
        b"\r\n\r\n",
    ):
        assert (await ask_raw(address, bad)).startswith(b"HTTP/1.1 404 ")
    assert await ask_raw(address, b"x" * 40_000) == b""
    apart.there.clock._elapsed += 61
    assert (await ask_raw(address, good)).startswith(b"HTTP/1.1 404 ")


async def test_nobody_else_is_taken_for_the_listener(apart: Ground) -> None:
    address = await address_of(apart)
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection("127.0.0.1", int((address.url or "").split(":")[2].split("/")[0]), ssl=True)


async def test_an_end_on_the_way_is_an_error_and_not_a_short_file(apart: Ground) -> None:
    reader = await apart.open(await apart.find())
    parts = reader.read(0, len(CONTENT))
    await anext(parts)
    os.truncate(apart.there.folder / "films" / "a" / "b.mkv", 300_000)
    with pytest.raises(CallError, match="stopped sending"):
        [part async for part in parts]
    await apart.there.process.blobs.close()
    with pytest.raises(CallError, match="cannot be reached"):
        await read(reader)


def test_the_verb_is_the_platforms() -> None:
    with pytest.raises(MisdeclaredError, match="the platform answers"):

        class Clash(Worker):
            name = "clash"

            @answers(blob_address("clash"))
            async def mine(self, request: AskBlob, caller: Caller) -> BlobAddress:
                raise NotImplementedError
