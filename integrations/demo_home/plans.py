"""The days of the family: who does what, where and when, as tables.

Needs nothing. A row of a day: local time, minutes by which it varies (standard deviation), room (or AWAY), activity.
A day begins at four in the morning. Rows for another person or another kind of day are added here and nowhere else.
"""

from typing import Final, NamedTuple

from homeserver.topics.record import record

AWAY: Final = "away"


@record
class Activity:
    """`motion` movements per hour, `heat` W of a body (sensible heat, EN ISO 7730), `lux` wanted (0: darkness),
    `errands` short walks per hour, `uses` what it runs in its room."""

    motion: float
    heat: float
    lux: float
    errands: float = 0.0
    uses: str = ""


ACTIVITIES: Final = {
    "sleep": Activity(0.6, 60, 0, 0.05),
    "dress": Activity(50, 90, 90),
    "wash": Activity(45, 85, 90),
    "shower": Activity(35, 90, 90, uses="shower"),
    "eat": Activity(25, 75, 90),
    "breakfast": Activity(35, 85, 90, uses="kettle"),
    "cook": Activity(60, 110, 150, uses="stove"),
    "dishes": Activity(60, 105, 120, uses="dishwasher"),
    "laundry": Activity(50, 105, 80, uses="washing_machine"),
    "work": Activity(12, 78, 120, 0.7, uses="computer"),
    "read": Activity(8, 72, 100, 0.5),
    "tv": Activity(7, 70, 15, 0.6, uses="television"),
    "play": Activity(45, 95, 90, 0.8),
    "homework": Activity(14, 75, 130, 0.5),
    "story": Activity(15, 75, 40),
    "tidy": Activity(45, 100, 90, 2.0),
    "out": Activity(0, 0, 0),
}


class Row(NamedTuple):
    clock: str
    spread: float
    room: str
    activity: str


@record
class Member:
    """`forgets` is how often lamps stay on behind them; `days` maps kinds of day to rows."""

    name: str
    adult: bool
    bed: str
    forgets: float
    days: dict[str, tuple[Row, ...]]


def _day(*rows: tuple[str, float, str, str]) -> tuple[Row, ...]:
    return tuple(Row(*row) for row in rows)


_EVENING_ANNA = (
    ("17:25", 8, "kitchen", "cook"), ("18:15", 5, "kitchen", "eat"), ("18:50", 4, "kitchen", "dishes"),
    ("19:10", 8, "living_room", "read"), ("19:55", 5, "childrens_room", "story"), ("20:20", 6, "living_room", "tv"),
    ("22:15", 12, "bathroom", "wash"), ("22:35", 10, "bedroom", "sleep"),
)  # fmt: skip
_MORNING_ANNA = (
    ("06:25", 6, "bathroom", "shower"), ("06:42", 3, "bedroom", "dress"), ("06:58", 4, "kitchen", "breakfast"),
)  # fmt: skip

ANNA: Final = Member("Anna", True, "bedroom", 0.15, {
    "at_home": _day(
        *_MORNING_ANNA, ("07:50", 8, "office", "work"), ("10:05", 10, "kitchen", "breakfast"),
        ("10:20", 5, "office", "work"),
        ("12:20", 10, "kitchen", "cook"), ("12:50", 6, "kitchen", "eat"), ("13:20", 8, "office", "work"),
        ("15:50", 15, "utility_room", "laundry"), ("16:05", 6, "living_room", "tidy"), *_EVENING_ANNA,
    ),
    "workday": _day(
        *_MORNING_ANNA, ("07:35", 5, AWAY, "out"), ("15:20", 15, "kitchen", "breakfast"),
        ("15:50", 12, "utility_room", "laundry"), ("16:05", 6, "living_room", "tidy"), *_EVENING_ANNA,
    ),
    "weekend": _day(
        ("08:05", 25, "bathroom", "shower"), ("08:25", 6, "bedroom", "dress"), ("08:45", 10, "kitchen", "breakfast"),
        ("09:50", 15, "utility_room", "laundry"), ("10:05", 5, "living_room", "tidy"), ("11:05", 25, AWAY, "out"),
        ("13:10", 20, "kitchen", "cook"), ("13:50", 10, "kitchen", "eat"), ("14:40", 15, "living_room", "read"),
        ("16:30", 20, "office", "work"), *_EVENING_ANNA[:-2], ("23:05", 20, "bathroom", "wash"),
        ("23:25", 15, "bedroom", "sleep"),
    ),
})  # fmt: skip

