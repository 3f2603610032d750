"""What to type into a device so that it connects: Tasmota, ESPHome and Zigbee2MQTT, each in its own words.

The texts hold the secret that they are given and are printed once. What each firmware can do with TLS: Tasmota checks
the fingerprint of the server's key, ESPHome on an ESP32 the authority, on an ESP8266 the fingerprint of the
certificate, Zigbee2MQTT the authority.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from homeserver.topics.record import record

Kind = Literal["tasmota", "esphome", "zigbee2mqtt"]


@record
class Door:
    """Where devices come in. `host` is this machine as they see it; a port is None where that kind is closed.

    `authority` is a certificate (PEM) in `authority_file`, None where every machine trusts it anyway; fingerprints are
    those of the server's key as Tasmota counts it, and of its certificate (SHA-1).
    """

    host: str
    secure: int | None = None
    plain: int | None = None
    authority: str | None = None
    authority_file: Path | None = None
    key_fingerprint: str | None = None
    certificate_fingerprint: str = ""

    @property
    def port(self) -> int:
        return self.secure or self.plain or 0


@record
class Guest:
    """Who is to come in."""

    name: str
    secret: str

    @property
    def login(self) -> str:
        return f"device.{self.name}"


def tasmota(door: Door, guest: Guest) -> str:
    """Two commands for its console."""
    who = f"MqttHost {door.host}; MqttUser {guest.login}; MqttPassword {guest.secret}; Topic {guest.name}"
    texts = []
    if door.secure and door.key_fingerprint:
        proof = f"SetOption103 1; SetOption132 1; MqttFingerprint1 {door.key_fingerprint}"
        texts.append(f"Backlog {who}; MqttPort {door.secure}; {proof}")
    elif door.secure:
        texts.append("# The key of this certificate is not RSA: Tasmota cannot know it by its fingerprint.")
    if door.plain:
        only = "# A firmware without TLS (most for the ESP8266), readable by whoever listens in:\n" if texts else ""
        texts.append(f"{only}Backlog {who}; MqttPort {door.plain}")
    return "\n".join(texts)


def esphome(door: Door, guest: Guest) -> str:
    """Lines for its YAML."""
    lines = [
        "mqtt:",
        f"  broker: {door.host}",
        f"  port: {door.port}",
        f"  username: {guest.login}",
        f'  password: "{guest.secret}"',
    ]
    if guest.name != "NAME":
        lines.append(f"  topic_prefix: {guest.name}")
    if door.secure and door.authority:
        lines += ["  # on an ESP32, framework esp-idf:", "  certificate_authority: |"]
        lines += [f"    {line}" for line in door.authority.strip().splitlines()]
        if _is_address(door.host):
            lines.append(
                "  # Should it refuse the certificate: older ones compare names only. Give this machine one that"
            )
            lines.append("  # your router knows, homeserver listen --name NAME, and write it at `broker`.")
    if door.secure and door.certificate_fingerprint:
        lines += [
            "  # on an ESP8266 in its place; it changes with each renewal of the certificate, about every two years:",
            "  # ssl_fingerprints:",
            f"  #   - {door.certificate_fingerprint.replace(':', '').lower()}",
        ]
    return "\n".join(lines)


def zigbee2mqtt(door: Door, guest: Guest) -> str:
    """Lines for its `configuration.yaml`."""
    lines = [
        "mqtt:",
        f"  base_topic: {guest.name}",
        f"  server: mqtt{'s' * bool(door.secure)}://{_in_address(door.host)}:{door.port}",
        f"  user: {guest.login}",
        f'  password: "{guest.secret}"',
    ]
    if door.secure and door.authority:
        lines.append(f"  ca: {door.authority_file}  # copy that file to where Zigbee2MQTT runs, and name it here")
    return "\n".join([*lines, "homeassistant:", "  enabled: true"])


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


RECIPES: Final[dict[Kind, tuple[str, Callable[[Door, Guest], str]]]] = {
    "tasmota": ("Tasmota, on its console:", tasmota),
    "esphome": ("ESPHome, in its YAML:", esphome),
    "zigbee2mqtt": ("Zigbee2MQTT, in configuration.yaml:", zigbee2mqtt),
}
"""For each kind where the text goes, and what makes it."""


def rights(kind: Kind, name: str, prefix: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The topics and the discovery topics that a device of this kind needs; () stands for a device's usual ones."""
    if kind == "tasmota":
        return tuple(f"{first}/{name}/#" for first in ("cmnd", "stat", "tele")), ()
    if kind == "zigbee2mqtt":  # what it bridges is announced under the devices' own addresses
        return (), (f"{prefix}/+/+/+/config",)
    return (), ()
