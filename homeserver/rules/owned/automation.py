"""Rules and scripts as entities: `automation.*` and `script.*`.

Facts: https://www.home-assistant.io/docs/automation/services and /integrations/script. A rule that does not run for a
fault in its file is `unavailable`. When it last ran and how many runs are under way is known in this process at once,
and said to the others now and then: see `Owner.soon`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from homeserver.rules.engine import Happening
from homeserver.rules.fired import Fired
from homeserver.rules.owned.thing import Act, Thing
from homeserver.rules.rule import Compiled, Rule
from homeserver.rules.run import Run
from homeserver.rules.triggers.event import event_of
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNAVAILABLE, EntityConfig, EntityState

_MANY = ("queued", "parallel")
"""Modes in which `max` means something."""


class _Running(Thing):
    """What both have in common; `rule` None: refused. `begins`: the event that tells of a run."""

    begins: ClassVar[str] = ""

    def __init__(self, compiled: Compiled, object_id: str, rule: Rule | None, reason: str = "") -> None:
        super().__init__(object_id, compiled.alias, compiled.icon or None)
        self.compiled = compiled
        self.rule = rule
        self.reason = reason
        self.last: datetime | None = None
        self.explained = ""
        """What the latest run said of itself, where the rule has a sentence for that."""
        self._live: EntityState | None = None

    def kept(self) -> dict[str, Any]:
        kept = {"last": self.last.isoformat() if self.last is not None else None}
        return kept | {"explained": self.explained} if self.explained else kept

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.last = datetime.fromisoformat(kept["last"]) if kept.get("last") else None
        self.explained = str(kept.get("explained") or "")

    def begin(self) -> None:
        if self.rule is not None:
            self.rule.noticed = self.noticed
        self.look()

    def end(self) -> None:
        if self.rule is not None:
            self.rule.noticed = None

    def word(self) -> str:
        raise NotImplementedError

    def about(self) -> dict[str, Any]:
        """Attributes that its kind has besides."""
        return {}

    def look(self) -> None:
        """Make state and attributes of what is so now."""
        if self.rule is None:
            self.state, self.attributes = UNAVAILABLE, self.about()
            return
        compiled = self.compiled
        self.state = self.word()
        self.attributes = self.about() | {
            "last_triggered": self.last,
            "mode": compiled.mode,
            "current": len(self.rule.runs),
        }
        if compiled.mode in _MANY:
            self.attributes["max"] = compiled.most
        if compiled.explain:
            self.attributes["last_explained"] = self.explained

    def noticed(self, begun: Run | None) -> None:
        """A run begins, or one is over."""
        raise NotImplementedError

    def began(self, run: Run) -> None:
        """Remember a run that begins, and tell the rules that wait for it; to the others its state says so."""
        self.last, self.explained = self.now, run.explained
        engine, key = self.desk.engine, ("event", self.begins)
        if engine.is_awaited(key):
            data = {"name": self.name, "entity_id": self.entity_id}
            data |= {"explained": run.explained} if run.explained else {}
            engine.happened(Happening(key, event_of(self.begins, data, self.now, run.cause), run.cause))

    def live(self) -> None:
        """Let this process see at once what the others are told later."""
        if self.said is None or self.rule is None:
            return
        states = self.desk.engine.view.states
        if self._live is None or states.get(self.entity_id) is not self._live:
            said = self.said
            self._live = EntityState(said.state, dict(self.attributes), said.changed, said.updated, said.cause)
            states[self.entity_id] = self._live
        attributes = self._live.attributes
        attributes["last_triggered"], attributes["current"] = self.last, len(self.rule.runs)
        if self.compiled.explain:
            attributes["last_explained"] = self.explained

    def need(self) -> Rule:
        if self.rule is None:
            raise CallError("conflict", f"{self.entity_id} does not run: {self.reason}")
        return self.rule


class Automation(_Running):
    """On or off: whether the rule reacts."""

    domain = "automation"
    begins = "automation_triggered"

    def __init__(self, compiled: Compiled, object_id: str, rule: Rule | None = None, reason: str = "") -> None:
        super().__init__(compiled, object_id, rule, reason)
        self.is_on = compiled.initial is not False
        self._is_called_anew = False

    def kept(self) -> dict[str, Any]:
        return super().kept() | {"on": self.is_on, "rule": self.compiled.id}

    def called_anew(self, kept: Mapping[str, Any]) -> None:
        """Be what it was under another id; whoever had this one before means nothing."""
        self.restore(kept)
        self._is_called_anew = True

    def restore(self, kept: Mapping[str, Any]) -> None:
        if self._is_called_anew:
            return
        super().restore(kept)
        if self.compiled.initial is None:
            self.is_on = kept.get("on") is not False

    def word(self) -> str:
        return "on" if self.rule is not None and self.rule.enabled else "off"

    def about(self) -> dict[str, Any]:
        return {"id": self.compiled.id}

    def begin(self) -> None:
        """The rule listens from now on, where it is on."""
        if self.rule is not None and self.is_on and not self.rule.stopped:
            self.rule.enable()
        super().begin()

    def config(self) -> EntityConfig:
        made = super().config()
        return EntityConfig(made.name, made.owner, made.services, unique_id=self.compiled.id, icon=made.icon)

    def noticed(self, begun: Run | None) -> None:
        if begun is not None:
            self.began(begun)
        self.live()
        self.desk.soon(self)

    def turn(self, on: bool, cause: Cause | None = None, *, ending: bool = True) -> None:
        """Let the rule react, or no more. `ending`: what is under way ends with it."""
        rule = self.need()
        self.is_on = on
        if on:
            rule.enable()
        else:
            rule.disable(ending=ending)
        self.look()
        self.show(cause)
        self.desk.engine.changed(rule)

    def _off(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.turn(False, cause, ending=data.get("stop_actions", True))

    def _toggle(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        if self.state == "on":
            self._off(data, cause)
        else:
            self.turn(True, cause)

    def hands_on(self, service: str) -> bool:
        return service == "trigger"

    def _trigger(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        rule = self.need()
        fired = Fired(None, cause=cause, weight=self.desk.weight)
        skip = data.get("skip_condition", True)
        rule.run_now(fired, skip_condition=skip, given=data.get("variables") or {})

    acts: ClassVar[Mapping[str, Act]] = {
        "turn_on": lambda thing, data, cause: thing.turn(True, cause),
        "turn_off": _off,
        "toggle": _toggle,
        "trigger": _trigger,
    }


class Script(_Running):
    """On while it runs."""

    domain = "script"
    begins = "script_started"

    def word(self) -> str:
        return "on" if self.rule is not None and self.rule.runs else "off"

    def config(self) -> EntityConfig:
        made = super().config()
        fields = {
            field.name: {"label": field.label, "description": field.description, "required": field.required}
            for field in self.compiled.fields
        }
        return EntityConfig(made.name, made.owner, made.services, icon=made.icon, capabilities={"fields": fields})

    def noticed(self, begun: Run | None) -> None:
        if begun is not None:
            self.began(begun)
        if self.said is not None and self.said.state == self.word():
            self.live()
            self.desk.soon(self)
            return
        self.look()
        self.show()

    def end(self) -> None:
        super().end()
        if self.rule is not None:
            self.rule.disable()

    def hands_on(self, service: str) -> bool:
        return True

    def _on(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        """Begins it and does not wait for its end."""
        fired = Fired(None, cause=cause, weight=self.desk.weight)
        self.need().run_now(fired, given=data.get("variables") or {})

    def _off(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.need().disable()

    def _toggle(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        if self.need().runs:
            self._off(data, cause)
        else:
            self._on(data, cause)

    acts: ClassVar[Mapping[str, Act]] = {"turn_on": _on, "turn_off": _off, "toggle": _toggle}
