"""Ranges and conditions, by the tables of RFC 9110."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.bridge.ranges import disposition, wanted

MODIFIED = datetime(2026, 1, 5, 7, 0, 0, 500, tzinfo=UTC)
DATE = "Mon, 05 Jan 2026 07:00:00 GMT"
LATER = "Mon, 05 Jan 2026 07:00:01 GMT"
EARLIER = "Mon, 05 Jan 2026 06:59:59 GMT"


@pytest.mark.parametrize(
    ("headers", "status", "start", "end"),
    [
        ({}, 200, 0, 100),
        ({"range": "bytes=0-0"}, 206, 0, 1),
        ({"range": "bytes=10-19"}, 206, 10, 20),
        ({"range": "bytes=90-"}, 206, 90, 100),
        ({"range": "bytes=-10"}, 206, 90, 100),
        ({"range": "bytes=-1000"}, 206, 0, 100),
        ({"range": "bytes=50-1000"}, 206, 50, 100),
        ({"range": "Bytes = 1 - 2"}, 206, 1, 3),
        ({"range": "bytes=100-"}, 416, 0, 0),
        ({"range": "bytes=100-200"}, 416, 0, 0),
        ({"range": "bytes=-0"}, 416, 0, 0),
        ({"range": "bytes=20-10"}, 200, 0, 100),
        ({"range": "bytes=-"}, 200, 0, 100),
        ({"range": "bytes=0-1,5-6"}, 200, 0, 100),
        ({"range": "lines=0-1"}, 200, 0, 100),
        ({"range": "bytes=" + "9" * 40 + "-"}, 200, 0, 100),
        ({"range": "bytes=0-9", "if-range": '"tag"'}, 206, 0, 10),
        ({"range": "bytes=0-9", "if-range": '"other"'}, 200, 0, 100),
        ({"range": "bytes=0-9", "if-range": 'W/"tag"'}, 200, 0, 100),
        ({"range": "bytes=0-9", "if-range": DATE}, 206, 0, 10),
        ({"range": "bytes=0-9", "if-range": LATER}, 200, 0, 100),
        ({"range": "bytes=0-9", "if-range": "yesterday"}, 200, 0, 100),
        ({"if-none-match": '"tag"'}, 304, 0, 0),
        ({"if-none-match": 'W/"tag"'}, 304, 0, 0),
        ({"if-none-match": '"a", "tag"'}, 304, 0, 0),
        ({"if-none-match": "*"}, 304, 0, 0),
        ({"if-none-match": '"other"', "range": "bytes=0-0"}, 206, 0, 1),
        ({"if-none-match": '"tag"', "range": "bytes=0-0"}, 304, 0, 0),
        ({"if-none-match": '"other"', "if-modified-since": LATER}, 200, 0, 100),
        ({"if-modified-since": DATE}, 304, 0, 0),
        ({"if-modified-since": LATER}, 304, 0, 0),
        ({"if-modified-since": EARLIER}, 200, 0, 100),
        ({"if-modified-since": "nonsense"}, 200, 0, 100),
        ({"if-match": '"tag"'}, 200, 0, 100),
        ({"if-match": "*"}, 200, 0, 100),
        ({"if-match": 'W/"tag"'}, 412, 0, 0),
        ({"if-match": '"other"'}, 412, 0, 0),
    ],
)
def test_what_is_wanted(headers: dict[str, str], status: int, start: int, end: int) -> None:
    part = wanted(headers, "tag", MODIFIED, 100)
    assert (part.status, part.start, part.end) == (status, start, end)


@given(st.text(max_size=60), st.integers(0, 10**14))
def test_no_header_leads_beyond_the_file(text: str, length: int) -> None:
    for range_ in (text, f"bytes={text}"):
        part = wanted({"range": range_}, "tag", MODIFIED, length)
        assert 0 <= part.start <= part.end <= length


@pytest.mark.parametrize(
    ("filename", "kind", "told"),
    [
        ("film.mp4", "video/mp4", 'inline; filename="film.mp4"'),
        ("a b.jpg", "image/jpeg", 'inline; filename="a b.jpg"'),
        ("page.html", "text/html", 'attachment; filename="page.html"'),
        ("icon.svg", "image/svg+xml", 'attachment; filename="icon.svg"'),
        ("note.txt", "text/plain; charset=utf-8", 'inline; filename="note.txt"'),
        ("Müll.pdf", "application/pdf", "inline; filename=\"M_ll.pdf\"; filename*=UTF-8''M%C3%BCll.pdf"),
        ('a"b\\c.bin', "x/y", "attachment; filename=\"a_b_c.bin\"; filename*=UTF-8''a%22b%5Cc.bin"),
        ("a\r\nb", "x/y", "attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab"),
    ],
)
def test_under_which_name_it_is_shown_or_saved(filename: str, kind: str, told: str) -> None:
    assert disposition(filename, kind, download=False) == told
    assert disposition(filename, kind, download=True) == told.replace("inline", "attachment")
