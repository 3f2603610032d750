"""Whether a service can be asked for like this, by the table of services: names, fields and values."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from homeserver.rules.compiler import is_dynamic
from homeserver.rules.program import RunError
from homeserver.rules.reading.problem import nearest
from homeserver.topics.service import SECRETS, Data
from homeserver.topics.services import SERVICES

EVERYWHERE: Final = "homeassistant"
"""The domain whose services are those of whatever entity is meant."""
_SHARED: Final = frozenset({"turn_on", "turn_off", "toggle"})
_KNOWN_ELSEWHERE: Final = frozenset({"logbook", "media_player", "mqtt", "persistent_notification", "remote", "todo", "tts"})
"""Domains of Home Assistant's language that nothing serves yet."""
_SERVED_IN_PART: Final = frozenset({"camera", "image", "notify", "scene", "update"})
"""Domains that have services of Home Assistant's language which nothing serves yet."""


class ServiceError(RunError):
    """A service that cannot be asked for like this; `field` is the data at fault."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


def check_service(domain: str, service: str) -> None:
    """Whether there is such a service; raises `ServiceError`."""
    if domain == EVERYWHERE:
        if service not in _SHARED:
            raise ServiceError(f"not supported yet: action {domain}.{service}")
        return
    services = SERVICES.get(domain)
    if services is None:
        hint = "" if domain in _KNOWN_ELSEWHERE else nearest(domain, SERVICES)
        raise ServiceError(f"not supported yet: action {domain}.{service}{hint}")
    if service not in services:
        has = f"it has {', '.join(services)}" if services else "it can only be looked at"
        if domain in _SERVED_IN_PART:
            raise ServiceError(f"not supported yet: action {domain}.{service}; {has}")
        raise ServiceError(f"{domain} has no service {service!r}; {has}{nearest(service, services)}")


def model_of(domain: str, service: str) -> type[Data]:
    return SERVICES[domain][service].model


def is_text(model: type[Data], name: str) -> bool:
    """Whether a field of the service wants text, however much its value looks like a number."""
    field = model.model_fields.get(name)
    return field is not None and field.annotation in (str, str | None)


def as_text(model: type[Data], data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as it was written, with numbers and YAML's booleans as the words they were where text is wanted."""
    made = dict(data)
    for name, value in data.items():
        if isinstance(value, bool | int | float) and is_text(model, name):
            made[name] = str(value) if not isinstance(value, bool) else "on" if value else "off"
    return made


def checked(domain: str, service: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as the service wants it; raises `ServiceError` that names the field."""
    model = model_of(domain, service)
    try:
        return model.model_validate(data).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise _fault(error, model, f"{domain}.{service}", frozenset()) from error


def check_fixed(domain: str, service: str, data: Mapping[str, Any]) -> None:
    """Check what no template decides; raises `ServiceError`."""
    model = model_of(domain, service)
    dynamic = frozenset(name for name, value in data.items() if is_dynamic(value))
    for name in dynamic:
        if name not in model.model_fields:
            raise ServiceError(f"{domain}.{service} has no field {name!r}{nearest(name, model.model_fields)}", name)
    try:
        model.model_validate({name: value for name, value in data.items() if name not in dynamic})
    except ValidationError as error:
        if any(part["type"] != "missing" or part["loc"][0] not in dynamic for part in error.errors()):
            raise _fault(error, model, f"{domain}.{service}", dynamic) from error


def _fault(error: ValidationError, model: type[Data], name: str, ignored: frozenset[str]) -> ServiceError:
    rows = error.errors(include_url=False)
    row = next((row for row in rows if row["type"] != "missing" or row["loc"][0] not in ignored), rows[0])
    field = str(row["loc"][0]) if row["loc"] else ""
    match row["type"]:
        case "extra_forbidden":
            fields = model.model_fields
            has = f"it takes {', '.join(fields)}" if fields else "it takes no data"
            return ServiceError(f"{name} has no field {field!r}{nearest(field, fields) or f'; {has}'}", field)
        case "missing":
            return ServiceError(f"{name} needs {field}", field)
        case _:
            given = "" if field in SECRETS else f", not {row['input']!r}"
            return ServiceError(f"{name}: {field}: {row['msg']}{given}", field)
