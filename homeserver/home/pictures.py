"""Cameras and images: pictures that come as the payload of a message, or as an address to fetch them from.

The picture itself goes to the gallery and never into a state. Facts: Home Assistant's documentation of MQTT camera and
MQTT image.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from homeserver.home.component import BINARY, Component, Reads
from homeserver.home.config import Config
from homeserver.home.events import moments
from homeserver.home.gallery import Picture
from homeserver.home.parsing import IGNORED, Parse
from homeserver.home.report import Unreadable

IDLE: Final = "idle"
_JPEG: Final = "image/jpeg"
_MAGIC: Final = ((b"\xff\xd8\xff", _JPEG), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"))
_LONGEST_URL: Final = 2000


def _content(config: Config) -> Callable[[bytes], bytes]:
    """The bytes of the picture in a payload; `image_encoding` b64 is the only other than none."""
    if config.word("image_encoding", "", ("", "b64")) == "":
        return lambda payload: payload

    def decode(payload: bytes) -> bytes:
        try:
            return b64decode(b"".join(payload.split()), validate=True)
        except (binascii.Error, ValueError):
            raise Unreadable("the picture is no base64") from None

    return decode


def _type(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((name for magic, name in _MAGIC if content.startswith(magic)), _JPEG)


def _frame(config: Config) -> Callable[[bytes], Any]:
    around, decode, key = config.around, _content(config), config.key

    def parse(payload: bytes) -> Any:
        if not (content := decode(payload)):
            return IGNORED
        around.gallery.keep(key, Picture(_type(content), around.now(), content))
        return IDLE

    return parse


def _image(config: Config) -> Callable[[bytes], Any]:
    around, decode, key, moment = config.around, _content(config), config.key, moments(config)
    content_type = config.text("content_type", _JPEG)

    def parse(payload: bytes) -> Any:
        if not (content := decode(payload)):
            return IGNORED
        around.gallery.keep(key, Picture(content_type, around.now(), content))
        return moment()

    return parse


def _address(config: Config) -> Parse:
    around, key, moment = config.around, config.key, moments(config)

    def parse(text: str) -> Any:
        url = text.strip()
        if not url:
            return IGNORED
        if len(url) > _LONGEST_URL or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise Unreadable(f"{url[:60]!r} is no address of a picture: it must begin with http:// or https://")
        around.gallery.keep(key, Picture(None, around.now(), url=url))
        return moment()

    return parse


CAMERA: Final = Component(
    domain="camera",
    names="Camera",
    needs=("topic",),
    reads=(Reads("topic", BINARY, _frame, shared=True),),
    initial=IDLE,
)

IMAGE: Final = Component(
    domain="image",
    names="Image",
    needs=("image_topic|url_topic",),
    reads=(
        Reads("image_topic", BINARY, _image, shared=True),
        Reads("url_topic", "url_template", _address, shared=True),
    ),
)
