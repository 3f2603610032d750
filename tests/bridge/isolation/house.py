"""A house for the matrix of who may do what: real workers, things with marks, people with policies, and the table of
what is expected, which was written by hand from what the policies say to people and not from the code that enforces it.

Every thing has a word of its own in its id, name, area and values, so that any answer tells by itself what it leaks.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from homeserver.bridge.identity import Identity
from homeserver.bridge.refusals import Refusal
from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.home.worker import setup as set_up_home
from homeserver.people.worker import setup as set_up_people
from homeserver.rules.worker import setup as set_up_rules
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from integrations.clients.worker import setup as set_up_clients
from tests.bridge.conftest import Home, client_of
from tests.ports import free_port

AREAS: Final = {"kids": "Kidsroom", "hall": "Hallway", "parents": "Parentsroom"}
THINGS: Final[Mapping[str, tuple[str, str]]] = {
    # entity: its mark, its area
    "light.kids_lamp": ("quagga", "kids"),
    "sensor.kids_temp": ("okapi", "kids"),
    "switch.kids_plug": ("tapir", "kids"),
    "light.hall_lamp": ("lemur", "hall"),
    "lock.hall_door": ("ibex", "hall"),
    "binary_sensor.hall_motion": ("gnu", "hall"),
    "alarm_control_panel.hall_alarm": ("dhole", "hall"),
    "button.hall_bell": ("serval", "hall"),
    "light.parents_lamp": ("civet", "parents"),
    "sensor.parents_temp": ("numbat", "parents"),
    "cover.parents_blind": ("quokka", "parents"),
    "camera.parents_cam": ("jerboa", "parents"),
}
FRAGILE: Final = "switch.kids_plug"
"""The thing with the label fragile."""
POLICIES: Final = (
    {"who": "adam", "scope": "area", "what": "parents", "verb": "see", "allow": False},
    {"who": "carl", "scope": "label", "what": "fragile", "verb": "control", "allow": False},
    {"who": "carl", "scope": "entity", "what": "lock.hall_door", "verb": "control"},
    {"who": "gina", "scope": "area", "what": "hall", "verb": "see"},
    {"who": "gina", "scope": "entity", "what": "light.hall_lamp", "verb": "control"},
    {"who": "serv", "scope": "domain", "what": "light", "verb": "control"},
    {"who": "serv", "scope": "call", "what": "rules.perform"},
)
USERS: Final = {"olga": "owner", "adam": "adult", "carl": "child", "gina": "guest", "serv": "service", "ruth": "guest"}
_E, _C, _S, _N = "edit", "control", "see", ""
EXPECTED: Final[Mapping[str, Mapping[str, str]]] = {
    "light.kids_lamp": {"olga": _E, "adam": _E, "carl": _C, "gina": _N, "serv": _C, "ruth": _N},
    "sensor.kids_temp": {"olga": _E, "adam": _E, "carl": _S, "gina": _N, "serv": _N, "ruth": _N},
    "switch.kids_plug": {"olga": _E, "adam": _E, "carl": _S, "gina": _N, "serv": _N, "ruth": _N},
    "light.hall_lamp": {"olga": _E, "adam": _E, "carl": _C, "gina": _C, "serv": _C, "ruth": _N},
    "lock.hall_door": {"olga": _E, "adam": _E, "carl": _C, "gina": _S, "serv": _N, "ruth": _N},
    "binary_sensor.hall_motion": {"olga": _E, "adam": _E, "carl": _S, "gina": _S, "serv": _N, "ruth": _N},
    "alarm_control_panel.hall_alarm": {"olga": _E, "adam": _E, "carl": _N, "gina": _S, "serv": _N, "ruth": _N},
    "button.hall_bell": {"olga": _E, "adam": _E, "carl": _N, "gina": _S, "serv": _N, "ruth": _N},
    "light.parents_lamp": {"olga": _E, "adam": _N, "carl": _C, "gina": _N, "serv": _C, "ruth": _N},
    "sensor.parents_temp": {"olga": _E, "adam": _N, "carl": _S, "gina": _N, "serv": _N, "ruth": _N},
    "cover.parents_blind": {"olga": _E, "adam": _N, "carl": _C, "gina": _N, "serv": _N, "ruth": _N},
    "camera.parents_cam": {"olga": _E, "adam": _N, "carl": _N, "gina": _N, "serv": _N, "ruth": _N},
}
"""What each may do with each thing. `ruth` is a guest to whom nobody gave anything."""
RULE_POLICIES: Final = (
    {"who": "carl", "scope": "domain", "what": "automation", "verb": "see"},
    {"who": "gina", "scope": "entity", "what": "automation.hall_rule", "verb": "see"},
    {"who": "gina", "scope": "entity", "what": "automation.mixed_rule", "verb": "see"},
)
RULES: Final = """
- id: kids_rule
  alias: Kids rule
  description: quagga
  triggers: [{trigger: state, entity_id: light.kids_lamp}]
  actions: [{action: light.turn_off, target: {entity_id: light.kids_lamp}}]
