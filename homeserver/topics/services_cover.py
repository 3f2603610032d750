"""The services of things that travel between closed and open: covers and valves."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from homeserver.topics.service import Data, Nothing, Service, Services

_Percent = Annotated[int, Field(ge=0, le=100)]


class Position(Data):
    """How far open: 0 is closed, 100 is open."""

    position: _Percent


class TiltPosition(Data):
    """How far the slats are open: 0 is closed, 100 is open."""

    tilt_position: _Percent


def _turns(thing: str) -> Mapping[str, tuple[str, ...]]:
    """What moves is stopped, or turned back where it cannot be stopped."""
    close, stop, opened = (f"{verb}_{thing}" for verb in ("close", "stop", "open"))
    return {"closed": (opened,), "closing": (stop, opened), "opening": (stop, close), "": (close,)}


TRAVEL: Final[Mapping[str, Services]] = {
    "cover": {
        "open_cover": Service(Nothing),
        "close_cover": Service(Nothing),
        "stop_cover": Service(Nothing, "once"),
        "set_cover_position": Service(Position),
        "open_cover_tilt": Service(Nothing),
        "close_cover_tilt": Service(Nothing),
        "stop_cover_tilt": Service(Nothing, "once"),
        "set_cover_tilt_position": Service(TiltPosition),
        "toggle": Service(Nothing, "toggle", _turns("cover")),
        "toggle_cover_tilt": Service(
            Nothing, "toggle", {"0": ("open_cover_tilt",), "": ("close_cover_tilt",)}, "current_tilt_position"
        ),
    },
    "valve": {
        "open_valve": Service(Nothing),
        "close_valve": Service(Nothing),
        "stop_valve": Service(Nothing, "once"),
        "set_valve_position": Service(Position),
        "toggle": Service(Nothing, "toggle", _turns("valve")),
    },
}
