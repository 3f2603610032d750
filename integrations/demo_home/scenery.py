"""What the camera at the front door sees: garden, street, sky and whoever stands there, drawn as a small picture.

Needs the time, the light outside and the clouds. Pure: the same moment gives the same picture, byte for byte.
"""

from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

from integrations.demo_home.canvas import Canvas, Colour
from integrations.demo_home.sun import Light

WIDTH, HEIGHT = 480, 270
HORIZON: Final = 150
_SKY: Final = 48
"""Shades from the top of the sky to the horizon; they come first in the palette."""


class Visitor(NamedTuple):
    coat: Colour
    hair: Colour
    trousers: Colour
    cap: bool = False
    parcel: bool = False


VISITORS: Final = {
    "postwoman": Visitor((240, 190, 40), (92, 58, 34), (44, 52, 70), cap=True),
    "courier": Visitor((150, 84, 44), (40, 32, 30), (66, 44, 34), cap=True, parcel=True),
    "neighbour": Visitor((70, 128, 104), (176, 170, 164), (72, 74, 84)),
    "friend": Visitor((188, 74, 84), (216, 160, 84), (52, 66, 104)),
}
_DAY: Final = ((86, 146, 208), (208, 228, 240))
_GREY: Final = ((136, 148, 160), (206, 210, 212))
_NIGHT: Final = ((14, 18, 34), (40, 48, 72))
_THINGS: Final[dict[str, Colour]] = {
    "cloud": (244, 244, 240), "hill": (112, 146, 116), "far": (140, 122, 108), "roof": (124, 66, 54),
    "window": (250, 222, 140), "hedge": (58, 96, 62), "leaf": (72, 116, 74), "lawn": (112, 154, 88),
    "street": (128, 130, 134), "path": (188, 178, 164), "joint": (168, 158, 146), "post": (70, 66, 64),
    "skin": (226, 178, 148), "parcel": (196, 154, 104), "tape": (222, 196, 152), "shadow": (96, 118, 80),
    "white": (246, 246, 246), "black": (24, 24, 26),
}  # fmt: skip
_LIGHT: Final = 0.3
"""How much of full daylight puts out the windows."""
_LIT: Final = frozenset(("window", "white"))
"""What night does not darken."""


class Scene:
    """The palette of a moment, and the numbers of its colours by name."""

    def __init__(self, light: Light, cloud: float, visitor: Visitor | None) -> None:
        self.day = min(1.0, light.on_ground() / 60)
        near = max(self.day, 0.55 if visitor else 0.3)  # the lamp of the porch
        top, bottom = (
            _mix(night, _mix(clear, grey, cloud), self.day)
            for night, clear, grey in zip(_NIGHT, _DAY, _GREY, strict=True)
        )
        named = dict(_THINGS)
        if visitor is not None:
            named |= {"coat": visitor.coat, "hair": visitor.hair, "trousers": visitor.trousers}
        self.palette = [_mix(top, bottom, shade / (_SKY - 1)) for shade in range(_SKY)]
        self.number = {name: _SKY + place for place, name in enumerate(named)}
        for name, colour in named.items():
            dark = _mix((10, 12, 24), colour, near if name in ("coat", "hair", "trousers", "skin") else 0.35)
            self.palette.append(colour if name in _LIT else _mix(dark, colour, self.day))
        if self.day > _LIGHT:
            self.palette[self.number["window"]] = (96, 112, 124)


def _mix(one: Colour, two: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, two, strict=True))
    return red, green, blue


def draw(local: datetime, light: Light, cloud: float, visitor: str | None) -> bytes:
    """The picture as PNG."""
    who = VISITORS[visitor] if visitor else None
    scene = Scene(light, cloud, who)
    canvas = _ground(tuple(_THINGS)).copy(scene.palette)
    if scene.day > _LIGHT:
        _clouds(canvas, scene.number["cloud"], round(5 * cloud), local.hour)
    if who is not None:
        _person(canvas, scene.number, who)
    canvas.rectangle(0, HEIGHT - 20, 152, HEIGHT, scene.number["black"])
    canvas.figures(local.strftime("%Y-%m-%d %H:%M"), 8, HEIGHT - 15, 2, scene.number["white"], scene.number["black"])
    return canvas.png()


@cache
def _ground(names: tuple[str, ...]) -> Canvas:
    """What never moves; its colours come with the moment."""
    canvas = Canvas(WIDTH, HEIGHT, ())
    number = {name: _SKY + place for place, name in enumerate(names)}
    _street(canvas, number)
    _garden(canvas, number)
    return canvas


