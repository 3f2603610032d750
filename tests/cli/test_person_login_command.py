"""`homeserver person-login` against a whole running home: a child's own client sees and does what a child may."""

import json
import time

from homeserver.topics.names import random_name
from tests.cli.conftest import Run
from tests.cli.homes import Home
from tests.runtime.raw_client import RawClient, Received


def user(at: Run, role: str) -> str:
    """Somebody new."""
    id = f"x{random_name(6)}"
    assert at("call", "people.create_user", f"name={id}", f"role={role}").code == 0
    return id


def test_somebody_who_does_not_live_here_gets_no_login(at: Run) -> None:
    found = at("person-login", "add", "nobody")
    assert found.code != 0
    assert "there is nobody 'nobody' here" in found.err
    assert "person.nobody" not in at("person-login", "list", "--json").json


def test_a_childs_own_client_sees_lights_and_no_locks(home: Home, at: Run) -> None:
    carl = user(at, "child")
    made = at("person-login", "add", carl, "--json").json
    assert at("person-login", "add", carl).code != 0, "one that is there keeps its secret"
    deadline = time.monotonic() + 20
    while not any("/light/" in text for text in at("person-login", "list", "--json").json[made["username"]]["read"]):
        assert time.monotonic() < deadline, "nothing was granted"
    time.sleep(0.3)  # a signal to another process
    with RawClient(home.mqtt_port) as client:
        assert client.connect("carl", made["username"], made["password"])[1] == 0
        client.subscribe("#")
        seen = {message.topic.split("/")[2] for message in client.messages() if "/entity/" in message.topic}
        assert {"light", "switch", "cover", "sensor"} <= seen
        assert not {"lock", "camera", "alarm_control_panel", "automation", "person"} & seen
        request = {"id": "1", "reply_to": f"homeserver/reply/{made['username']}/raw", "args": {}}
        client.publish(f"homeserver/call/people/whoami/{made['username']}", json.dumps(request).encode())
        answers: list[Received] = []
        while not answers:
            assert time.monotonic() < deadline, "no answer"
            answers = [message for message in client.messages() if "/reply/" in message.topic]
        assert [json.loads(one.data)["result"]["login"] for one in answers] == [made["username"]]
        assert at("person-login", "remove", carl).code == 0
        assert client.closed()
    assert made["username"] not in at("person-login", "list", "--json").json
