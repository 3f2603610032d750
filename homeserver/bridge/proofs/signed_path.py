"""Addresses that carry their own proof, for what cannot send a header: `<img src>`, a speaker that fetches a sound.

`sign` makes `PATH?...&authSig=TOKEN`, as Home Assistant's `auth/sign_path` does; the token holds the path, the
parameters, whose proof it stands for and when it ends. It opens that very address for reading, and nothing when the
proof has ended.
"""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from homeserver.bridge.identity import Identity
from homeserver.bridge.proofs.tokens import Tokens
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import Clock

PARAMETER: Final = "authSig"
LONGEST: Final = timedelta(days=1)
FREE: Final = frozenset({"width", "height"})
"""Parameters that whoever shows a picture adds by himself."""


class SignedPaths:
    """Makes and reads them."""

    def __init__(self, tokens: Tokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    def sign(self, path: str, identity: Identity, life: timedelta) -> str:
        """`path`, with parameters if it has some, signed for `life`, a day at most. Raises `Refusal`."""
        parts = urlsplit(path)
        if parts.scheme or parts.netloc or not parts.path.startswith("/") or not timedelta() < life <= LONGEST:
            raise Refusal("invalid", "Give a path of this home, such as /api/camera_proxy/camera.door.", "path")
        given = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != PARAMETER]
        claims = {"iss": identity.proof, "sub": identity.login, "kind": identity.kind, "path": parts.path}
        claims["params"] = _counted(given)  # type: ignore[assignment]
        token = self._tokens.make("path", claims, self._clock.now(), life)
        return f"{parts.path}?{urlencode([*given, (PARAMETER, token)])}"

    def read(self, path: str, query: str) -> Identity | None:
        """Whose address this is; None where it was not signed, or not like this. Ask then whether he is `alive`."""
        given = parse_qsl(query, keep_blank_values=True)
        tokens = [value for name, value in given if name == PARAMETER]
        claims: dict[str, Any] | None = None
        if len(tokens) == 1:
            claims = self._tokens.read("path", tokens[0], self._clock.now())
        if claims is None or claims.get("path") != path:
            return None
        rest = [pair for pair in given if pair[0] != PARAMETER]
        if claims.get("params") != _counted(rest):
            return None
        return Identity(claims["sub"], claims["iss"], claims["kind"])


def _counted(pairs: list[tuple[str, str]]) -> list[list[str]]:
    """The parameters that are signed, in an order of their own."""
    return sorted([name, value] for name, value in pairs if name not in FREE)
