"""One device as it is heard: when it reports, and what.

Needs a unit and its kind. Keeps what was reported last, and the last message of every topic of the device.
"""

from collections.abc import Collection

from integrations.demo_home.unit import NEVER, Kind, Message, Unit, Values


class Voice:
    """Looks at the world now and then, and reports what moved; `last` is shared by all voices. `busy` is when it will
    have carried out the last command: a device takes one after the other."""

    def __init__(self, unit: Unit, kind: Kind, last: dict[str, Message]) -> None:
        self.unit = unit
        self.kind = kind
        self.busy = 0.0
        self._last = last
        self._components = {entity.field: entity.component for entity in kind.entities}
        self._quiet = {name for name, step in kind.steps.items() if step == NEVER}
        self._values: Values = {}
        self._reported = 0.0

    def look(self, changed: bool = False) -> list[Message]:
        """What is to be said now; with `changed`, all of it even where nothing differs."""
        said = self._happened()
        if not self.unit.radio.online:
            return []
        return said + self._report(changed)

    def _happened(self) -> list[Message]:
        """What happened at it just now; who is not heard at this moment never will be."""
        kind, device, told = self.kind, self.unit.device, self.unit.world.told
        if device.key not in told:
            return []
        return [
            kind.dialect.happened(device, self._components.get(field, ""), field, said)
            for field, said in told.pop(device.key)
        ]

    def _report(self, changed: bool) -> list[Message]:
        now = self.unit.world.timeline.now
        values = self.kind.read(self.unit)
        if changed or now - self._reported >= self.kind.heartbeat - 1e-6:
            return self._say(values, ())
        last, quiet, has_moved = self._values, self._quiet, self.kind.moved
        moved = []
        for name, value in values.items():  # what every device does all day long: worth a plain loop
            before = last.get(name)
            if value != before and name not in quiet and has_moved(name, value, before):
                moved.append(name)
        return self._say(values, moved) if moved else []

    def _say(self, values: Values, moved: Collection[str]) -> list[Message]:
        # Fields that ride along unasked in a whole-state report are reported too; single topics only where they moved.
        self._values = {**self._values, **{name: values[name] for name in moved}} if moved else values
        self._reported = self.unit.world.timeline.now
        device, dialect = self.unit.device, self.kind.dialect
        return self._keep(dialect.report(device, self._components, values, moved, self._local_time))

    def _local_time(self) -> str:
        return self.unit.world.timeline.time().strftime("%Y-%m-%dT%H:%M:%S")

    def announcements(self) -> list[Message]:
        return self.kind.dialect.discovery(self.unit.device, self.kind.entities)

    def availability(self) -> list[Message]:
        return self._keep(self.kind.dialect.availability(self.unit.device, self.unit.radio.online))

    def _keep(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._last[message.topic] = message
        return messages
