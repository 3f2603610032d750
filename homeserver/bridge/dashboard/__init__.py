"""The dashboard: its source is TypeScript, `npm run build` makes `dist/` of it, and this serves what is there.

Nothing of the home stands in these files. Every page is one document that asks the bridge; the address only tells it
which page to show. Files with a hash in their name may be kept for ever, the others are asked for anew by their etag.
The build has packed what is worth it. `serve(path)` gives a file, or None where there is none; what was not built is
told in a sentence.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from homeserver.topics.record import record

DIST: Final = Path(__file__).parent / "dist"
PAGES: Final = ("room", "devices", "rules", "people", "account", "audit", "system", "calls", "page")
"""First parts of the addresses that show a page; `source/pages/pages.ts` has the same."""
ADDRESSES: Final = (
    *(
        "/",
        "/assets/{name}",
        "/icon.svg",
        "/icon-192.png",
        "/icon-512.png",
        "/manifest.webmanifest",
        "/service-worker.js",
    ),
    *(f"/{page}" for page in PAGES),
    *(f"/{page}/{{rest:path}}" for page in PAGES),
)
"""Routes of all that is served here."""
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_UNBUILT: Final = (
    "The dashboard is not built, so there is no page here; the interface under /api/ works.\n"
    "To build it: `make up`, or `npm ci && npm run build` in homeserver/bridge/dashboard with Node 20.19 or newer.\n"
)


@record
class File:
    """`packed` is the same in gzip, where that is smaller; `lasting`: its address stands for just this content."""

    content: bytes
    packed: bytes | None
    media_type: str
    etag: str
    lasting: bool
    status: int = 200

    @property
    def headers(self) -> dict[str, str]:
        kept = {"cache-control": _FOR_EVER if self.lasting else "no-cache"}
        return {"etag": self.etag, **kept, **({"vary": "accept-encoding"} if self.packed else {})}


def serve(path: str) -> File | None:
    """The file behind an address of the dashboard."""
    files = built()
    first = path.split("/", 2)[1] if path.startswith("/") else None
    if first == "" or first in PAGES:
        return files.get("/index.html") or _unbuilt()
    return files.get(path) if path != "/index.html" else None


@cache
def built() -> Mapping[str, File]:
    """All files of the build by address, read once."""
    paths = sorted(path for path in DIST.rglob("*") if path.suffix in _TYPES) if DIST.is_dir() else []
    return {f"/{path.relative_to(DIST).as_posix()}": _read(path) for path in paths}


def _read(path: Path) -> File:
    packed = path.with_name(f"{path.name}.gz")
    return _file(
        path.read_bytes(),
        _TYPES[path.suffix],
        packed.read_bytes() if packed.exists() else None,
        lasting=path.parent.name == "assets",
    )


def _file(content: bytes, media_type: str, packed: bytes | None = None, *, lasting: bool = False) -> File:
    smaller = packed if packed and len(packed) < len(content) else None
    return File(content, smaller, media_type, f'"{hashlib.sha256(content).hexdigest()[:20]}"', lasting)


@cache
def _unbuilt() -> File:
    content = _UNBUILT.encode()
    return File(content, None, "text/plain; charset=utf-8", '"unbuilt"', lasting=False, status=503)
