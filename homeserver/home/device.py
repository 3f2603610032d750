"""The device that an entity says it is a part of: who it is, and what is known of it."""

from dataclasses import fields, replace
from typing import Any, Final

from homeserver.home.config import Config, Refused
from homeserver.topics.names import slug
from homeserver.topics.record import record

_TEXTS: Final = (
    "name",
    "manufacturer",
    "model",
    "model_id",
    "hw_version",
    "sw_version",
    "serial_number",
    "suggested_area",
    "configuration_url",
    "via_device",
)
_MOST: Final = 50


@record
class Details:
    """What a device says of itself; None: not said in this message."""

    name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    model_id: str | None = None
    hw_version: str | None = None
    sw_version: str | None = None
    serial_number: str | None = None
    suggested_area: str | None = None
    configuration_url: str | None = None
    via_device: str | None = None

    def over(self, older: "Details") -> "Details":
        """These details, with the older ones where nothing was said."""
        said = {one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not None}
        return replace(older, **said)


@record
class Described:
    """A device as one config describes it. `keys` tell it from others: `id:<identifier>`, `<kind>:<address>`."""

    keys: tuple[str, ...]
    details: Details

    @property
    def wanted_id(self) -> str:
        return slug(self.keys[0].partition(":")[2])


def described(config: Config) -> Described | None:
    """The `device` of a config; one without identifiers goes by its name. Raises `Refused`."""
    part = config.get("device")
    if part is None:
        return None
    if not isinstance(part, dict):
        raise Refused("`device` must be an object with `identifiers` or `connections`")
    own = Config(part, config.root)
    details = Details(**{name: _text(own, name) for name in _TEXTS})
    keys = [f"id:{text}" for text in own.texts("identifiers") if text] + _connections(own.get("connections"))
    if not keys and details.name:
        keys = [f"name:{details.name}"]
    return Described(tuple(keys[:_MOST]), details) if keys else None


def _text(own: Config, name: str) -> str | None:
    text = own.maybe_text(name)
    return text[:500] if text else None


def _connections(value: Any) -> list[str]:
    """`[["mac", "02:5b:..."]]`, or a single pair as some devices send it."""
    pairs = [value] if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) else value
    if pairs is None:
        return []
    if not isinstance(pairs, list):
        raise Refused('`connections` of the device must be a list of pairs, such as [["mac", "02:5b:26:a8:dc:12"]]')
    return [f"{kind}:{str(address).lower()}" for kind, address in (pair for pair in pairs if _is_pair(pair))]


def _is_pair(pair: Any) -> bool:
    """An address that is empty is nobody's: two devices that do not know theirs are not one."""
    return isinstance(pair, list) and len(pair) == 2 and bool(str(pair[1] or "").strip())
