"""The live page: files that are served as they are; no build step, no outside resource, nothing of the home in them.

`PAGE` maps each address to its file. They are read once; an etag lets a browser keep them.
"""

import hashlib
from collections.abc import Mapping
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
_FILES: Final = (
    "page.css",
    "page.js",
    "controls.js",
    "detail.js",
    "dom.js",
    "feed.js",
    "forms.js",
    "glance.js",
    "home.js",
    "icons.js",
    "pictures.js",
    "ranges.js",
    "rooms.js",
    "rows.js",
    "tiles.js",
    "widgets.js",
    "wishes.js",
    "words.js",
    "icon.svg",
)
PAGE: Final[Mapping[str, str]] = {"/": "index.html", **{f"/{name}": name for name in _FILES}}


@record
class PageFile:
    content: bytes
    media_type: str
    etag: str


@cache
def page_file(path: str) -> PageFile:
    """The file behind an address of `PAGE`."""
    content = (Path(__file__).parent / PAGE[path]).read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:20]
    return PageFile(content, _TYPES[Path(PAGE[path]).suffix], f'"{digest}"')
