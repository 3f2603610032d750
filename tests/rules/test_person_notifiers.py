"""`notify.anna`: there as long as Anna may come in, checked, and told to the bridge in the bridge's words."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from homeserver.bridge.words import NOTIFY, Notified, Notify
from homeserver.rules.person_notifiers import asked_of_bridge
from homeserver.rules.words import CHECK_RULES, CheckRules
from homeserver.rules.worker import setup as set_up_rules
from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.event import EVENT, Event
from homeserver.topics.person import PERSON, Person

RULE = """
- id: door
  triggers: {{trigger: event, event_type: go}}
  actions:
    - action: notify.{name}
      data:
        title: "Door {{{{ 1 + 1 }}}}"
        message: It is open
        data: {data}
"""
DATA = (
    "{tag: door, clickAction: /rooms, priority: high, ttl: 0, channel: Doors, "
    "actions: [{action: SHUT, title: Shut it}]}"
)


class Bridge(Worker):
    """Stands for the bridge."""

    name = "bridge"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.asked: list[Notify] = []

    @answers(NOTIFY)
    async def notify(self, request: Notify, caller: Caller) -> Notified:
        if request.message == "fail":
            raise CallError("unavailable", "not now")
        self.asked.append(request)
        return Notified(notifications=[])


class People(Worker):
    """Stands for `people`."""

    name = "people"
    says = (PERSON, EVENT)

    async def open(self) -> None:
        self.house.say(PERSON, Person("Anna", "adult"), "anna")


def set_up_bridge(house: House) -> Bridge:
    return Bridge(house)


def set_up_people(house: House) -> People:
    return People(house)


async def test_a_rule_notifies_a_person(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "door.yaml").write_text(RULE.format(name="anna", data=DATA))
    async with Rehearsal(set_up_people, set_up_bridge, set_up_rules, folder=tmp_path) as home:
        bridge, people = home.process.hosted["bridge"].worker, home.process.hosted["people"].worker
        assert isinstance(bridge, Bridge)
        assert isinstance(people, People)
        await home.clock.advance(5)
        people.house.say(EVENT, Event("go"))
        await home.clock.advance(1)
        [asked] = bridge.asked
        assert (asked.who, asked.title, asked.message) == (("anna",), "Door 2", "It is open")
        assert (asked.tag, asked.url, asked.urgency, asked.ttl) == ("door", "/rooms", "high", 0)
        assert [(one.action, one.title) for one in asked.actions] == [("SHUT", "Shut it")]

        async def doubts(name: str, data: str = "{}") -> list[str]:
            text = RULE.format(name=name, data=data)
            found = await people.house.call(CHECK_RULES, CheckRules(text=text, file="door.yaml"))
            return [problem.text for problem in found.problems]

        assert await doubts("anna", DATA) == []
        assert await doubts("ana") == ["nobody answers notify.ana now"]
        assert any("data" in text for text in await doubts("anna", "{tagg: door}"))
        assert any("data" in text for text in await doubts("anna", "{actions: [{title: Shut it}]}"))
        people.house.say(PERSON, None, "anna")
        await home.clock.advance(3)
        assert len(await doubts("anna")) == 1, "who may come in no longer is told nothing"


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        ({"message": "a"}, {"message": "a", "title": ""}),
        ({"message": "a", "data": {"tag": "t"}}, {"message": "a", "title": "", "tag": "t"}),
        ({"message": "a", "data": {"priority": "high"}}, {"message": "a", "title": "", "urgency": "high"}),
    ],
)
def test_what_the_bridge_is_asked(data: dict[str, Any], asked: dict[str, Any]) -> None:
    assert asked_of_bridge("anna", data) == {"who": ["anna"], **asked}
    assert Notify.model_validate(asked_of_bridge("anna", data)).who == ("anna",)


def test_what_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="colours"):
        asked_of_bridge("anna", {"message": "a", "data": {"colours": "red"}})
