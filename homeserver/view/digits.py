"""A state as people read it: with as many digits behind the point as they or its maker want. What is kept is never
rounded."""

from math import isfinite

from homeserver.topics.entity import EntityConfig


def displayed(state: str, config: EntityConfig | None) -> str:
    """A number with the `display_precision` of its entity; anything else as it is."""
    digits = config.capabilities.get("display_precision") if config is not None else None
    if not isinstance(digits, int):
        return state
    try:
        number = float(state)
    except ValueError:
        return state
    return f"{number:.{digits}f}" if isfinite(number) else state
