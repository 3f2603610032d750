"""What a service of an entity is: the model of its data, and what asking twice would do."""

from collections.abc import Container, Mapping
from dataclasses import field
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.record import record

Effect = Literal["absolute", "toggle", "once"]
"""absolute: the same result however often it is carried out (on, off, 40 %); may be sent again.
toggle: made absolute by the owner, who knows the state. once: press, step, stop; sent at most once."""

SECRETS: Final = frozenset({"code"})
"""Data that is told to the device once and written down nowhere."""
_ON_OFF: Final[Mapping[str, tuple[str, ...]]] = {"off": ("turn_on",), "None": ("turn_on",), "": ("turn_off",)}

Byte = Annotated[int, Field(ge=0, le=255)]
Percent = Annotated[float, Field(ge=0, le=100)]
Seconds = Annotated[float, Field(ge=0, le=6553)]


class Data(BaseModel):
    """Service data: unknown names are refused, so that a typing error is found and not ignored. A number stands for its
    digits where a text is asked for: YAML and command lines write codes and options without quotation marks."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Nothing(Data):
    """No data."""


@record
class Service:
    """One service: the model of its data and its effect. A toggle `turns` the fact `of` an entity: by its value ("" for
    any other) the services that stand for it, the first that the entity has."""

    model: type[Data]
    effect: Effect = "absolute"
    turns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _ON_OFF)
    of: str = "state"

    def effect_of(self, data: Mapping[str, Any]) -> Effect:
        """The effect with this data: a brightness step happens once where a brightness is absolute, and a keypad that
        hears a wrong code again and again locks itself."""
        return "once" if any("step" in name or name in SECRETS for name in data) else self.effect

    def turns_with(self, offered: Container[str]) -> bool:
        """Whether an entity with these services can be toggled."""
        return self.effect == "toggle" and all(self._first(names, offered) for names in self.turns.values())

    def behind(self, value: object, offered: Container[str]) -> str:
        """The service that stands for a toggle at this value."""
        return self._first(self.turns.get(str(value), self.turns[""]), offered)

    @staticmethod
    def _first(names: tuple[str, ...], offered: Container[str]) -> str:
        return next((name for name in names if name in offered), "")


Services = Mapping[str, Service]
"""The services of one domain by name."""
