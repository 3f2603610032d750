"""Why a client and a listener of ours did not agree on TLS, in the words of people. Pure."""

from typing import Final

_TOLD: Final = {
    "WRONG_VERSION_NUMBER": "it does not speak TLS",
    "HTTP_REQUEST": "it does not speak TLS",
    "UNSUPPORTED_PROTOCOL": "it knows only TLS before 1.2",
    "NO_SHARED_CIPHER": "it knows no cipher that is safe enough",
    "UNKNOWN_CA": "it does not trust this certificate and needs the authority's",
    "CERTIFICATE_EXPIRED": "its clock says that this certificate is not valid at this time",
    "CERTIFICATE": "it does not accept this certificate: wrong authority, or it connects by a name that is not in it",
}
"""What the client did, by what stands in OpenSSL's reason; the first that fits."""


def told(reason: str) -> str:
    """`reason` as OpenSSL spells it, in either of its spellings; "" where it gives none."""
    reason = reason or "the connection ended"
    spelled = reason.upper().replace(" ", "_")
    words = next((words for part, words in _TOLD.items() if part in spelled), "")
    return f"{words} ({reason})" if words else reason
