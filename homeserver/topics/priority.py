"""How much a command weighs against others for the same entity: a number from 1 to 9, the strongest last.

People are stronger than rules, and what keeps them safe is stronger than people. What nobody says a priority of has
that of its speaker, who is known by the login that the broker vouches for.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from homeserver.topics.call import CallError

LOW: Final = 2
RULE: Final = 4
MANUAL: Final = 6
SAFETY: Final = 8
WEAKEST: Final = 1
STRONGEST: Final = 9
WORDS: Final[Mapping[str, int]] = {"low": LOW, "rule": RULE, "manual": MANUAL, "safety": SAFETY}
LONGEST_HOLD: Final = 366 * 86_400.0
_BY_HAND: Final = "process.cli"
"""The command line of the machine itself: somebody sits there."""


class Weight(NamedTuple):
    """What a command says of itself: its priority, None for that of its speaker, and the seconds for which it holds,
    None for what the home holds by itself."""

    priority: int | None = None
    hold_for: float | None = None


UNSAID: Final = Weight()


def filled(own: Weight, outer: Weight) -> Weight:
    """`own`, with what it does not say taken from `outer`."""
    if outer is UNSAID:
        return own
    priority = outer.priority if own.priority is None else own.priority
    return Weight(priority, outer.hold_for if own.hold_for is None else own.hold_for)


def without_hold(weight: Weight) -> Weight:
    """What whoever is held himself hands on: the hold ends with his own, so nobody behind him is held."""
    return weight if weight == UNSAID else Weight(weight.priority, 0.0)


def priority_of(login: str, said: int | None) -> int:
    """What a command of this login weighs. A device is no stronger than a rule and a person no stronger than a person,
    whatever they say: to be believed with more takes a process of the home, or one that it was made a login for."""
    kind = login.partition(".")[0]
    if kind == "person":
        return MANUAL if said is None or said > MANUAL else said
    if kind == "process":
        return said if said is not None else MANUAL if login == _BY_HAND else RULE
    return RULE if said is None or said > RULE else said


def may_hold(login: str) -> bool:
    """Whether a login may hold an entity: people and processes, never a device."""
    return login.partition(".")[0] in ("person", "process")


def weight_said(login: str, said: int | None, hold_for: float | None) -> Weight:
    """The weight of a command as it is to be believed, its priority None for that of a rule. Raises `CallError`."""
    if said is not None and not WEAKEST <= said <= STRONGEST:
        raise CallError("invalid", f"a priority is a number from {WEAKEST} to {STRONGEST}", "priority")
    if hold_for and not may_hold(login):
        raise CallError("denied", f"{login} is a device, and no device holds an entity", "hold_for")
    if hold_for is not None and not 0 <= hold_for <= LONGEST_HOLD:
        raise CallError("invalid", "hold_for is a number of seconds, a year at most", "hold_for")
    number = priority_of(login, said)
    return Weight(None if said is None and number == RULE else number, hold_for)


def word_of(priority: int) -> str:
    """As people say it: `manual`, or the number where there is no word."""
    return next((word for word, number in WORDS.items() if number == priority), str(priority))


def number_of(said: object) -> int:
    """The priority that a word or a number means; raises ValueError, which tells what may be said."""
    text = str(said).strip().lower()
    number = WORDS.get(text) or (int(text) if text.isdecimal() and len(text) == 1 else 0)
    if isinstance(said, bool) or not WEAKEST <= number <= STRONGEST:
        raise ValueError(f"{said!r} is no priority: say {', '.join(WORDS)}, or a number from {WEAKEST} to {STRONGEST}")
    return number
