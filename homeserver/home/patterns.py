"""Few MQTT filters for many topics: one connection hears thousands of devices through a handful of subscriptions.

Topics are grouped by first level and depth. A group is heard by `first/+/.../last` for each of its last levels
while those are few, else by `first/+/.../+`. So no two of these filters match the same topic, none has `#` (our own
commands would come back), and none begins with a wildcard but that of topics of one level. Topics that have wildcards
themselves are filters as they are; brokers deliver once where filters of one client overlap. Pure: keeps counts of
what was added.
"""

from collections import Counter
from typing import Final

FEW: Final = 8
"""Last levels of one group that are listed one by one."""
_Group = tuple[str, int]


class Patterns:
    """`filters` always covers the topics that were added and not removed as often; the set is changed in place."""

    def __init__(self) -> None:
        self.filters: set[str] = set()
        self._groups: dict[_Group, Counter[str]] = {}
        self._wild: Counter[str] = Counter()

    def add(self, topic: str) -> bool:
        """True when `filters` has changed."""
        if is_wild(topic):
            self._wild[topic] += 1
            new = topic not in self.filters
            self.filters.add(topic)
            return new
        group, last = _taken_apart(topic)
        lasts = self._groups.setdefault(group, Counter())
        lasts[last] += 1
        return lasts[last] == 1 and self._renew(group, lasts, last, None)

    def remove(self, topic: str) -> bool:
        """True when `filters` has changed; a topic that was never added is no error."""
        if is_wild(topic):
            return self._remove_wild(topic)
        group, last = _taken_apart(topic)
        lasts = self._groups.get(group)
        if lasts is None or last not in lasts:
            return False
        lasts[last] -= 1
        if lasts[last]:
            return False
        del lasts[last]
        if not lasts:
            del self._groups[group]
        return self._renew(group, lasts, None, last)

    def _remove_wild(self, topic: str) -> bool:
        if topic not in self._wild:
            return False
        self._wild[topic] -= 1
        if self._wild[topic]:
            return False
        del self._wild[topic]
        if self._is_grouped(topic):
            return False
        self.filters.discard(topic)
        return True

    def _is_grouped(self, pattern: str) -> bool:
        """Whether a group needs this very filter."""
        group, last = _taken_apart(pattern)
        lasts = self._groups.get(group, Counter())
        needed = len(lasts) > FEW if last == "+" else last in lasts and len(lasts) <= FEW
        return needed and pattern == _pattern(group, last)

    def _renew(self, group: _Group, lasts: Counter[str], came: str | None, went: str | None) -> bool:
        """Bring the filters up to date; those with wildcards of their own stay."""
        if not self._wild:
            return self._renew_group(group, lasts, came, went)
        before = set(self.filters)
        self._renew_group(group, lasts, came, went)
        self.filters.update(self._wild)
        return self.filters != before

    def _renew_group(self, group: _Group, lasts: Counter[str], came: str | None, went: str | None) -> bool:
        """Bring the filters of a group up to date after one last level came or went."""
        wide = _pattern(group, "+")
        if len(lasts) > FEW:
            if wide in self.filters:
                return False
            self.filters.difference_update(_pattern(group, last) for last in lasts)
            self.filters.add(wide)
        elif wide in self.filters:
            self.filters.discard(wide)
            self.filters.update(_pattern(group, last) for last in lasts)
        elif came is not None:
            self.filters.add(_pattern(group, came))
        elif went is not None:
            self.filters.discard(_pattern(group, went))
        return True


def is_wild(topic: str) -> bool:
    """Whether a topic has wildcards."""
    return "+" in topic or "#" in topic


def _taken_apart(topic: str) -> tuple[_Group, str]:
    """A topic of one level has no first level that all of its group share."""
    levels = topic.split("/")
    return ("" if len(levels) == 1 else levels[0], len(levels)), levels[-1]


def _pattern(group: _Group, last: str) -> str:
    first, depth = group
    return last if depth == 1 else "/".join((first, *("+",) * (depth - 2), last))
