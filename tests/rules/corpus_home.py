"""A home that has whatever a rule file names, and lets everything happen that its rules wait for.

Entities are made for all ids in the text; conditions are made true where a state or a number can do it. Each trigger is
fired as a house would: by a state, a message, an event, the time; where that is not enough, it is told to fire.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from homeserver.rules.check.logic import Span, span_of
from homeserver.rules.check.outline import Part, entities, outline, words
from homeserver.rules.fired import Fired
from homeserver.rules.offer import Offer
from homeserver.rules.rule import Rule
from homeserver.rules.run import Run
from homeserver.runtime.clock import settle
from homeserver.topics.event import DEVICE_EVENT, EVENT, SENTENCE, WEBHOOK, DeviceEvent, Event, Sentence, WebhookHeard
from tests.rules.stage import Props, Stage

DOMAINS: Final = {
    **dict.fromkeys(
        ("light", "switch", "fan", "input_boolean", "binary_sensor", "siren", "remote", "humidifier", "group"), "off"
    ),
    **dict.fromkeys(("sensor", "number", "input_number", "counter"), "20"),
    **dict.fromkeys(("person", "device_tracker"), "home"),
    **dict.fromkeys(
        ("select", "input_select", "input_text", "text", "weather", "button", "input_button", "event"), "x"
    ),
    **{"cover": "closed", "lock": "locked", "climate": "heat", "media_player": "idle", "vacuum": "docked"},
    **{"alarm_control_panel": "disarmed", "sun": "below_horizon", "timer": "idle", "zone": "0", "calendar": "off"},
    **{"input_datetime": "12:00:00", "camera": "idle", "update": "off", "water_heater": "eco"},
    **{"lawn_mower": "docked", "scene": "x", "schedule": "off", "valve": "closed", "image": "x", "todo": "0"},
}
"""Kinds of entities, and how one of each is at the begin."""
_ID: Final = re.compile(rf"\b({'|'.join(DOMAINS)})\.([a-z0-9_]+)\b")
_SERVICE: Final = re.compile(r"(?:action|service)(?:_template)?:\s*['\"]?([a-z_]+\.[a-z0-9_]+)")
_SECRET: Final = re.compile(r"!secret\s+(\w+)")
_SCRIPT: Final = {"mode": "queued", "max": 1000, "sequence": [{"event": "script_came"}]}
"""What stands for a script that another file holds."""
LONGEST: Final = 7_200.0
"""Seconds that a run may wait in all."""


def named(text: str) -> dict[str, str]:
    """The entities that a text names, with a state for each."""
    services = set(_SERVICE.findall(text))
    found = {f"{domain}.{name}": DOMAINS[domain] for domain, name in _ID.findall(text)}
    return {id: state for id, state in found.items() if id not in services}


@dataclass(slots=True)
class Seen:
    """What became of one rule. `fired`: triggers that fired by what happened, of `triggers`; `did`: what came out."""

    rule: str
    triggers: int = 0
    fired: int = 0
    skipped: bool = False
    did: int = 0
    runs: int = 0
    why: str = ""

    @property
    def outcome(self) -> str:
        if self.did:
            return "acted"
        return "failed" if self.why and self.why not in ("condition", "no branch") else "nothing"


@dataclass(slots=True)
class _Spy:
    """Writes down how runs of a rule ended."""

    ended: list[tuple[Run, str]] = field(default_factory=list)
    asked: int = 0


class House:
    """The rules of one file at work, one at a time. `async with House(folder, text) as house: await house.seen()`."""

    def __init__(self, folder: Path, text: str, more: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.stage = Stage(folder, text, named(text + more))
        secrets = "".join(f"{name}: secret_{name}\n" for name in set(_SECRET.findall(text)))
        self.stage.file.with_name("secrets.yaml").write_text(secrets)
        asked = {name for name in _SERVICE.findall(text + more) if name.startswith("script.")}
        scripts = {name.removeprefix("script."): _SCRIPT for name in asked if f" {name[7:]}:" not in text}
        scripts = {name: row for name, row in scripts.items() if name not in ("turn_on", "turn_off", "toggle")}
        self.stage.file.with_name("stubs.yaml").write_text(json.dumps({"script": scripts}))
        self.events: list[Any] = []
        self._services = set(_SERVICE.findall(text + more))

    async def __aenter__(self) -> "House":
        Props.says = (*Props.says, EVENT, DEVICE_EVENT, SENTENCE, WEBHOOK)
        await self.stage.__aenter__()
        for rule in self.stage.rules.rules.values():
            rule.disable()
        self.events = self.stage.home.listen(EVENT)
        offers = self.stage.rules.engine.offers
        for name in self._services - offers.keys():
            if name.partition(".")[0] not in ("script", *DOMAINS):
                offers[name] = Offer(self._stand_in, answers=True)
        return self

    def _stand_in(self, run: Run, data: dict[str, Any]) -> dict[str, Any]:
        """Does what nobody in this home does."""
        self.events.append(data)
        return {}

    async def __aexit__(self, *failure: Any) -> None:
        await self.stage.__aexit__(*failure)

    async def seen(self, written: dict[str, Any]) -> list[Seen]:
        """What each rule does."""
        return [await self._watch(rule, written.get(id)) for id, rule in list(self.stage.rules.rules.items())]

    async def _watch(self, rule: Rule, node: Any) -> Seen:
        seen, spy = Seen(rule.id, len(rule.compiled.triggers)), _Spy()
        finished = rule.finished
        rule.finished = lambda run, outcome: (spy.ended.append((run, outcome)), finished(run, outcome))[1]  # type: ignore[method-assign, func-returns-value]
        admit = rule._admit
        rule._admit = lambda run: (setattr(spy, "asked", spy.asked + 1), admit(run))[1]  # type: ignore[method-assign, func-returns-value]
        before = self._outward()
        tree = outline(rule.id, node[0], node[1]) if node is not None else None
        rule.enable()
        if tree is not None:
            for part in tree.conditions:
                await self._make_true(part)
            for part in tree.triggers:
                asked = spy.asked
                await self._let_happen(part)
                if part.kind in ("time", "time_pattern", "sun") or "for" in part.node:
                    await self._until_asked(spy, asked)
                seen.fired += spy.asked > asked
                await self._until_over(rule)
        if not seen.fired or self._outward() == before:
            await self._by_hand(rule, seen)
        rule.disable()
        await settle()
        seen.did, seen.runs = self._outward() - before, len(spy.ended)
        seen.why = _why([*spy.ended])
        return seen

    async def _by_hand(self, rule: Rule, seen: Seen) -> None:
        """Each trigger once, whatever the conditions say."""
        seen.skipped = True
        for trigger in rule.compiled.triggers:
            entity_id = next(iter(getattr(trigger, "entity_ids", ())), "")
            said = self.stage.rules.engine.view.said(entity_id) if entity_id else None
            rule.run_now(Fired(trigger, entity_id, said, said, data=_EMPTY), given={})
            await self._until_over(rule)

    async def _until_over(self, rule: Rule) -> None:
        left = LONGEST
        while rule.runs and left > 0:
            await self.stage.wait(60)
            left -= 60
        for run in list(rule.runs):
            run.end("cancelled")

    async def _until_asked(self, spy: _Spy, asked: int) -> None:
        """Let time pass until the rule is asked to run, a day at the most."""
        for seconds in (1, 60, 540, 3_000, 10_800, 72_000):
            if spy.asked > asked:
                return
            await self.stage.wait(seconds)

    def _outward(self) -> int:
        """How much was said to anybody."""
        return len(self.stage.props.commands) + len(self.stage.home.published) + len(self.events)

    # -- making things so

    async def _set(self, entity_id: str, state: str, attribute: str = "", value: Any = None) -> None:
        if entity_id in self.stage.props.states or attribute:
            attributes = {attribute: value} if attribute else {}
            await self.stage.set(entity_id, state, **attributes)

    async def _make_true(self, part: Part) -> None:
        for inner in part.inner.get("conditions", ()):
            if part.kind == "and":
                await self._make_true(inner)
        wanted = words(part.get("state"))
        for id in entities(part.get("entity_id")):
            if part.kind == "state" and wanted and not part.get("attribute"):
                await self._set(id, wanted[0])
            elif part.kind == "numeric_state" and (span := span_of(part)) is not None:
                await self._set(id, f"{_inside(span):g}", part.get("attribute") or "", _inside(span))

    async def _let_happen(self, part: Part) -> None:
        make = _HAPPENINGS.get(part.kind)
        if make is not None:
            await make(self, part)
            await settle()

    async def change(self, part: Part) -> None:
        attribute, to, origin = str(part.get("attribute") or ""), words(part.get("to")), words(part.get("from"))
        for id in entities(part.get("entity_id")):
            now = self.stage.props.states.get(id)
            then = to[0] if to else "off" if now is not None and now.state == "on" else "on"
            if attribute:
                await self._set(id, "on", attribute, 1)
                await self._set(id, "on", attribute, part.get("to", 2) or 2)
            else:
                await self._set(id, origin[0] if origin else "other")
                await self._set(id, then)

    async def cross(self, part: Part) -> None:
        span = span_of(part) or Span(0, 1)
        for id in entities(part.get("entity_id")):
            for number in (_outside(span), _inside(span)):
                attribute = str(part.get("attribute") or "")
                await self._set(id, f"{number:g}", attribute, number)

    async def event(self, part: Part) -> None:
        data = dict(part.get("event_data") or {})
        for kind in words(part.get("event_type"))[:1]:
            self._say(EVENT, Event(kind, {**_EMPTY, **data}, self.stage.clock.now()))

    async def message(self, part: Part) -> None:
        topic = re.sub(r"[+#]", "x", str(part.get("topic")))
        await self.stage.home.publish(topic, str(part.get("payload", '{"state": "on", "action": "single"}')))

    async def home(self, part: Part) -> None:
        rules = self.stage.rules
        rules._started, rules._open = False, True
        rules.tell_start()

    async def tag(self, part: Part) -> None:
        now = self.stage.clock.now()
        for id in words(part.get("tag_id"))[:1]:
            self._say(DEVICE_EVENT, DeviceEvent("tag_scanned", None, None, now, {"tag_id": id}))

    async def button(self, part: Part) -> None:
        data = {"type": part.get("type"), "subtype": part.get("subtype"), "payload": "x"}
        self._say(
            DEVICE_EVENT, DeviceEvent("device_trigger", part.get("device_id"), None, self.stage.clock.now(), data)
        )

    async def hook(self, part: Part) -> None:
        self._say(WEBHOOK, WebhookHeard(str(part.get("webhook_id")), "POST", True, json={}))

    async def said(self, part: Part) -> None:
        for text in words(part.get("command"))[:1]:
            self._say(SENTENCE, Sentence(re.sub(r"[\[\](){}]|\|[^)\]]*", "", text)))

    def _say(self, topic: Any, message: Any) -> None:
        self.stage.props.house.say(topic, message)


_EMPTY: Final[dict[str, Any]] = {"entity_id": "", "command": "on", "args": [], "data": {}, "action": "single"}
_HAPPENINGS: Final[dict[str, Any]] = {
    "state": House.change,
    "numeric_state": House.cross,
    "event": House.event,
    "mqtt": House.message,
    "homeassistant": House.home,
    "tag": House.tag,
    "device": House.button,
    "webhook": House.hook,
    "conversation": House.said,
}


def _inside(span: Span) -> float:
    if span.low == float("-inf"):
        return span.high - 1
    return span.low + 1 if span.high == float("inf") else (span.low + span.high) / 2


def _outside(span: Span) -> float:
    return span.high + 1 if span.low == float("-inf") else span.low - 1


def _why(ended: list[tuple[Run, str]]) -> str:
    """Why nothing came out: the first fault, else how the runs ended."""
    faults = [run.error for run, outcome in ended if outcome == "failed"]
    if faults:
        return faults[0]
    doubts = [run.error for run, _ in ended if run.error]
    outcomes = {outcome for _, outcome in ended}
    return doubts[0] if doubts else "condition" if "condition" in outcomes else "no branch" if ended else "never ran"
