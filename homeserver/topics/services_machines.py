"""The services of machines that go about by themselves: vacuum cleaners and lawn mowers."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from homeserver.topics.service import Data, Nothing, Service, Services

_Ids = Annotated[tuple[str, ...], Field(min_length=1, max_length=200)]


class FanSpeed(Data):
    """One of the vacuum's fan speeds."""

    fan_speed: str


class OwnCommand(Data):
    """A command of the maker; `params` as an object go with it as JSON."""

    command: str
    params: dict[str, Any] | list[Any] | None = None


class Segments(Data):
    """Segments of the vacuum's map by their ids, in the order of cleaning."""

    segment_ids: _Ids


class Areas(Data):
    """Areas that are to be cleaned: the vacuum's segments of these names."""

    cleaning_area_id: _Ids


MACHINES: Final[Mapping[str, Services]] = {
    "vacuum": {
        "start": Service(Nothing),
        "pause": Service(Nothing),
        "stop": Service(Nothing, "once"),
        "return_to_base": Service(Nothing),
        "clean_spot": Service(Nothing, "once"),
        "locate": Service(Nothing, "once"),
        "set_fan_speed": Service(FanSpeed),
        "send_command": Service(OwnCommand, "once"),
        "clean_segments": Service(Segments, "once"),
        "clean_area": Service(Areas, "once"),
    },
    "lawn_mower": {
        "start_mowing": Service(Nothing),
        "pause": Service(Nothing),
        "dock": Service(Nothing),
        "stop": Service(Nothing, "once"),
    },
}
