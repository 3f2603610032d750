"""What is drawn is in the picture, and the picture is a PNG that others can read."""

import struct
import zlib

from integrations.demo_home.canvas import Canvas

RED, BLUE = (255, 0, 0), (0, 0, 255)


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of a PNG with a palette, its check sums verified."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, chunks = 8, dict[bytes, bytes]()
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        content = png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        place += 12 + length
    width, height, depth, colours = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colours, chunks[b"PLTE"]) == (8, 3, bytes(RED + BLUE))
    raw = zlib.decompress(chunks[b"IDAT"])
    rows = [raw[start : start + width + 1] for start in range(0, len(raw), width + 1)]
    assert all(row[0] == 0 for row in rows)
    return width, height, [row[1:] for row in rows]


def test_shapes_are_where_they_were_drawn_and_nothing_lies_outside() -> None:
    canvas = Canvas(8, 6, (RED, BLUE))
    canvas.rectangle(2, 1, 5, 3, 1)
    canvas.rectangle(-5, 5, 99, 40, 1)
    width, height, rows = pixels(canvas.png())
    assert (width, height, len(rows)) == (8, 6, 6)
    assert [row.hex() for row in rows] == [
        "0000000000000000", "0000010101000000", "0000010101000000",
        "0000000000000000", "0000000000000000", "0101010101010101",
    ]  # fmt: skip


def test_a_copy_goes_its_own_way() -> None:
    canvas = Canvas(4, 4, (RED, BLUE))
    other = canvas.copy((RED, BLUE))
    other.disc(2, 2, 2, 1)
    canvas.figures("1", 0, 0, 1, 1, 0)
    assert pixels(canvas.png())[2][1] == bytes((1, 1, 0, 0))
    assert sum(map(sum, pixels(other.png())[2])) > 8
