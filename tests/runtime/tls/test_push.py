"""Encryption of pushed messages: the RFC's own example, another implementation, and what is refused."""

import base64

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from homeserver.runtime.tls.push import LARGEST, b64, check_keys, encrypt, new_key, public_point, unb64

# RFC 8291, appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SERVER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def pem(scalar: str) -> str:
    key = ec.derive_private_key(int.from_bytes(unb64(scalar), "big"), ec.SECP256R1())
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def test_the_example_of_the_rfc() -> None:
    assert b64(encrypt(PLAIN, P256DH, AUTH, pem(SERVER), unb64(SALT))) == BODY


@pytest.mark.parametrize("length", [0, 1, 1000, LARGEST])
def test_another_implementation_reads_it(length: int) -> None:
    theirs = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PublicFormat.UncompressedPoint
    point = b64(theirs.public_key().public_bytes(serialization.Encoding.X962, form))
    body = encrypt(b"n" * length, point, AUTH)
    assert len(body) <= 4096
    read = http_ece.decrypt(body, private_key=theirs, auth_secret=unb64(AUTH), version="aes128gcm")
    assert read == b"n" * length
    assert encrypt(b"n" * length, point, AUTH) != body, "keys and salt are new each time"


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="3993 bytes, not 3994"):
        encrypt(b"n" * (LARGEST + 1), P256DH, AUTH)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        ("AAAA", AUTH),
        (b64(b"\x04" + b"\x01" * 64), AUTH),  # no point of the curve
        (P256DH, "AAAA"),
        (P256DH, "not base64!"),
        ("é" * 87, AUTH),
    ],
)
def test_what_are_no_keys(p256dh: str, auth: str) -> None:
    check_keys(P256DH, AUTH)
    with pytest.raises(ValueError, match=r"."):
        check_keys(p256dh, auth)


def test_a_key_of_the_home() -> None:
    point = public_point(new_key())
    assert len(point) == 65
    assert point[0] == 4
    assert unb64(b64(point)) == point
    assert base64.urlsafe_b64decode(b64(point) + "=") == point
