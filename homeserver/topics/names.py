"""The names that may stand in an address, and how they are checked.

MQTT gives `+`, `#`, `/` and NUL a meaning of their own, so a name that came from outside is checked here
before it becomes a level of an address.
"""

import re
import secrets
import unicodedata
from typing import Final, Literal

Kind = Literal["process", "person", "device"]
"""What stands before the dot of a login."""

NAME: Final = re.compile(r"[a-z0-9_-]{1,32}")
OBJECT_ID: Final = re.compile(r"[a-z0-9_]{1,255}")
LOGIN: Final = re.compile(r"(process|person|device)\.[a-z0-9_-]{1,32}")
_UNDECOMPOSED: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "đ": "d", "ł": "l", "Ł": "L"}
)
"""Letters that Unicode does not decompose into a base letter and a mark."""
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")


class BadNameError(ValueError):
    """A name that may not stand in an address; the text says which and why."""


def login(text: str) -> str:
    """Check `kind.name` as a login; raises `BadNameError`."""
    if not LOGIN.fullmatch(text):
        raise BadNameError(f"{text!r} is no login: it must be process., person. or device. and a name of a-z 0-9 _ -")
    return text


def level(text: str) -> str:
    """Check one level of an address: not empty, no wildcard, no slash, no NUL; raises `BadNameError`."""
    if not text or any(c in text for c in "/+#\0") or len(text) > 255:
        raise BadNameError(f"{text!r} cannot be one level of a topic")
    return text


def split_entity(entity_id: str) -> tuple[str, str]:
    """`light.hall` -> `("light", "hall")`; raises `BadNameError`."""
    domain, dot, object_id = entity_id.partition(".")
    if not dot or not OBJECT_ID.fullmatch(domain) or not OBJECT_ID.fullmatch(object_id):
        raise BadNameError(f"{entity_id!r} is no entity id: it must look like light.hall_ceiling")
    return domain, object_id


def slug(text: str) -> str:
    """A word for an id out of any text: `Wohnzimmer (Süd)` -> `wohnzimmer_sud`; never empty."""
    return _NOT_A_WORD.sub("_", _ascii(text).lower()).strip("_")[:200] or "unnamed"


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED))
    return decomposed.encode("ascii", "ignore").decode()


def random_name(size: int = 8) -> str:
    """`size` random characters of 0-9 a-f."""
    return secrets.token_hex((size + 1) // 2)[:size]
