"""Services as Home Assistant's clients ask for them: who is meant, whether the data fits, and what came of it.

Names, data and kinds come from the one table of services. Keeps nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from homeserver.bridge.effects import Effects
from homeserver.bridge.picture import Picture
from homeserver.bridge.refusals import Refusal
from homeserver.bridge.sight import Sight
from homeserver.runtime.codec import field_of, sentence
from homeserver.runtime.house import House
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityConfig
from homeserver.topics.priority import UNSAID, Weight
from homeserver.topics.record import record
from homeserver.topics.services import SERVICES
from homeserver.view.permission import Permissions
from homeserver.view.targets import FIELDS

LIFE: Final = 10.0
"""Seconds for which a command lives and its sender waits."""
ANSWER: Final = 60.0
"""Seconds for which the answer of a script is waited for."""
GRACE: Final = 0.15
"""Seconds in which a device that accepted may also have done it; later the state stream tells."""
PERFORMED: Final = frozenset(
    {"scene.apply", "scene.create", "scene.delete", "group.set", "group.remove"}
    | {"utility_meter.reset", "utility_meter.calibrate", "homeassistant.reload_all"}
)
"""Services that no entity has, and that the rules' worker carries out."""
PASSED_ON: Final = frozenset({"logbook", "notify", "persistent_notification"})
"""Domains of which no entity need exist: the rules' worker knows their services."""
ANY_KIND: Final = ("turn_on", "turn_off", "toggle")
"""Services of the domain `homeassistant`."""
MOST: Final = 500
"""Entities that one request may be meant for."""


@record
class Done:
    """What came of a service: the entities that changed so far, and what it answers, where it answers anything."""

    changed: list[str]
    answer: Any = None


