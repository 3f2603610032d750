"""Bytes that a worker keeps, as calls speak of them: never the bytes themselves, which go past MQTT.

A `Blob` in a reply is made by `house.blob` for one caller and nobody else; as an argument it is one that this caller
was given, such as what he uploaded. Its `id` is opaque: only the process that made it can read it, and only while it
runs. How the bytes travel: docs/decisions/0036.
"""

from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from homeserver.topics.call import Call

_LONGEST: Final = 4_096
_LONGEST_PART: Final = 255
LONGEST_ID: Final = 12_000


def storage_path(text: str) -> str:
    """Check a path below a folder that is named elsewhere: levels joined by `/`, none empty, `.` or `..`, no control
    characters; raises ValueError. That no level is a link, whoever opens it checks."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise ValueError("a path must be text that UTF-8 can hold") from error
    levels = text.split("/")
    if not text or size > _LONGEST or any(len(level.encode()) > _LONGEST_PART for level in levels):
        raise ValueError(f"a path has 1 to {_LONGEST} bytes, each of its levels {_LONGEST_PART} at most")
    if any(level in ("", ".", "..") for level in levels) or "\\" in text or not text.isprintable():
        raise ValueError("a path is relative, without empty levels, `.`, `..`, backslashes and control characters")
    return text


StoragePath = Annotated[str, AfterValidator(storage_path)]
"""A path relative to a folder of its worker."""


class Blob(BaseModel):
    """Bytes that `worker` keeps. `length` in bytes; `etag` changes with the content; `url`, relative to the bridge,
    serves them to whom they were given for `LIFE` seconds, with ranges, and with `?download` as a file to be saved."""

    model_config = ConfigDict(frozen=True)

    worker: str = Field(max_length=64)
    id: str = Field(max_length=LONGEST_ID)
    path: StoragePath
    media_type: str = Field(max_length=200)
    length: int = Field(ge=0)
    etag: str = Field(max_length=200)
    modified: datetime
    filename: str = Field(max_length=255)
    url: str = ""


LIFE: Final = 12 * 3600.0
"""Seconds for which a blob can be fetched after it was given."""


class AskBlob(BaseModel):
    """Where the bytes of a blob are, asked by a process of the home for `login`, to whom it was given. `here`: the
    folder will do, if both share the data folder; else an address to fetch them from is wanted."""

    id: str = Field(max_length=LONGEST_ID)
    login: str
    here: bool = True


class BlobAddress(BaseModel):
    """`root` and its `seal`, which only who shares the data folder can make and check; or `url` with the `certificate`
    (PEM) of who answers there, good for one minute."""

    path: StoragePath
    media_type: str
    length: int
    etag: str
    modified: datetime
    filename: str
    root: str | None = None
    seal: str | None = None
    url: str | None = None
    certificate: str | None = None


ADDRESS: Final = "blob_address"


def blob_address(worker: str) -> Call[AskBlob, BlobAddress]:
    """The call by which processes fetch blobs of `worker`; every worker that answers calls answers it."""
    return Call(worker, ADDRESS, AskBlob, BlobAddress, role="owner", reads=True)
