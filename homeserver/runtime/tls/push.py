"""What web push needs of cryptography: key pairs on the curve P-256, and the encryption of a message for one browser.

Sources: RFC 8291 (keys of a message), RFC 8188 (`aes128gcm`), RFC 8292 (the form of a server's key). Keeps nothing.
"""

import base64
import os
import struct
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LARGEST: Final = 3993
"""Bytes of a message that every push service must take: 4096 less head, mark and tag (RFC 8291, section 4)."""
_RECORD: Final = 4096
_POINT: Final = 65
_SECRET: Final = 16


def b64(raw: bytes) -> str:
    """Base64 for addresses, without padding: how push writes all bytes."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes; raises `ValueError`."""
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def new_key() -> str:
    """A private key on P-256, as PEM."""
    return _pem(ec.generate_private_key(ec.SECP256R1()))


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def public_point(pem: str) -> bytes:
    """The public point of a private key, uncompressed: 65 bytes. Raises `ValueError` where it is no such key."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("it is no private key on the curve P-256")
    return _bytes(key.public_key())


def _bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def check_keys(p256dh: str, auth: str) -> None:
    """Whether these can be a browser's; raises `ValueError` that says what is wrong."""
    _point(unb64(p256dh))
    if len(unb64(auth)) != _SECRET:
        raise ValueError(f"auth must be {_SECRET} bytes")


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    if len(raw) != _POINT:
        raise ValueError(f"p256dh must be an uncompressed point of {_POINT} bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def encrypt(message: bytes, p256dh: str, auth: str, key: str = "", salt: bytes = b"") -> bytes:
    """The body for one browser, of content encoding `aes128gcm`. `key` (PEM) and `salt` are made anew for each message;
    only the example of the RFC gives its own. Raises `ValueError` where the message is too long, or the keys are
    none."""
    if len(message) > LARGEST:
        raise ValueError(f"a message may have {LARGEST} bytes, not {len(message)}")
    theirs, salt = _point(unb64(p256dh)), salt or os.urandom(16)
    own = serialization.load_pem_private_key((key or new_key()).encode(), None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    ours = _bytes(own.public_key())
    shared = own.exchange(ec.ECDH(), theirs)
    seed = _derived(shared, unb64(auth), b"WebPush: info\0" + _bytes(theirs) + ours, 32)
    secret = _derived(seed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(seed, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(secret).encrypt(nonce, message + b"\x02", None)
    return salt + struct.pack(">IB", _RECORD, len(ours)) + ours + sealed


def _derived(seed: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(seed)
