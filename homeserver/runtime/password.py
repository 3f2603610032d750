"""Salted hashes of login secrets, in the form that Mosquitto's password file has.

`$7$rounds$salt$hash` is PBKDF2-HMAC-SHA512, salt and hash in base64. Every secret is 32 random bytes, which no
number of rounds makes harder to guess: the rounds only have to please Mosquitto.
"""

import base64
import hashlib
import hmac
import secrets
from functools import cache

ROUNDS = 101  # Mosquitto 2.0's own default
SALT_BYTES = 12  # the only length that Mosquitto 2.0 reads


def fresh_secret() -> str:
    return secrets.token_urlsafe(32)


def hashed(secret: str, salt: bytes | None = None) -> str:
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def verify(stored: str, secret: str) -> bool:
    """Compare a secret with its stored hash in constant time."""
    salt = base64.b64decode(stored.split("$")[3])
    return hmac.compare_digest(stored, hashed(secret, salt))


@cache
def nobody() -> str:
    """A hash that no secret has: an unknown login must cost as much time as a known one."""
    return hashed(fresh_secret())
