"""Several entities of one kind as one of that kind: `light: - platform: group`, and so for switches, fans, locks,
covers and binary sensors.

Facts: https://www.home-assistant.io/integrations/group (new style). Unlike an old-style group it is unavailable where
all of its members are, and unknown where none that is there is known. What it is told, its members are told.
"""

from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean
from typing import Any, ClassVar, Final

from homeserver.rules.owned.group import WORDS, Words
from homeserver.rules.owned.thing import Act, Thing, called, done, named
from homeserver.rules.reading.fields import Fields
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityConfig, EntityState
from homeserver.topics.services import SERVICES

_ON: Final = Words(frozenset({"on"}))
_SHARED: Final = ("supported_color_modes", "effect_list", "min_color_temp_kelvin", "max_color_temp_kelvin")
_FIGURES: Final = ("brightness", "color_temp_kelvin", "percentage", "current_position", "current_tilt_position")
_BOTH_WAYS: Final = {"cover": ("opening", "closing"), "lock": ("jammed", "locking", "unlocking")}
"""States of one member that are told as those of the group, the first found."""


class PlatformGroup(Thing):
    """`members` are all of the group's own kind."""

    keeps = False

    def __init__(self, fields: Fields, object_id: str) -> None:
        own = fields.text("name") or f"{self.domain.replace('_', ' ').capitalize()} group"
        self.unique_id = fields.text("unique_id") or None
        super().__init__(called(fields, self.domain, own), own, named(fields, "")[2])
        self.members = fields.entities("entities")
        for entity_id in self.members:
            if entity_id.partition(".")[0] != self.domain:
                raise fields.wrong(
                    f"{entity_id} is no {self.domain}, and a group of them holds nothing else", "entities"
                )
        if self.entity_id in self.members:
            raise fields.wrong("a group cannot hold itself", "entities")
        self.every = fields.flag("all", False)
        self.device_class = fields.text("device_class") or None
        done(fields)

    def hands_on(self, service: str) -> bool:
        return True

    def config(self) -> EntityConfig:
        shown: dict[str, Any] = {}
        for entity_id in self.members:
            config = self.desk.engine.view.config(entity_id)
            for name in _SHARED:
                if config is not None and (value := config.capabilities.get(name)) is not None:
                    known = shown.get(name)
                    shown[name] = list(dict.fromkeys([*known, *value])) if isinstance(known, list) else value
        made = replace(super().config(), unique_id=self.unique_id, device_class=self.device_class)
        return replace(made, services=self._services(), capabilities=shown)

    def _services(self) -> tuple[str, ...]:
        """Those that any of its members has, or those of its kind as long as nothing is known of them."""
        configs = [config for id in self.members if (config := self.desk.engine.view.config(id)) is not None]
        has = {service for config in configs for service in config.services}
        return tuple(service for service in self.acts if service in has or not configs)

    def begin(self) -> None:
        for entity_id in self.members:
            self.desk.engine.listen(entity_id, self._hear)
        self._look()

    def end(self) -> None:
        for entity_id in self.members:
            self.desk.engine.unlisten(entity_id, self._hear)

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        self._look()
        if old is None or new is None:
            self.desk.introduce(self)  # what it can do may be another thing now
        self.show(new.cause if new is not None else None)

    def _look(self) -> None:
        view, words = self.desk.engine.view, WORDS.get(self.domain, _ON)
        found = [said for id in self.members if (said := view.said(id)) is not None and said.state != UNAVAILABLE]
        known = [said for said in found if said.state != UNKNOWN]
        self.attributes = {"entity_id": list(self.members)}
        if not known:
            self.state = UNKNOWN if found else UNAVAILABLE
            return
        moving = next((word for word in _BOTH_WAYS.get(self.domain, ()) if any(one.state == word for one in known)), "")
        ons = [said.state in words.on for said in known]
        whole = all(ons) and len(known) == len(self.members)
        self.state = moving or (words.one if (whole if self.every else any(ons)) else words.none)
        lit = [said for said, is_on in zip(known, ons, strict=True) if is_on] or known
        for name in _FIGURES:
            figures = [said.attributes[name] for said in lit if isinstance(said.attributes.get(name), int | float)]
            if figures:
                self.attributes[name] = round(fmean(figures))
        for name in ("color_mode", "rgb_color", "hs_color", "effect"):
            values = [said.attributes[name] for said in lit if said.attributes.get(name) is not None]
            if values and all(value == values[0] for value in values):
                self.attributes[name] = values[0]

    def tell(self, service: str, data: Mapping[str, Any], cause: Cause | None) -> None:
        """Tell each member that knows the service."""
        view = self.desk.engine.view
        for entity_id in self.members:
            config = view.config(entity_id)
            if config is None or service in config.services:
                self.desk.command(entity_id, service, data, cause)


def _forward(service: str) -> Act:
    return lambda thing, data, cause: thing.tell(service, data, cause)


def _toggle(service: str, words: Words) -> Act:
    """All together: members that differ are brought to one state."""
    on, off = {"lock": ("unlock", "lock"), "cover": ("open_cover", "close_cover")}.get(service, ("turn_on", "turn_off"))
    return lambda thing, data, cause: thing.tell(off if thing.state in words.on else on, data, cause)


def _acts(domain: str) -> dict[str, Act]:
    acts = {service: _forward(service) for service in SERVICES[domain] if not service.startswith("toggle")}
    if "toggle" in SERVICES[domain]:
        acts["toggle"] = _toggle(domain, WORDS.get(domain, _ON))
    return acts


def _kind(domain: str) -> type[PlatformGroup]:
    class Made(PlatformGroup):
        acts: ClassVar[Mapping[str, Act]] = _acts(domain)

    Made.domain = domain
    Made.__name__ = Made.__qualname__ = f"{domain.title().replace('_', '')}Group"
    return Made


GROUPS: Final[Mapping[str, type[PlatformGroup]]] = {
    domain: _kind(domain) for domain in ("binary_sensor", "cover", "fan", "light", "lock", "switch", "valve")
}
"""By domain."""
