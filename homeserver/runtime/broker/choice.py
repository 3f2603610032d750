"""Which broker serves this home: the setting `auto`, `mosquitto`, `amqtt` or an address."""

import os
import shutil
from typing import Literal
from urllib.parse import urlsplit

from homeserver.topics.record import record

BrokerKind = Literal["external", "mosquitto", "amqtt"]

PORTS = {"mqtt": 1883, "mqtts": 8883}
"""What an address begins with, and the port where none is named."""
# Debian and Homebrew put the program where a user's PATH often does not look.
MORE_PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


class BrokerError(ValueError):
    """The broker cannot be chosen or prepared; the text says why and what to do."""


@record
class Address:
    """Where an outside broker listens, and the login to use there, if any."""

    host: str
    port: int = 1883
    login: str | None = None
    tls: bool = False

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `mqtt://[login@]host[:port]`, `mqtts://` with TLS; a secret never stands in an address."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise BrokerError(f"broker address {text!r}: {error}") from error
        if parts.password is not None:
            raise BrokerError("broker address: leave the password out of it; put it into the login file")
        wrong = parts.scheme not in PORTS or parts.path not in ("", "/") or parts.query or parts.fragment
        if wrong or not parts.hostname or port == 0:
            raise BrokerError(f"broker address {text!r} is not mqtt://[login@]host[:port], or mqtts:// with TLS")
        tls = parts.scheme == "mqtts"
        return cls(parts.hostname, PORTS[parts.scheme] if port is None else port, parts.username or None, tls)


def mosquitto_program() -> str | None:
    """The full path of the `mosquitto` program, or None."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), *MORE_PLACES))
    return shutil.which("mosquitto", path=places)


def choose(setting: str) -> BrokerKind:
    """Turn the setting `broker` into a kind; BrokerError when it makes no sense or cannot be had."""
    if "://" in setting:
        Address.parse(setting)
        return "external"
    match setting:
        case "amqtt":
            return "amqtt"
        case "auto":
            return "mosquitto" if mosquitto_program() else "amqtt"
        case "mosquitto":
            if mosquitto_program():
                return "mosquitto"
            raise BrokerError(
                "broker is set to 'mosquitto', but the program was not found in PATH, "
                f"{', '.join(MORE_PLACES)}: install it (Debian: apt install mosquitto) or set broker to auto"
            )
    raise BrokerError(
        f"broker {setting!r} is not one of auto, mosquitto, amqtt or an address mqtt://[login@]host[:port], "
        "mqtts:// with TLS"
    )
