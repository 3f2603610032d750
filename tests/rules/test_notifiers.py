"""Services of `notify:` blocks: mail, web addresses, topics and groups, against servers of this machine."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from homeserver.rules.notifiers import Mail, Message, Web
from tests.rules.stage import Stage

START: Final = {"binary_sensor.go": "off", "select.log": ""}
TRIGGER: Final = {"trigger": "state", "entity_id": "binary_sensor.go", "to": "on"}


def package(blocks: list[dict[str, Any]], *actions: dict[str, Any]) -> str:
    done = {"action": "select.select_option", "entity_id": "select.log", "data": {"option": "after"}}
    rule = {"id": "test", "triggers": TRIGGER, "actions": [*actions, done]}
    return yaml.safe_dump({"notify": blocks, "automation": [rule]}, sort_keys=False)


def tell(name: str, **data: Any) -> dict[str, Any]:
    return {"action": f"notify.{name}", "data": {"message": "{{ 1 + 1 }} windows", **data}}


class Heard(BaseHTTPRequestHandler):
    """Writes down what it is told; answers 500 to /broken."""

    told: list[tuple[str, str, str, dict[str, str]]] = []  # noqa: RUF012 - emptied by the fixture

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.told.append((self.command, self.path, body, dict(self.headers)))
        self.send_response(500 if self.path == "/broken" else 200)
        self.end_headers()

    do_GET = do_POST  # noqa: N815 - the name that the server looks for

    def log_message(self, format: str, *args: Any) -> None:
        """Be quiet."""


@pytest.fixture
def web() -> Iterator[str]:
    Heard.told.clear()
    server = HTTPServer(("127.0.0.1", 0), Heard)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def ended(stage: Stage) -> None:
    """Wait for the threads that send."""
    async with asyncio.timeout(10):
        while not stage.runs:
            await asyncio.get_running_loop().run_in_executor(None, int)
            await stage.wait(0)


# -- the web


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("POST_JSON", ("POST", "/x?a=1", '{"text": "hi", "subject": "T", "key": "k"}')),
        ("POST", ("POST", "/x?a=1", "text=hi&subject=T&key=k")),
        ("GET", ("GET", "/x?a=1&text=hi&subject=T&key=k", "")),
    ],
)
def test_a_web_address_is_told(web: str, method: str, said: tuple[str, str, str]) -> None:
    names = {"message": "text", "title": "subject"}
    Web(f"{web}/x?a=1", method, {"X-Own": "1"}, names, {"key": "k"}).send(Message(message="hi", title="T", target="x"))
    ((command, path, body, headers),) = Heard.told
    assert (command, path, body) == said
    assert headers["X-Own"] == "1"


async def test_a_rule_tells_a_web_address(tmp_path: Path, web: str) -> None:
    block = {
        "platform": "rest",
        "name": "Phone",
        "resource": web,
        "method": "POST_JSON",
        "username": "u",
        "password": "p",
    }
    async with Stage(tmp_path, package([block], tell("phone")), START) as stage:
        assert stage.rules.book.problems == []
        await stage.set("binary_sensor.go", "on")
        await ended(stage)
        assert stage.services() == [("select.log", "select_option")]
        ((_, _, body, headers),) = Heard.told
        assert json.loads(body) == {"message": "2 windows"}
        assert headers["Authorization"] == "Basic dTpw"


async def test_what_could_not_be_sent_is_the_fault_of_the_action(tmp_path: Path, web: str) -> None:
    block = {"platform": "rest", "name": "phone", "resource": f"{web}/broken", "method": "POST_JSON"}
    async with Stage(tmp_path, package([block], tell("phone")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await ended(stage)
        assert stage.told() == []
        assert stage.runs[-1].error == "notify.phone: it could not be sent (HTTPError)"


# -- mail


async def _post_office(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, letters: list[str]) -> None:
    """As much of a mail server as a letter needs."""
    writer.write(b"220 here\r\n")
    while line := (await reader.readline()).decode().strip():
        letters.append(line)
        if line.upper() == "DATA":
            writer.write(b"354 go on\r\n")
            letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
        writer.write(b"221 bye\r\n" if line.lower() == "quit" else b"250 ok\r\n")
        if line.lower() == "quit":
            break
    writer.close()


async def test_a_letter_is_sent() -> None:
    letters: list[str] = []
    server = await asyncio.start_server(lambda r, w: _post_office(r, w, letters), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    mail = Mail("127.0.0.1", port, "none", "home@example.org", ("anna@example.org",), "", "")
    await asyncio.to_thread(mail.send, Message(message="Zwölf Grad", title="Cold\nBcc: x"))
    await asyncio.to_thread(mail.send, Message(message="x", target=["bob@example.org, eve@example.org"]))
    server.close()
    assert [line for line in letters if line.startswith("rcpt")] == [
        "rcpt TO:<anna@example.org>",
        "rcpt TO:<bob@example.org>",
        "rcpt TO:<eve@example.org>",
    ]
    assert "Subject: Cold Bcc: x" in "".join(letters)


async def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    block = {"platform": "smtp", "name": "mail", "server": "127.0.0.1", "port": 1}
    block |= {"sender": "home@example.org", "recipient": ["anna@example.org"]}
    async with Stage(tmp_path, package([block], tell("mail") | {"continue_on_error": True}), START) as stage:
        await stage.set("binary_sensor.go", "on")
        await ended(stage)
        assert stage.services() == [("select.log", "select_option")]
        assert stage.runs[-1].error == "notify.mail: it could not be sent (ConnectionRefusedError)"


# -- topics and groups


async def test_a_topic_is_told(tmp_path: Path) -> None:
    block = {"platform": "mqtt", "name": "tv", "topic": "tv/message"}
    async with Stage(tmp_path, package([block], tell("tv", title="T")), START) as stage:
        stage.home.published.clear()
        await stage.set("binary_sensor.go", "on")
        ((topic, payload, _),) = stage.home.published
        assert (topic, json.loads(payload)) == ("tv/message", {"message": "2 windows", "title": "T"})
        assert stage.services() == [("select.log", "select_option")]


async def test_a_group_tells_its_members_and_the_first_fault(tmp_path: Path) -> None:
    members = [
        {"action": "mobile_app_nobody"},
        {"action": "notify.tv", "data": {"title": "Own"}},
        {"service": "persistent_notification"},
    ]
    blocks: list[dict[str, Any]] = [
        {"platform": "mqtt", "name": "tv", "topic": "tv/message"},
        {"platform": "group", "name": "all", "services": members},
    ]
    async with Stage(tmp_path, package(blocks, tell("all")), START) as stage:
        stage.home.published.clear()
        await stage.set("binary_sensor.go", "on")
        assert [json.loads(payload)["title"] for _, payload, _ in stage.home.published] == ["Own"]
        assert [note.message for note in stage.rules.engine.notes.notes.values()] == ["2 windows"]
        assert stage.runs[-1].error == "notify.all: there is no notify.mobile_app_nobody"


async def test_a_group_of_itself_ends(tmp_path: Path) -> None:
    block = {"platform": "group", "name": "all", "services": [{"action": "all"}]}
    async with Stage(tmp_path, package([block], tell("all")), START) as stage:
        await stage.set("binary_sensor.go", "on")
        assert "is a member of itself" in stage.runs[-1].error


async def test_what_the_files_no_longer_name_is_gone(tmp_path: Path) -> None:
    block = {"platform": "mqtt", "name": "tv", "topic": "tv/message"}
    async with Stage(tmp_path, package([block], tell("tv")), START) as stage:
        assert "notify.tv" in stage.rules.engine.offers
        stage.file.write_text(package([], tell("tv")))
        await stage.rules._load()
        assert "notify.tv" not in stage.rules.engine.offers
        [problem] = stage.rules.book.problems
        assert problem.text.startswith("nobody answers notify.tv now")


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ({"platform": "smtp", "recipient": "a@example.org"}, "sender is missing"),
        ({"platform": "smtp", "sender": "a", "recipient": "b", "encryption": "ssl"}, "encryption must be one of"),
        ({"platform": "rest", "resource": "file:///etc/passwd"}, "resource must begin with http:// or https://"),
        ({"platform": "rest", "resource": "https://x", "data": 5}, "data must be a mapping, not 5"),
        ({"platform": "mqtt", "topic": "a/#"}, "topic must be a topic of a device"),
        ({"platform": "mqtt", "topic": "a", "pic": 1}, "unknown field 'pic'"),
        ({"platform": "group"}, "services is missing"),
        ({"platform": "mqtt", "name": "persistent_notification", "topic": "a"}, "already: give this one another name"),
    ],
)
async def test_a_block_that_is_wrong_is_told(tmp_path: Path, block: dict[str, Any], problem: str) -> None:
    async with Stage(tmp_path, package([block]), START) as stage:
        (found,) = stage.rules.book.problems
        assert problem in found.text
        assert found.severity == "error"
        assert "test" in stage.rules.rules