class Services:
    """Turns one request into commands."""

    def __init__(self, house: House, picture: Picture, permissions: Permissions, effects: Effects) -> None:
        self._house = house
        self._picture = picture
        self._permissions = permissions
        self._effects = effects

    async def carry_out(
        self,
        login: str,
        domain: str,
        service: str,
        body: Mapping[str, Any],
        cause: Cause,
        weight: Weight = UNSAID,
        *,
        answered: bool = False,
    ) -> Done:
        """Ask for a service; raises a `Refusal` when the request is wrong or an owner did not accept. `answered`: who
        asks wants the service's answer, so that a script is waited for."""
        sight = Sight(self._picture, self._permissions, login)
        if domain == "script" and answered and sight.find(f"script.{service}") is not None:
            sight.controlled(f"script.{service}")
            action = {"action": f"script.{service}", "data": dict(body), "target": {}}
            return await self._perform(sight, login, action, cause, ANSWER)
        if domain == "script" and sight.find(f"script.{service}") is not None:
            service, body = "turn_on", {"entity_id": f"script.{service}", "variables": dict(body)}
        if domain == "homeassistant" and service in ANY_KIND:
            return await self._of_any_kind(sight, login, service, body, cause, weight)
        if service not in SERVICES.get(domain, {}) and (performed := self._performed(domain, service, body)):
            if weight != UNSAID:
                told = f"{domain}.{service} takes neither priority nor hold_for: give them to services of entities."
                raise Refusal("invalid", told, "priority" if weight.hold_for is None else "hold_for")
            return await self._perform(sight, login, performed, cause)
        _check_known(domain, service)
        data = dict(body)
        entities = self._meant(sight, domain, service, data)
        _check_data(domain, service, data)
        return Done(await self._watched(login, [(id, service, data) for id in entities], cause, weight))

    async def _of_any_kind(
        self, sight: Sight, login: str, service: str, body: Mapping[str, Any], cause: Cause, weight: Weight
    ) -> Done:
        """`homeassistant.turn_on` and its like: each entity by the service of its own kind, without data."""
        data = dict(body)
        named = _target(data)
        if data:
            raise Refusal("invalid", f"homeassistant.{service} takes a target and nothing else.", next(iter(data)))
        found = [id for domain in SERVICES for id in sight.meant(named, domain) if id.startswith(f"{domain}.")]
        able = [id for id in dict.fromkeys(found) if service in sight.controlled(id).services]
        unknown = self._picture.current(named["entity_id"]) - set(able)
        if unknown or not able:
            for entity_id in unknown:
                sight.controlled(entity_id)
            raise Refusal("invalid", f"Name at least one entity that knows {service}, and none that does not.")
        return Done(await self._watched(login, [(id, service, {}) for id in able], cause, weight))

    async def _watched(
        self, login: str, wishes: Sequence[tuple[str, str, Mapping[str, Any]]], cause: Cause, weight: Weight
    ) -> list[str]:
        """Ask each entity's owner; the entities that changed soon after."""
        watch = self._effects.watch([entity_id for entity_id, _, _ in wishes])
        try:
            await self._command(login, wishes, cause, weight)
            return await self._effects.finish(watch, GRACE)
        finally:
            self._effects.forget(watch)

    @staticmethod
    def _performed(domain: str, service: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The action of the rules' worker that a service is which no entity has; nothing where it is none."""
        name, data = f"{domain}.{service}", dict(body)
        if name not in PERFORMED and service != "reload" and domain not in PASSED_ON:
            return {}
        target = data.pop("target", None) or {}
        return {"action": name, "data": data, "target": target if isinstance(target, dict) else {}}

    async def _perform(
        self, sight: Sight, login: str, performed: dict[str, Any], cause: Cause, ttl: float = LIFE
    ) -> Done:
        """Let the rules do it; which entities change, their owners tell."""
        for part in ("target", "data"):
            for entity_id in _names(performed[part].get("entity_id"), "entity_id"):
                sight.controlled(entity_id)
        try:
            answer = await self._house.ask("rules", "perform", performed, cause=cause, ttl=ttl, login=login)
        except CallError as error:
            raise Refusal.of(error) from error
        return Done([], answer.get("answer") if isinstance(answer, dict) else None)

    async def _command(
        self, login: str, wishes: Sequence[tuple[str, str, Mapping[str, Any]]], cause: Cause, weight: Weight
    ) -> None:
        """Ask each entity's owner and await them all; raises the first `Refusal`."""
        asked = (
            self._house.command(entity_id, service, data, parent=cause, ttl=LIFE, login=login, weight=weight)
            for entity_id, service, data in wishes
        )
        for outcome in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(outcome, CallError):
                raise Refusal.of(outcome) from outcome
            if isinstance(outcome, BaseException):
                raise outcome

    def _meant(self, sight: Sight, domain: str, service: str, data: dict[str, Any]) -> list[str]:
        """Take the target out of the data, wherever it stands; the entities it means."""
        named = _target(data)
        found = sight.meant(named, domain)
        if not found:
            raise Refusal("invalid", "Name at least one entity that this service is for.", "entity_id")
        if len(found) > MOST:
            raise Refusal("invalid", f"At most {MOST} entities can be asked at once.", "entity_id")
        able = [entity_id for entity_id in found if _knows(sight.controlled(entity_id), entity_id, domain, service)]
        asked = self._picture.current(named["entity_id"])
        for entity_id in found:
            if entity_id in asked and entity_id not in able:
                raise Refusal("invalid", f"{entity_id} does not know {domain}.{service}.", "entity_id")
        return able


def _check_known(domain: str, service: str) -> None:
    if domain not in SERVICES:
        raise Refusal("invalid", f"There is no domain of that name; known are {', '.join(SERVICES)}.", "domain")
    if service not in SERVICES[domain]:
        known = ", ".join(SERVICES[domain]) or "none: its entities only tell"
        raise Refusal("invalid", f"{domain} has no service of that name; it has {known}.", "service")


def _check_data(domain: str, service: str, data: Mapping[str, Any]) -> None:
    try:
        SERVICES[domain][service].model.model_validate(data)
    except ValidationError as error:
        reason = sentence(error, SERVICES[domain][service].model.model_fields)
        raise Refusal("invalid", f"{domain}.{service}: {reason}.", field_of(error)) from error


def _knows(config: EntityConfig, entity_id: str, domain: str, service: str) -> bool:
    return service in config.services and entity_id.startswith(f"{domain}.")


def _target(data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """What is named by each field of a target, taken out of `data` itself and of its `target`."""
    target = data.pop("target", None) or {}
    if not isinstance(target, dict):
        raise Refusal("invalid", 'A target must be an object, such as {"entity_id": "light.hall"}.', "target")
    unknown = target.keys() - set(FIELDS)
    if unknown:
        raise Refusal("invalid", f"A target has {', '.join(FIELDS)}, and nothing else.", "target")
    return {name: (*_names(data.pop(name, None), name), *_names(target.get(name), name)) for name in FIELDS}


def _names(given: Any, field: str) -> list[str]:
    """Ids as Home Assistant lets them be written: one, several with commas, or a list."""
    names = given.split(",") if isinstance(given, str) else given or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal("invalid", f"{field} must be text or a list of texts.", field)
    return [name.strip() for name in names]
