"""The data of a command for an entity of the rules, as its service wants it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from homeserver.runtime.codec import field_of, sentence
from homeserver.topics.call import CallError
from homeserver.topics.services import SERVICES


def checked(domain: str, service: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises `CallError`."""
    model = SERVICES[domain][service].model
    try:
        return model.model_validate(dict(data)).model_dump(exclude_none=True)
    except ValidationError as error:
        raise CallError("invalid", sentence(error, model.model_fields), field_of(error)) from error