BEN: Final = Member("Ben", True, "bedroom", 0.3, {
    "workday": _day(
        ("06:48", 6, "bathroom", "wash"), ("07:02", 3, "kitchen", "breakfast"), ("07:28", 5, AWAY, "out"),
        ("17:05", 20, "living_room", "read"), ("18:16", 4, "kitchen", "eat"), ("18:55", 8, "childrens_room", "play"),
        ("19:40", 8, "bathroom", "shower"), ("20:00", 5, "living_room", "tv"), ("22:40", 15, "bathroom", "wash"),
        ("22:58", 12, "bedroom", "sleep"),
    ),
    "weekend": _day(
        ("08:40", 20, "bathroom", "shower"), ("09:00", 6, "kitchen", "breakfast"), ("09:45", 15, "living_room", "read"),
        ("11:00", 25, AWAY, "out"), ("13:15", 20, "living_room", "play"), ("13:52", 8, "kitchen", "eat"),
        ("14:30", 10, "kitchen", "dishes"), ("14:50", 10, "office", "read"), ("17:00", 20, "living_room", "play"),
        ("18:16", 5, "kitchen", "eat"), ("19:00", 10, "living_room", "tv"), ("23:10", 20, "bathroom", "wash"),
        ("23:30", 12, "bedroom", "sleep"),
    ),
})  # fmt: skip

MIA: Final = Member("Mia", False, "childrens_room", 0.5, {
    "workday": _day(
        ("06:50", 5, "childrens_room", "dress"), ("07:04", 4, "kitchen", "eat"), ("07:18", 3, "bathroom", "wash"),
        ("07:30", 4, AWAY, "out"), ("14:10", 12, "kitchen", "eat"), ("14:40", 8, "childrens_room", "homework"),
        ("16:10", 15, "living_room", "play"), ("18:15", 4, "kitchen", "eat"), ("18:50", 6, "childrens_room", "play"),
        ("20:25", 8, "bathroom", "wash"), ("20:45", 6, "childrens_room", "sleep"),
    ),
    "weekend": _day(
        ("08:20", 25, "childrens_room", "play"), ("08:55", 8, "kitchen", "eat"), ("09:30", 8, "childrens_room", "play"),
        ("11:02", 25, AWAY, "out"), ("13:20", 20, "childrens_room", "play"), ("13:53", 6, "kitchen", "eat"),
        ("14:40", 10, "living_room", "play"), ("18:17", 5, "kitchen", "eat"), ("19:00", 8, "living_room", "tv"),
        ("21:00", 12, "bathroom", "wash"), ("21:20", 8, "childrens_room", "sleep"),
    ),
})  # fmt: skip

LEO: Final = Member("Leo", False, "childrens_room", 0.6, {
    "workday": _day(
        ("06:58", 5, "childrens_room", "dress"), ("07:08", 3, "kitchen", "eat"), ("07:22", 3, "bathroom", "wash"),
        ("07:31", 3, AWAY, "out"), ("15:25", 10, "living_room", "play"), ("17:00", 15, "childrens_room", "play"),
        ("18:16", 4, "kitchen", "eat"), ("18:55", 6, "childrens_room", "play"), ("19:25", 5, "bathroom", "wash"),
        ("19:50", 4, "childrens_room", "sleep"),
    ),
    "weekend": _day(
        ("07:50", 20, "living_room", "play"), ("08:52", 6, "kitchen", "eat"), ("09:25", 8, "living_room", "play"),
        ("11:01", 25, AWAY, "out"), ("13:20", 20, "living_room", "play"), ("13:54", 6, "kitchen", "eat"),
        ("14:40", 10, "childrens_room", "play"), ("18:17", 4, "kitchen", "eat"), ("18:55", 6, "childrens_room", "play"),
        ("20:00", 8, "bathroom", "wash"), ("20:20", 6, "childrens_room", "sleep"),
    ),
})  # fmt: skip

FAMILY: Final = (ANNA, BEN, MIA, LEO)
HOME_OFFICE: Final = (0, 2, 4)
"""Days of the week (Monday is 0) on which whoever has a day "at_home" works at home."""


def day_of(member: Member, weekday: int) -> tuple[Row, ...]:
    """The rows of a member's day; Monday is 0."""
    if weekday >= 5:
        return member.days["weekend"]
    if weekday in HOME_OFFICE and "at_home" in member.days:
        return member.days["at_home"]
    return member.days["workday"]
