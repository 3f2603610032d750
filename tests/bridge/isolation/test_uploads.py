"""Uploads in pieces: each is there for who began it, and for everybody else as if there were none."""

from tests.bridge.isolation.checks import Count
from tests.bridge.isolation.house import USERS, House
from tests.bridge.isolation.test_http import EVERYBODY, shape

PATH, TUS = "/api/uploads/resumable", {"tus-resumable": "1.0.0"}
PIECE = {**TUS, "content-type": "application/offset+octet-stream", "upload-offset": "0"}
NOTHING = "0" * 24


async def test_uploads_are_ones_own(house: House, count: Count) -> None:
    for owner in USERS:
        async with house.rest(owner) as client:
            begun = await house.during(client.post(PATH, headers={**TUS, "upload-length": "5"}))
            count.check(begun.status_code == 201, owner, begun.text)
            where = begun.headers["location"]
            finished = await house.during(client.post(PATH, headers={**PIECE, "upload-length": "2"}, content=b"hi"))
            count.check(finished.status_code == 201, owner, finished.text)
        for who in EVERYBODY:
            for place in (where, finished.headers["location"]) if who != owner else ():
                await _looked(house, who, place, count)
        async with house.rest(owner) as client:
            left = await house.during(client.head(where, headers=TUS))
            count.check(left.headers["upload-offset"] == "0", owner, "somebody else changed it")
            count.check((await house.during(client.patch(where, headers=PIECE, content=b"hello"))).status_code == 204)
            count.check((await house.during(client.get(where))).json()["length"] == 5, owner)


async def _looked(house: House, who: str, where: str, count: Count) -> None:
    """What is not his is answered as what there is not."""
    id = where.rpartition("/")[2]
    async with house.rest(who) as client:
        for method, content in (("HEAD", b""), ("GET", b""), ("PATCH", b"evil"), ("DELETE", b"")):
            told = []
            for one in (id, NOTHING):
                asking = client.request(method, f"{PATH}/{one}", headers=PIECE, content=content)
                told.append(shape(await house.during(asking), one, one))
            count.check(told[0][0] == (404 if who in USERS else 401), who, method, told)
            count.check(told[0] == told[1], who, method, told)
