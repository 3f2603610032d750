"""The pages for signing in and for the first start: plain files, no build, nothing of the home in them."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from homeserver.topics.record import record

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_PAGE: Final = "index.html"


@record
class PageFile:
    content: bytes
    media_type: str
    etag: str


@cache
def page_file(path: str) -> PageFile:
    """The file behind an address of `addresses.FILES`; those that name no file are the page."""
    name = Path(path).name if Path(path).suffix else _PAGE
    content = (Path(__file__).parent / name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:20]
    return PageFile(content, _TYPES[Path(name).suffix], f'"{digest}"')
