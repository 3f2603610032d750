"""What a service of an entity is: the model of its data, and what asking twice would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Effect = Literal["absolute", "toggle", "once"]
"""absolute: the same result however often it is carried out (on, off, 40 %); may be sent again.
toggle: made absolute by the owner, who knows the state. once: press, step, stop; sent at most once."""

Byte = Annotated[int, Field(ge=0, le=255)]
Percent = Annotated[float, Field(ge=0, le=100)]
Seconds = Annotated[float, Field(ge=0, le=6553)]


class Data(BaseModel):
    """Service data: unknown names are refused, so that a typing error is found and not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Data):
    """No data."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service: the model of its data and its effect."""

    model: type[Data]
    effect: Effect = "absolute"

    def effect_of(self, data: Mapping[str, Any]) -> Effect:
        """The effect with this data: a brightness step happens once where a brightness is absolute."""
        return "once" if any("step" in name for name in data) else self.effect


Services = Mapping[str, Service]
"""The services of one domain by name."""
