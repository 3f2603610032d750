"""Signed tokens: access tokens of programs (RFC 7519, HS256), signed addresses, and what known devices show.

Each names the proof that it comes from, and counts no longer than that one. The key is that of the data folder.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import jwt

ACCESS_LIFE: Final = timedelta(minutes=30)
Purpose = Literal["access", "path", "device"]
"""What a token is good for; one for another purpose is none."""
_ALGORITHM: Final = "HS256"
_LONGEST: Final = 4096


class Tokens:
    """`make` and `read`; what is signed stands in the claims."""

    def __init__(self, key: str) -> None:
        self._key = key

    def make(self, purpose: Purpose, claims: Mapping[str, Any], now: datetime, life: timedelta) -> str:
        issued = int(now.timestamp())
        times = {"iat": issued, "exp": issued + int(life.total_seconds())}
        return jwt.encode({**claims, **times, "aud": purpose}, self._key, _ALGORITHM)

    def read(self, purpose: Purpose, token: str, now: datetime) -> dict[str, Any] | None:
        """The claims of a token for this purpose that has not expired; None for anything else."""
        if not token or len(token) > _LONGEST:
            return None
        options: Any = {"require": ["exp", "iat", "aud"], "verify_exp": False, "verify_iat": False, "verify_iss": False}
        try:
            claims: dict[str, Any] = jwt.decode(token, self._key, [_ALGORITHM], audience=purpose, options=options)
        except (jwt.PyJWTError, ValueError):
            return None
        ends = claims["exp"]  # by the home's own clock, which tests move
        return claims if isinstance(ends, int) and now.timestamp() < ends else None