- id: hall_rule
  alias: Hall rule
  triggers: [{trigger: state, entity_id: binary_sensor.hall_motion}]
  actions: [{action: light.turn_on, target: {entity_id: light.hall_lamp}}]
- id: parents_rule
  alias: Parents rule
  description: numbat quokka
  triggers: [{trigger: state, entity_id: sensor.parents_temp}]
  actions: [{action: cover.open_cover, target: {entity_id: cover.parents_blind}}]
- id: mixed_rule
  alias: Mixed rule
  description: civet
  triggers: [{trigger: state, entity_id: binary_sensor.hall_motion}]
  actions: [{action: light.turn_off, target: {entity_id: light.parents_lamp}}]
- id: whole_area_rule
  alias: Whole area rule
  triggers: [{trigger: state, entity_id: binary_sensor.hall_motion}]
  actions: [{action: light.turn_off, target: {area_id: hall}}]
- id: template_rule
  alias: Template rule
  triggers: [{trigger: time, at: "07:00:00"}]
  actions: [{action: light.turn_on, target: {entity_id: light.hall_lamp}, data: {brightness: "{{ 10 }}"}}]
"""
KNOWN_RULES: Final[Mapping[str, str]] = {
    "olga": "kids_rule hall_rule parents_rule mixed_rule whole_area_rule template_rule",
    "adam": "kids_rule hall_rule whole_area_rule",
    "carl": "kids_rule hall_rule parents_rule mixed_rule",  # in the hall are an alarm and a bell that he does not see
    "gina": "hall_rule",
    "serv": "",
    "ruth": "",
}
"""The rules that each may know: he sees the rule, and all that it touches; a template may look at everything."""
STRANGERS: Final = ("removed", "nobody")
"""Somebody who was here once, and somebody without any proof."""
_RANK: Final = ("", "see", "control", "edit")


def expects(who: str, entity_id: str, verb: str) -> bool:
    """Whether the table lets somebody do something."""
    return _RANK.index(EXPECTED[entity_id].get(who, "")) >= _RANK.index(verb)


def hidden_from(who: str) -> list[str]:
    return [entity_id for entity_id in THINGS if not expects(who, entity_id, "see")]


def seen_by(who: str) -> list[str]:
    return [entity_id for entity_id in THINGS if expects(who, entity_id, "see")]


def leaks(who: str, text: str, asked: str = "") -> list[str]:
    """What an answer tells of things that are hidden from somebody; his own words, `asked`, come back to him."""
    found = []
    for entity_id in hidden_from(who):
        mark = THINGS[entity_id][0]
        if mark in text and not (entity_id == asked and text.count(mark) <= text.count(entity_id)):
            found.append(entity_id)
    return found


def announcement(entity_id: str) -> tuple[str, dict[str, Any]]:
    """How a thing makes itself known, and under which topic its state is."""
    domain, object_id = entity_id.split(".")
    mark, area = THINGS[entity_id]
    topic = f"things/{object_id}"
    config: dict[str, Any] = {
        "unique_id": object_id,
        "default_entity_id": entity_id,
        "name": f"{mark} thing",
        "device": {"identifiers": [object_id], "name": f"{mark} device", "suggested_area": AREAS[area], "model": mark},
        "json_attributes_topic": f"{topic}/more",
    }
    if domain != "button":
        config["topic" if domain == "camera" else "state_topic"] = topic
    if domain in ("light", "switch", "lock", "alarm_control_panel", "button", "cover"):
        config["command_topic"] = f"{topic}/set"
    return topic, config


STATES: Final = {
    "light": "ON",
    "switch": "ON",
    "lock": "LOCKED",
    "binary_sensor": "ON",
    "alarm_control_panel": "disarmed",
    "sensor": "21.5",
    "cover": "open",
    "camera": "picture",
}


class House(Home):
    """The matrix's house. `rest(who)` is a client of somebody."""

    def __init__(self, core: Rehearsal, bridge: Rehearsal, client: httpx.AsyncClient, token: str) -> None:
        super().__init__(core, bridge, client, token)
        self.ids: dict[str, str] = {}

    def rest(self, who: str) -> httpx.AsyncClient:
        client = client_of(self.bridge, self.client.base_url)
        if who != "nobody":
            client.headers["authorization"] = f"Bearer as:{who}"
        return client

    async def asked(self, worker: str, verb: str, /, **args: Any) -> Any:
        """A call as the owner of the data folder."""
        return await self.during(self.core.process.calls.ask(worker, verb, args))


