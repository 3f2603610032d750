"""Which keys each kind of trigger, condition and action takes: learned by compiling samples of each, so that an editor
completes what the engine reads, and nothing else.

The samples are the least that each kind must say, and one more for each way to say it that takes other keys. A kind
without one, such as `device`, whose keys depend on the device, is not described.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.rules.actions.table import compile_action
from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.table import compile_condition
from homeserver.rules.program import Label
from homeserver.rules.purpose import names
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import Map, read
from homeserver.rules.triggers.table import compile_trigger
from homeserver.view.templates import Templates

Keys = dict[str, frozenset[str]]
TRIGGERS: Final[Mapping[str, tuple[str, ...]]] = {
    "state": ("entity_id: light.a", "{entity_id: light.a, attribute: b}"),
    "numeric_state": ("{entity_id: sensor.a, above: 1}",),
    "template": ("value_template: '{{ true }}'",),
    "event": ("event_type: a",),
    "mqtt": ("topic: a",),
    "webhook": ("webhook_id: a",),
    "homeassistant": ("event: start",),
    "conversation": ("command: a",),
    "calendar": ("{event: start, entity_id: calendar.a}",),
    "tag": ("tag_id: a",),
    "zone": ("{entity_id: person.a, zone: zone.home}",),
    "geo_location": ("{source: a, zone: zone.home, event: enter}",),
    "persistent_notification": ("{}",),
    "time": ("at: '7:00'",),
    "time_pattern": ("minutes: 5",),
    "sun": ("event: sunset",),
}
CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "and": ("conditions: []",),
    "or": ("conditions: []",),
    "not": ("conditions: []",),
    "state": ("{entity_id: light.a, state: b}",),
    "numeric_state": ("{entity_id: sensor.a, above: 1}",),
    "template": ("value_template: '{{ true }}'",),
    "trigger": ("id: a",),
    "time": ("after: '7:00'",),
    "sun": ("after: sunset",),
    "zone": ("{entity_id: person.a, zone: zone.home}",),
    "holiday": ("{}",),
    "workday": ("{}",),
}
ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "delay": ("delay: 5",),
    "wait_template": ("wait_template: '{{ true }}'",),
    "wait_for_trigger": ("wait_for_trigger: []",),
    "event": ("event: a",),
    "scene": ("scene: scene.a",),
    "set_conversation_response": ("set_conversation_response: a",),
    "parallel": ("parallel: []",),
    "choose": ("choose: []",),
    "if": ("{if: [], then: []}",),
    "repeat": ("repeat: {count: 1, sequence: []}",),
    "variables": ("variables: {a: 1}",),
    "stop": ("stop: a",),
    "sequence": ("sequence: []",),
    "action": ("{action: light.turn_on, target: {entity_id: light.a}}", "action: script.a"),
    "service": ("{service: light.turn_on, entity_id: light.a}", "service: script.a"),
}


_NAMED: Final = ("target: {entity_id: light.a}",)
"""What most named kinds say; those that must say more are not described."""


class _Probe(Fields):
    """Fields that remember for which names they were asked."""

    asked: set[str]

    def done(self, *also: str) -> None:
        self.asked = {*getattr(self, "asked", ()), *also, *map(str, self._taken), *map(str, self._asked)}

    def maps(self, name: str) -> Any:
        """Nothing of what a sample holds is of interest here."""
        self.take(name)
        return iter(())


def keys_of_triggers() -> Keys:
    samples = {**dict.fromkeys(names.triggers(), _NAMED), **TRIGGERS}
    return _keys(samples, "trigger", lambda probe, compiler: compile_trigger(probe, compiler, 0))


def keys_of_conditions() -> Keys:
    samples = {**dict.fromkeys(names.conditions(), _NAMED), **CONDITIONS}
    return _keys(samples, "condition", compile_condition)


def keys_of_actions() -> Keys:
    """By the key that tells the kind."""
    return _keys(ACTIONS, "", lambda probe, compiler: compile_action(probe, compiler, Label()))


def _keys(samples: Mapping[str, tuple[str, ...]], word: str, compile: Callable[[Fields, Compiler], Any]) -> Keys:
    templates = Templates()
    made: Keys = {}
    for kind, texts in samples.items():
        found: set[str] = set()
        for text in texts:
            node = read(text).root
            assert isinstance(node, Map), f"the sample of {kind} is a mapping"
            if word:
                node[word], node.lines[word] = kind, 1
            probe, compiler = _Probe(node), Compiler(templates)
            try:
                compile(probe, compiler)
            except RuleError:
                if texts is _NAMED:
                    continue
                raise
            probe.done()
            assert not compiler.faults, f"the sample of {kind} is right: {compiler.faults}"
            found |= probe.asked
        if found:
            made[kind] = frozenset(found)
    return made
