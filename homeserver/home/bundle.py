"""Device bundles: one message on `<prefix>/device/<object_id>/config` that announces all components of a device.

Some keys may stand once for all components; device and origin always do.
"""

from collections.abc import Iterator
from typing import Any, Final

from homeserver.home.abbreviations import expand
from homeserver.home.config import Refused

SHARED: Final = (
    "availability",
    "availability_mode",
    "availability_template",
    "availability_topic",
    "command_topic",
    "encoding",
    "payload_available",
    "payload_not_available",
    "qos",
    "state_topic",
)
"""Keys that a component takes from the bundle unless it has its own."""
_OF_THE_DEVICE: Final = ("device", "origin")
_LARGEST: Final = 2000


def components(fields: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any] | Refused]]:
    """Each component key with its config, or with why it is refused. One that names only its platform is being taken
    away, so it is left out. Raises `Refused` for a bundle that cannot be read at all."""
    parts = fields.get("components")
    if not isinstance(parts, dict):
        raise Refused("`components` is missing: a device bundle must list its components by key")
    if len(parts) > _LARGEST:
        raise Refused(f"`components` has {len(parts)} entries, more than {_LARGEST}")
    shared = {key: fields[key] for key in SHARED if key in fields}
    own = {key: fields[key] for key in _OF_THE_DEVICE if key in fields}
    base = {"~": fields["~"]} if "~" in fields else {}
    for key, part in parts.items():
        if not isinstance(part, dict):
            yield key, Refused(f"component `{key}` must be an object")
            continue
        component = expand(part)
        if set(component) <= {"platform"}:
            continue
        if not isinstance(component.get("platform"), str):
            yield key, Refused(f"component `{key}` has no `platform`: it must name one, such as sensor")
            continue
        yield key, base | shared | component | own
