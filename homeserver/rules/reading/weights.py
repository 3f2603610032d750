"""`priority` and `hold_for` of a rule, a script or an action: what its commands weigh, and for how long they hold.

Our own addition. An action says more than its rule. See `homeserver.topics.priority` and docs/decisions/0029.
"""

from homeserver.rules.reading.durations import DurationError, seconds_of
from homeserver.rules.reading.fields import Fields
from homeserver.topics.priority import UNSAID, Weight, number_of


def weight_of(fields: Fields, outer: Weight = UNSAID) -> Weight:
    """Take both fields; what is not said is that of `outer`. Raises `RuleError`."""
    priority, hold = fields.take("priority"), fields.take("hold_for")
    try:
        number = outer.priority if priority is None else number_of(priority)
    except ValueError as error:
        raise fields.wrong(f"priority: {error}", "priority") from error
    if isinstance(hold, str) and "{" in hold:
        raise fields.wrong("hold_for is a length of time such as 00:30:00, and no template", "hold_for")
    try:
        seconds = outer.hold_for if hold is None else seconds_of(hold)
    except DurationError as error:
        raise fields.wrong(f"hold_for: {error}", "hold_for") from error
    return Weight(number, seconds)
