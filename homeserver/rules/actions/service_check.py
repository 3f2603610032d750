"""Whether a service can be asked for like this, by the table of services: names, fields and values."""

import difflib
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from homeserver.rules.compiler import is_dynamic
from homeserver.rules.program import Misconfigured
from homeserver.rules.reading.problem import nearest
from homeserver.topics.service import SECRETS, Data
from homeserver.topics.services import SERVICES

EVERYWHERE: Final = "homeassistant"
"""The domain whose services are those of whatever entity is meant."""
_SHARED: Final = frozenset({"turn_on", "turn_off", "toggle"})
_SLIP: Final = 0.85
"""How much alike two names are where one is surely a slip of the other."""
_NAMED_BY_PEOPLE: Final = frozenset({"script", "notify"})
"""Domains whose services have the names that people gave."""


class ServiceError(Misconfigured):
    """A service that cannot be asked for like this; `field` is the data at fault."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


def is_of_entities(domain: str, service: str) -> bool:
    """Whether the table of services has it."""
    return service in (_SHARED if domain == EVERYWHERE else SERVICES.get(domain, ()))


def check_slip(domain: str, service: str) -> None:
    """Raises `ServiceError` for a service of a known domain that is surely a typing error. Others may be answered by
    somebody yet: by a worker, or by an entity that announces more than its kind has."""
    services = _SHARED if domain == EVERYWHERE else SERVICES.get(domain, {})
    if domain not in _NAMED_BY_PEOPLE and difflib.get_close_matches(service, services, 1, _SLIP):
        has = ", ".join(services) if domain != EVERYWHERE else "turn_on, turn_off, toggle"
        raise ServiceError(f"{domain} has no service {service!r}; it has {has}{nearest(service, services)}")


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
    return fit(model_of(domain, service), f"{domain}.{service}", data)


def fit(model: type[Data], name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the model of a service."""
    try:
        return model.model_validate(data).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise _fault(error, model, name, frozenset()) from error


def check_fixed(model: type[Data], name: str, data: Mapping[str, Any]) -> None:
    """Check what no template decides; raises `ServiceError`."""
    dynamic = frozenset(name for name, value in data.items() if is_dynamic(value))
    for field in dynamic:
        if field not in model.model_fields:
            raise ServiceError(f"{name} has no field {field!r}{nearest(field, model.model_fields)}", field)
    try:
        model.model_validate({name: value for name, value in data.items() if name not in dynamic})
    except ValidationError as error:
        if not all(_may_be_mended(part, dynamic) for part in error.errors()):
            raise _fault(error, model, name, dynamic) from error


def _may_be_mended(part: Mapping[str, Any], dynamic: frozenset[str]) -> bool:
    """Whether what templates will make can mend a fault: a field that is not there yet, or how fields fit together."""
    if not part["loc"]:
        return bool(dynamic)
    return part["type"] == "missing" and part["loc"][0] in dynamic


def _fault(error: ValidationError, model: type[Data], name: str, ignored: frozenset[str]) -> ServiceError:
    rows = error.errors(include_url=False)
    row = next((row for row in rows if not _may_be_mended(row, ignored)), rows[0])
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
            where = f"{field}: " if field else ""
            return ServiceError(f"{name}: {where}{row['msg'].removeprefix('Value error, ')}{given}", field)
