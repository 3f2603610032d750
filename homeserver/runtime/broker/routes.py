"""Routes: which clients asked for a topic, and with which QoS.

Literal filters are found by hash, wildcards are compared one by one; what was found is remembered per topic
until a subscription changes. Filters of one client that overlap deliver once, at the highest QoS granted.
"""

from homeserver.runtime.broker.session import Client
from homeserver.runtime.filters import matches

REMEMBERED = 20_000  # topics

Targets = tuple[tuple[Client, int], ...]


class Routes:
    def __init__(self) -> None:
        self._literal: dict[str, dict[Client, int]] = {}
        self._wild: dict[str, dict[Client, int]] = {}
        self._found: dict[str, Targets] = {}

    def add(self, pattern: str, client: Client, qos: int) -> None:
        self._table(pattern).setdefault(pattern, {})[client] = qos
        self._found.clear()

    def remove(self, pattern: str, client: Client) -> None:
        table = self._table(pattern)
        if client in table.get(pattern, ()):
            del table[pattern][client]
            if not table[pattern]:
                del table[pattern]
            self._found.clear()

    def targets(self, topic: str) -> Targets:
        found = self._found.get(topic)
        if found is None:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            found = self._found[topic] = self._find(topic)
        return found

    def _find(self, topic: str) -> Targets:
        best = dict(self._literal.get(topic, {}))
        for pattern, asked in self._wild.items():
            if matches(pattern, topic):
                for client, qos in asked.items():
                    best[client] = max(qos, best.get(client, 0))
        return tuple(best.items())

    def _table(self, pattern: str) -> dict[str, dict[Client, int]]:
        return self._wild if "#" in pattern or "+" in pattern else self._literal
