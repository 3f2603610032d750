"""What a phone and the home say to each other, encrypted: NaCl's secret box (XSalsa20 and Poly1305), in base64.

The format is that of Home Assistant's `mobile_app`: https://developers.home-assistant.io/docs/api/native-app-integration.
The secret is 64 hexadecimal digits; older apps take the first 32 of them, as letters, for the key. The answer is
encrypted as the question was. Keeps nothing.
"""

from typing import Any, Final

import orjson
from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from homeserver.topics.record import record

LETTERS: Final = SecretBox.KEY_SIZE


class SealError(ValueError):
    """What came cannot be decrypted, or is no JSON."""


@record
class Seal:
    """One way to make a key of the secret. `legacy`: its letters are the key."""

    secret: str
    legacy: bool = False

    def _box(self) -> SecretBox:
        key = self.secret.encode()[:LETTERS] if self.legacy else bytes.fromhex(self.secret)
        return SecretBox(key)

    def open(self, sealed: str) -> Any:
        """What was said, as JSON; raises `SealError`."""
        try:
            return orjson.loads(self._box().decrypt(sealed.encode("ascii"), encoder=Base64Encoder))
        except (CryptoError, ValueError, TypeError) as error:
            raise SealError("it cannot be decrypted") from error

    def close(self, body: bytes) -> str:
        """`body`, encrypted."""
        return bytes(self._box().encrypt(body, encoder=Base64Encoder)).decode("ascii")


def opened(secret: str, sealed: str) -> tuple[Any, Seal]:
    """What was said, and how to answer it; raises `SealError`."""
    for seal in (Seal(secret), Seal(secret, legacy=True)):
        try:
            return seal.open(sealed), seal
        except SealError:
            continue
    raise SealError("it cannot be decrypted with the secret of this phone")
