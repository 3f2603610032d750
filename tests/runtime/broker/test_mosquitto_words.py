"""What Mosquitto writes and what a home's log makes of it; the lines are those of Mosquitto 2.0."""

import json

import pytest

from homeserver.runtime.broker.mosquitto_words import MosquittoWords

UNKNOWN_CA = "1795348682: OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca"
OLD_UNKNOWN_CA = "1795348682: OpenSSL Error[0]: error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca"


@pytest.mark.parametrize(
    "line",
    [
        "1795348680: Note: It is recommended to replace `message_size_limit` with `max_packet_size`.",
        "1795348680: Warning: Mosquitto should not be run as root/administrator.",
    ],
)
def test_notes_on_our_own_configuration_are_not_for_users(line: str) -> None:
    assert MosquittoWords().read(line) is None


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ("1795348680: Error: Address already in use", "error", "Error: Address already in use"),
        ("1795348680: Warning: something", "warning", "Warning: something"),
        ("Saving in-memory database", "info", "Saving in-memory database"),
    ],
)
def test_the_rest_is_kept_with_its_level(line: str, level: str, message: str) -> None:
    kept = json.loads(MosquittoWords().read(line) or "null")
    assert (kept["level"], kept["message"]) == (level, message)
    if line[0] == "1":
        assert kept["time"] == "2026-11-22T11:58:00.000+00:00"


@pytest.mark.parametrize("line", [UNKNOWN_CA, OLD_UNKNOWN_CA])
async def test_failed_handshakes_are_told_once_and_in_words(line: str, caplog: pytest.LogCaptureFixture) -> None:
    words = MosquittoWords()
    assert [words.read(line) for _ in range(100)] == [None] * 100
    assert caplog.messages == [
        "broker: somebody came, and TLS failed: it does not trust this certificate and needs the authority's "
        "(tlsv1 alert unknown ca)"
    ]
    words.read("1795348682: OpenSSL Error[0]: error:0A00009C:SSL routines::http request")
    assert "it does not speak TLS (http request)" in caplog.messages[1]
