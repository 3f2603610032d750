"""What a gateway has said and nobody has to ask for: announcements, states, availabilities; retained, each said once.

A device link loses what is published while it is down, and a broker may forget: so all of it is said again after each
connection. Needs a way to publish; keeps the last payload of every topic.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from homeserver.gateway.discovery import Dialect, components
from homeserver.gateway.features import Device

Publish = Callable[[str, bytes, bool], None]
"""Topic, payload, whether it is retained."""
ONLINE: Final = b"online"
OFFLINE: Final = b"offline"


class Board:
    """`show` a device, `tell` its states, `withdraw` it."""

    def __init__(self, dialect: Dialect, publish: Publish) -> None:
        self._dialect = dialect
        self._publish = publish
        self._said: dict[str, bytes] = {}
        self._devices: dict[str, Device] = {}
        self._found: dict[str, bytes] = {}
        """Announcements of an earlier run, by device, until this one has said its own or cleared them."""
        self._complete = False

    # -- devices

    def show(self, device: Device) -> None:
        """Announce a device, or announce it anew after a change. Raises `ValueError` for what no topic can hold."""
        dialect, topic = self._dialect, self._dialect.config(device.id)
        said = dialect.announcement(device)
        before = self._said.get(topic) or self._found.pop(device.id, b"")
        kinds = components(said)
        gone = {key: kind for key, kind in components(before).items() if kinds.get(key) != kind}
        if gone:
            self._publish(topic, dialect.announcement(_without(device, gone), gone), True)
            for key in gone.keys() - kinds.keys():
                self._clear(dialect.feature(device.id, key))
        self._devices[device.id] = device
        self._put(topic, said)

    def withdraw(self, device_id: str) -> None:
        """The device is no more: it takes its topics with it."""
        self._devices.pop(device_id, None)
        self._clear(self._dialect.config(device_id))
        self._clear(f"{self._dialect.network}/{device_id}")

    @property
    def devices(self) -> dict[str, Device]:
        """What is shown, by id."""
        return self._devices

    # -- states

    def tell(self, device_id: str, key: str, payload: bytes, what: str = "") -> bool:
        """Say the state of a feature, unless it was said already; whether it was said now."""
        return self._put(self._dialect.feature(device_id, key, what), payload)

    def happened(self, device_id: str, key: str, payload: bytes) -> None:
        """Say something that is over at once: each time, and nobody keeps it."""
        self._publish(self._dialect.feature(device_id, key), payload, False)

    def available(self, device_id: str, here: bool) -> bool:
        """Say whether a device can be reached."""
        return self._put(self._dialect.availability(device_id), ONLINE if here else OFFLINE)

    # -- the broker

    def say_again(self) -> None:
        """All of it, the announcements first: after each connection."""
        self._publish(self._dialect.gateway, ONLINE, True)
        for topic, payload in sorted(self._said.items(), key=lambda row: not row[0].endswith("/config")):
            self._publish(topic, payload, True)

    def found(self, topic: str, payload: bytes) -> None:
        """An announcement came from the broker: this run's own, or one that an earlier run left."""
        device_id = self._dialect.device_of(topic)
        if not payload or topic in self._said:
            return
        self._found[device_id] = payload
        if self._complete:
            self._sweep(device_id)

    def complete(self) -> None:
        """All devices of the network were shown: what is announced beside them is gone."""
        self._complete = True
        for device_id in list(self._found):
            self._sweep(device_id)

    def _sweep(self, device_id: str) -> None:
        dialect = self._dialect
        for key in components(self._found.pop(device_id)):
            self._publish(dialect.feature(device_id, key), b"", True)
        self._publish(dialect.availability(device_id), b"", True)
        self._publish(dialect.config(device_id), b"", True)

    def _put(self, topic: str, payload: bytes) -> bool:
        if self._said.get(topic) == payload:
            return False
        self._said[topic] = payload
        self._publish(topic, payload, True)
        return True

    def _clear(self, base: str) -> None:
        """This topic and all below it."""
        for topic in [one for one in self._said if one == base or one.startswith(f"{base}/")]:
            del self._said[topic]
            self._publish(topic, b"", True)


def _without(device: Device, gone: dict[str, str]) -> Device:
    """Less what changes its kind under the same key: an entity of the old kind ends before the new one begins."""
    kept = tuple(feature for feature in device.features if feature.key not in gone)
    return replace(device, features=kept)