def _clouds(canvas: Canvas, colour: int, count: int, hour: int) -> None:
    """They drift with the hours."""
    for place in range(count):
        x, y = (place * 151 + hour * 37) % WIDTH, 22 + place * 31 % 42
        for aside, size in ((-26, 13), (0, 19), (24, 14)):
            canvas.disc(x + aside, y - size / 3, size, colour, flat=0.6)


def _street(canvas: Canvas, number: dict[str, int]) -> None:
    """The sky, and the houses across the street."""
    for y in range(HORIZON):
        canvas.line(y, 0, WIDTH, y * _SKY // HORIZON)
    canvas.disc(90, HORIZON + 60, 220, number["hill"], flat=0.45)
    canvas.disc(430, HORIZON + 70, 260, number["hill"], flat=0.4)
    for left, width, roof in ((36, 96, 74), (168, 78, 88), (336, 110, 70)):
        canvas.rectangle(left, roof + 26, left + width, HORIZON, number["far"])
        canvas.trapezoid((roof, left + 18, left + width - 18), (roof + 28, left - 7, left + width + 7), number["roof"])
        for window in range(left + 13, left + width - 16, 26):
            canvas.rectangle(window, roof + 38, window + 13, roof + 55, number["window"])


def _garden(canvas: Canvas, number: dict[str, int]) -> None:
    """Street, hedge, lawn, and the path that leads up to the door."""
    canvas.rectangle(0, HORIZON, WIDTH, HORIZON + 14, number["street"])
    canvas.rectangle(0, HORIZON + 10, WIDTH, HEIGHT, number["lawn"])
    for x in range(-6, WIDTH + 12, 24):
        if not 204 < x < 284:
            canvas.disc(x, HORIZON + 14, 17, number["hedge"], flat=0.85)
            canvas.disc(x - 4, HORIZON + 9, 8, number["leaf"], flat=0.8)
    canvas.trapezoid((HORIZON + 8, 220, 268), (HEIGHT, 128, 360), number["path"])
    for y in (172, 190, 214, 244):
        canvas.rectangle(0.5 * (WIDTH - 0.85 * y) + 34, y, 0.5 * (WIDTH + 0.85 * y) - 24, y + 2, number["joint"])
    for x in (204, 276):
        canvas.rectangle(x, HORIZON - 14, x + 9, HORIZON + 26, number["post"])
        canvas.disc(x + 4.5, HORIZON - 16, 7, number["window"])


def _person(canvas: Canvas, number: dict[str, int], who: Visitor) -> None:
    """Somebody in front of the camera, a little from above."""
    x = 244
    canvas.disc(x, 262, 78, number["shadow"], flat=0.2)
    canvas.trapezoid((206, x - 30, x + 30), (270, x - 32, x + 32), number["trousers"])
    canvas.rectangle(x - 1, 224, x + 2, 270, number["black"])
    canvas.trapezoid((126, x - 30, x + 30), (150, x - 54, x + 54), number["coat"])
    canvas.trapezoid((150, x - 54, x + 54), (226, x - 46, x + 46), number["coat"])
    canvas.rectangle(x - 1, 136, x + 1, 226, number["shadow"] if who.cap else number["white"])
    canvas.rectangle(x - 11, 108, x + 11, 132, number["skin"])
    canvas.disc(x, 84, 38, number["hair"], flat=1.06)
    canvas.disc(x, 90, 31, number["skin"], flat=1.14)
    for eye in (x - 12, x + 12):
        canvas.disc(eye, 88, 3.4, number["black"])
    canvas.disc(x, 106, 9, number["roof"], flat=0.5)
    canvas.rectangle(x - 10, 100, x + 11, 106, number["skin"])
    canvas.trapezoid((48, x - 22, x + 22), (66, x - 36, x + 36), number["coat" if who.cap else "hair"])
    if who.cap:
        canvas.trapezoid((64, x - 38, x + 38), (73, x - 44, x + 44), number["trousers"])
    if who.parcel:
        canvas.rectangle(x - 44, 168, x + 44, 228, number["parcel"])
        canvas.rectangle(x - 7, 168, x + 7, 228, number["tape"])
    for side in (-1, 1):
        canvas.disc(x + side * 46, 210 if who.parcel else 228, 10, number["skin"])
