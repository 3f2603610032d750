"""Public holidays, by the library `holidays`: https://holidays.readthedocs.io/ (MIT).

Loading it takes 150 ms and some megabytes, so this module is imported by whoever meets a rule that asks for it.
"""

from collections.abc import Container
from datetime import date
from functools import lru_cache

import holidays

from homeserver.rules.reading.problem import nearest


class UnknownPlaceError(ValueError):
    """No such country or part of a country; `field` tells which of the two."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@lru_cache(maxsize=16)
def calendar(country: str, province: str) -> Container[date]:
    """The public holidays of a country (ISO 3166, `DE`) or of a part of it (`BE`). Raises `UnknownPlaceError`."""
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise UnknownPlaceError("country", f"no holidays are known of country {country!r}{nearest(country, known)}")
    parts = {part.upper(): part for part in known[country]}
    if province and province.upper() not in parts:
        named = f"one of {', '.join(known[country])}" if parts else "none: take province away"
        raise UnknownPlaceError("province", f"{country} has no part {province!r} with holidays of its own: {named}")
    return holidays.country_holidays(country, subdiv=parts.get(province.upper()))