def _let_in(bridge: Bridge) -> None:
    """Proofs are tested elsewhere: here a token says who it is. What the person may is looked up as ever."""

    def check(address: str, token: str) -> Identity:
        kind, _, who = token.partition(":")
        if kind != "as" or bridge.house.people.person(f"person.{who}") is None:
            raise Refusal("unauthorized", "A valid token or session is needed.")
        return Identity(f"person.{who}", "", "key")

    def identify(headers: Mapping[str, str], address: str) -> Identity:
        return check(address, headers.get("authorization", "").partition(" ")[2])

    setattr(bridge.access, "check_access_token", check)  # noqa: B010 - a method is put in the place of another
    setattr(bridge.access, "identify", identify)  # noqa: B010


@asynccontextmanager
async def furnished(folder: Path, *, rules: bool = False) -> AsyncIterator[House]:
    """The house with everything in it; `rules`: with those of `RULES` too, which run when something happens."""
    broker, clock, port = MemoryBroker(), VirtualClock(), free_port()
    (folder / "rules").mkdir(exist_ok=True)
    if rules:
        (folder / "rules" / "all.yaml").write_text(RULES)
    workers = (set_up_home, set_up_rules, set_up_people, set_up_clients)
    core = Rehearsal(*workers, broker=broker, clock=clock, folder=folder)
    sets = [f"home.http_port={port}"]
    bridge = Rehearsal(set_up_bridge, broker=broker, clock=clock, folder=folder, process="bridge", settings=sets)
    async with core, bridge:
        worker = bridge.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        _let_in(worker)
        async with client_of(worker, f"http://127.0.0.1:{port}") as client:
            house = House(core, bridge, client, "as:olga")
            await _furnish(house, (*POLICIES, *RULE_POLICIES) if rules else POLICIES)
            yield house


async def _furnish(house: House, policies: tuple[dict[str, Any], ...]) -> None:
    # Devices speak over the wire of the rehearsal that opened last: both have the same name at the broker.
    for area, name in AREAS.items():
        await house.asked("home", "edit_area", name=name)
        await house.asked("home", "edit_area", area=_slug(name), id=area)
    await house.asked("home", "edit_label", name="fragile")
    devices = house.bridge_process
    for entity_id in THINGS:
        topic, config = announcement(entity_id)
        domain, object_id = entity_id.split(".")
        await devices.publish(f"homeassistant/{domain}/{object_id}/config", json.dumps(config), retain=True)
        await devices.publish(topic, STATES.get(domain, "x"))
        await devices.publish(f"{topic}/more", json.dumps({"species": THINGS[entity_id][0]}))
    await house.settle()
    for entity_id, (_, area) in THINGS.items():
        await house.asked("home", "edit_entity", entity=entity_id, area=area)
    await house.asked("home", "edit_entity", entity=FRAGILE, labels=["fragile"])
    for id, role in {**USERS, "removed": "adult"}.items():
        await house.asked("people", "create_user", name=id.title(), id=id, role=role)
    for policy in policies:
        await house.asked("people", "set_policy", **policy)
    await house.asked("people", "remove_user", user="removed")
    await house.settle()


def _slug(name: str) -> str:
    return name.lower()
