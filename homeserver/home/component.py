"""What a component of MQTT discovery is: rows that say which topics it hears, how it is told, what it shows.

A component is data; `face_of` compiles its rows with one entity's config.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from operator import attrgetter
from typing import Any, Final

from homeserver.home.config import Config, Refused
from homeserver.home.entity import STATE, Derive, Encode, Entity, Face, Happening, Present, Read, Send, Wish
from homeserver.home.parsing import IGNORED
from homeserver.home.report import Ignored, Report, Unreadable
from homeserver.home.values import Payload, given, payload, text_of, value
from homeserver.topics.call import CallError
from homeserver.topics.record import record
from homeserver.view.templates import Templates

ALL: Final = "*"
"""In `Reads.into`: the parse function gives several facts at once, as a mapping."""
JSON_REPORT: Final = "json"
"""In `Reads.template`: the parse function gets the report's JSON instead of a text."""
BINARY: Final = "payload"
"""The same: it gets the payload as it came."""
Make = Callable[[Entity, Mapping[str, Any]], tuple[Any, dict[str, Any]]]
"""From service data: the value that is sent, and the facts that hold once the device has obeyed. Raises
`CallError`."""


_WORDS: Final[dict[frozenset[str], frozenset[str]]] = {}
"""The sets of words of all entities; there are as many as the tables of components make."""


@record
class Reads:
    """A topic that is heard: keys of topic and template (`a|b`: the first that is given), how its text is parsed, and
    the fact that comes of it. `optional` rows count only where their template is given. Where the meaning of a text
    depends on what is known already, `parse` gives a function of the entity. `fresh` rows pass retained reports by:
    what they tell of is long past. Of a text that makes no sense the state is unknown from then on; on a `shared` topic
    it may be meant for another, and the state stays as it was."""

    topic: str
    template: str
    parse: Callable[[Config], Callable[[Any], Any]]
    into: str = STATE
    optional: bool = False
    fresh: bool = False
    shared: bool = False


@record
class Sends:
    """A service that is one message: how its value is made, keys of topic and template, and how a value is written
    where there is no template. It is not offered where the topic is not given, or where `when` says so. `variables`:
    what its template knows besides `value`, from value and data; the rest as in `Wish`."""

    make: Callable[[Config], Make]
    topic: str = "command_topic"
    template: str = "command_template"
    text: Callable[[Any], str] = text_of
    when: Callable[[Config], bool] = lambda config: True
    variables: Callable[[Any, Mapping[str, Any]], Mapping[str, Any]] = lambda value, data: {}
    patience: float = 0.0
    via: tuple[str, ...] = ()
    halts: bool = False

    def wish(self, send: Send, facts: Mapping[str, Any]) -> Wish:
        """The wish of one message."""
        return Wish((send,), facts, self.patience, self.via, self.halts)


EncodeOf = Callable[[Config, Templates], Encode | None]
"""None: this very device does not offer the service."""


@record
class Component:
    """One kind of entity in one dialect. `needs` lists keys that must be given (`a|b`: one of them); `services` how
    each is sent; `names` what entities without a name are called where not even their class tells; `variables` what
    all its templates know; `apart` the facts that the key `optimistic` says nothing of; `derive` how its state follows
    from facts and attributes; `whole` the fact that holds all attributes which are no other."""

    domain: str
    names: str
    needs: tuple[str, ...] = ()
    reads: tuple[Reads, ...] = ()
    services: Mapping[str, Sends | EncodeOf] = field(default_factory=dict)
    shows: Callable[[Config], dict[str, Any]] = lambda config: {}
    present: Callable[[Config], Present] | None = None
    reported: Callable[[Config], frozenset[str]] | None = None
    facts: frozenset[str] = frozenset()
    variables: Callable[[Config], Mapping[str, Any]] = lambda config: {}
    apart: frozenset[str] = frozenset()
    assumed: Callable[[Config, frozenset[str]], Mapping[str, Any]] | None = None
    """What is taken to be so before anything is known, of all that the device does not report."""
    initial: str | None = None
    """The same for the state."""
    device_class: str | None = None
    """What an entity is whose config does not say."""
    derive: Callable[[Config], Derive] | None = None
    whole: str = ""


def face_of(component: Component, config: Config, templates: Templates) -> Face:
    """Compile a component for one config; raises `Refused`."""
    _check_needs(component, config)
    config.names.update(component.variables(config))
    face = Face(qos=config.whole("qos", 0, 0, 2), retain=config.flag("retain"))
    for row in component.reads:
        if (topic := config.filter(row.topic)) and not (row.optional and not given(config, row.template)):
            face.hears.append((topic, read_of(row, config, templates)))
    for name, service in component.services.items():
        make = service if not isinstance(service, Sends) else encode_of(service)
        if (encode := make(config, templates)) is not None:
            face.services[name] = encode
    face.facts = _alike(component.facts | {row.into for row in component.reads if row.into not in (STATE, ALL)})
    face.capabilities = component.shows(config)
    face.present = component.present(config) if component.present else None
    reported = component.reported(config) if component.reported else _reported(component, config)
    face.reported = _alike(reported & component.apart if reported and config.flag("optimistic") else reported)
    if component.assumed:
        face.assumed = component.assumed(config, face.reported)
    face.derive = component.derive(config) if component.derive else None
    face.initial, face.whole = component.initial, component.whole
    return face


