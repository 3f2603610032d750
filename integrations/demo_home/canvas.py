"""A small canvas of numbered colours, and the PNG that it makes.

Pure; format: PNG, third edition (W3C), colour type 3. Pixels from the upper left corner; what lies outside is cut off.
"""

import struct
import zlib
from collections.abc import Sequence
from math import sqrt
from typing import Final

Colour = tuple[int, int, int]
FONT: Final = {
    "0": ("111", "101", "101", "101", "111"), "1": ("010", "110", "010", "010", "111"),
    "2": ("111", "001", "111", "100", "111"), "3": ("111", "001", "111", "001", "111"),
    "4": ("101", "101", "111", "001", "001"), "5": ("111", "100", "111", "001", "111"),
    "6": ("111", "100", "111", "101", "111"), "7": ("111", "001", "010", "010", "010"),
    "8": ("111", "101", "111", "101", "111"), "9": ("111", "101", "111", "001", "111"),
    ":": ("000", "010", "000", "010", "000"), "-": ("000", "000", "111", "000", "000"),
}  # fmt: skip
"""Figures of three by five dots."""
_GAP: Final = ("000",) * 5


class Canvas:
    """`palette` holds at most 256 colours; everything is drawn by the number of its colour."""

    def __init__(self, width: int, height: int, palette: Sequence[Colour]) -> None:
        self.width, self.height = width, height
        self.palette = tuple(palette)
        self._rows = [bytearray(width) for _ in range(height)]

    def copy(self, palette: Sequence[Colour]) -> "Canvas":
        """The same in other colours."""
        other = Canvas(self.width, self.height, palette)
        other._rows = [row[:] for row in self._rows]
        return other

    def line(self, y: int, left: float, right: float, colour: int) -> None:
        """A row of pixels from `left` up to `right`."""
        start, end = max(0, round(left)), min(self.width, round(right))
        if 0 <= y < self.height and start < end:
            self._rows[y][start:end] = bytes((colour,)) * (end - start)

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: int) -> None:
        for y in range(round(top), round(bottom)):
            self.line(y, left, right, colour)

    def trapezoid(self, top: tuple[float, float, float], bottom: tuple[float, float, float], colour: int) -> None:
        """Between two edges, each (y, left, right)."""
        for y in range(round(top[0]), round(bottom[0])):
            part = (y - top[0]) / (bottom[0] - top[0])
            left, right = (top[side] + part * (bottom[side] - top[side]) for side in (1, 2))
            self.line(y, left, right, colour)

    def disc(self, x: float, y: float, radius: float, colour: int, *, flat: float = 1.0) -> None:
        """A disc, or with `flat` below 1 an ellipse that is as much lower than it is wide."""
        height = radius * flat
        for row in range(round(y - height), round(y + height) + 1):
            half = radius * sqrt(max(0.0, 1 - ((row - y) / height) ** 2))
            self.line(row, x - half, x + half, colour)

    def figures(self, text: str, x: int, y: int, size: int, colour: int, ground: int) -> None:
        """Figures on a ground, `size` pixels for each dot; a sign without a picture leaves a gap."""
        for row in range(5):
            dots = "0".join(FONT.get(sign, _GAP)[row] for sign in text)
            line = b"".join(bytes((colour if dot == "1" else ground,)) * size for dot in dots)[: self.width - x]
            for place in range(y + size * row, min(self.height, y + size * (row + 1))):
                self._rows[place][x : x + len(line)] = line

    def png(self) -> bytes:
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        colours = b"".join(bytes(colour) for colour in self.palette)
        pixels = zlib.compress(b"".join(b"\0" + row for row in self._rows), 4)
        parts = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