def _alike(words: frozenset[str]) -> frozenset[str]:
    """The same object for the same words: a house has thousands of entities of a few sorts."""
    return _WORDS.setdefault(words, words)


def _check_needs(component: Component, config: Config) -> None:
    heard = {row.topic for row in component.reads}
    for keys in component.needs:
        found = [key for key in keys.split("|") if config.has(key)]
        if not found:
            names = " or ".join(f"`{key}`" for key in keys.split("|"))
            raise Refused(f"{names} is missing: a {component.domain} must have it")
        for key in found:
            if key.endswith("topic") and not (config.filter(key) if key in heard else config.topic(key)):
                raise Refused(f"`{key}` is missing: it must be given")


def _reported(component: Component, config: Config) -> frozenset[str]:
    return frozenset(row.into for row in component.reads if config.filter(row.topic))


def read_of(row: Reads, config: Config, templates: Templates) -> Read:
    """The row as a function on reports."""
    found: Callable[[Report], Any] = (
        attrgetter(row.template) if row.template in (JSON_REPORT, BINARY) else value(config, row.template, templates)
    )
    if row.fresh:
        found = _fresh(found)
    parse = row.parse(config)
    into = row.into
    shared = row.shared

    def read_state(entity: Entity, report: Report) -> bool:
        text = found(report)  # a template that fails says nothing of the state
        try:
            state = parse(text)
        except Unreadable as fault:
            if not shared:
                entity.doubt(str(fault))
            raise
        return state is not IGNORED and (entity.set_state(state) or entity.face.force)

    def read_fact(entity: Entity, report: Report) -> bool:
        fact = parse(found(report))
        if callable(fact):
            fact = fact(entity)
        if fact is IGNORED:
            return False
        if isinstance(fact, Happening):
            entity.happened = fact
            entity.learn(fact.facts)
            return True
        changed = entity.learn(fact if into is ALL else {into: fact})
        return entity.rederive() or changed

    return read_state if into == STATE else read_fact


def _fresh(found: Callable[[Report], Any]) -> Callable[[Report], Any]:
    def fresh(report: Report) -> Any:
        if report.retained:
            raise Ignored("it is long past")
        return found(report)

    return fresh


def encode_of(row: Sends) -> EncodeOf:
    """The row as a function on service data."""

    def made(config: Config, templates: Templates) -> Encode | None:
        if (topic := config.topic(row.topic)) is None or not row.when(config):
            return None
        encoded: Payload = payload(config, row.template, templates, row.text)
        make = row.make(config)
        if isinstance(make, Constant) and not config.has(row.template):
            return make.encode(topic, encoded, row)

        def encode(entity: Entity, data: Mapping[str, Any]) -> Wish:
            sent, facts = make(entity, data)
            return row.wish(Send(topic, encoded(sent, row.variables(sent, data))), facts)

        return encode

    return made


def each(rows: Mapping[str, Sends]) -> EncodeOf:
    """A service that is a message for each of its data that is given, in the order of the rows."""

    def made(config: Config, templates: Templates) -> Encode | None:
        parts = {name: part for name, row in rows.items() if (part := encode_of(row)(config, templates))}

        def encode(entity: Entity, data: Mapping[str, Any]) -> Wish:
            wish = Wish(())
            for name in rows:
                if data.get(name) is None:
                    continue
                if name not in parts:
                    raise CallError("invalid", f"{entity.id} takes no {name}: it takes {', '.join(parts)}", name)
                wish = wish.then(parts[name](entity, data))
            return wish

        return encode if parts else None

    return made


class Constant:
    """A service that always sends the same word."""

    def __init__(self, word: str, facts: dict[str, Any]) -> None:
        self.word = word
        self.facts = facts

    def __call__(self, entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        return self.word, self.facts

    def encode(self, topic: str, encoded: Payload, row: Sends) -> Encode:
        """Made once; only a template has to be rendered for every command, for it may look at the time."""
        wish = row.wish(Send(topic, encoded(self.word, {})), self.facts)
        return lambda entity, data: wish


def word(key: str, default: str, **facts: Any) -> Callable[[Config], Constant]:
    """A service that sends the word of `key`."""
    return lambda config: Constant(config.text(key, default), facts)
