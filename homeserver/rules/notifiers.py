"""Services `notify.NAME` of a file's `notify:` block: mail, a web address, an MQTT topic, or a group of others.

Blocks and fields are those of Home Assistant's platforms `smtp`, `rest` and `group`; `mqtt` (`topic`, `qos`, `retain`)
is ours. Reference: https://www.home-assistant.io/integrations/smtp/, /notify.rest/ and /group/#notify-groups. What is
sent goes out in a thread, so that a slow server holds up nobody but the run that waits for it.
"""

import asyncio
import base64
import json
import smtplib
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from email.message import EmailMessage
from typing import Any, Final

from homeserver.rules.notes import Notes
from homeserver.rules.offer import Offer, Pending
from homeserver.rules.program import RunError
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import nearest
from homeserver.rules.reading.yaml_source import Map
from homeserver.rules.run import Run
from homeserver.runtime.house import House
from homeserver.topics.names import slug
from homeserver.topics.record import record
from homeserver.topics.service import Data

TIMEOUT: Final = 10
"""Seconds that a server may take."""


class Message(Data):
    """What is to be told. `target` are addresses, where there is a choice; `data` is for the way it goes."""

    message: str
    title: str | None = None
    target: Any = None
    data: Any = None


def _words(value: Any) -> tuple[str, ...]:
    """One address, several with commas, or a list."""
    parts = value if isinstance(value, list | tuple) else (value,) if value else ()
    return tuple(word.strip() for part in parts for word in str(part).split(",") if word.strip())


Via = tuple[str, ...]
"""The groups that led here."""
Send = Callable[[House, Message, Via], Awaitable[None]]
"""Sends it; raises `OSError` or `RunError` where it could not."""


@record
class Mail:
    """A mail server, who writes, and to whom."""

    server: str
    port: int
    encryption: str
    sender: str
    recipients: tuple[str, ...]
    username: str
    password: str

    def send(self, message: Message) -> None:
        letter = EmailMessage()
        letter["From"] = self.sender
        letter["To"] = ", ".join(_words(message.target) or self.recipients)
        letter["Subject"] = " ".join((message.title or "Home").split())
        letter.set_content(message.message)
        with self._connected() as server:
            if self.encryption == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.username:
                server.login(self.username, self.password)
            server.send_message(letter)

    def _connected(self) -> smtplib.SMTP:
        if self.encryption == "tls":
            return smtplib.SMTP_SSL(self.server, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(self.server, self.port, timeout=TIMEOUT)


@record
class Web:
    """An address on the web, and how it wants to be told."""

    resource: str
    method: str
    headers: Mapping[str, str]
    names: Mapping[str, str]
    """Which name message, title and target have there; those that have none are not sent."""
    data: Mapping[str, Any]

    def send(self, message: Message) -> None:
        said = {"message": message.message, "title": message.title, "target": message.target}
        body = {self.names[name]: value for name, value in said.items() if name in self.names and value is not None}
        body |= self.data
        try:
            urllib.request.urlopen(self._request(body), timeout=TIMEOUT).close()
        except urllib.error.HTTPError as error:
            error.close()
            raise

    def _request(self, body: Mapping[str, Any]) -> urllib.request.Request:
        if self.method == "POST_JSON":
            headers = {"Content-Type": "application/json", **self.headers}
            data = json.dumps(body).encode()
            return urllib.request.Request(self.resource, data, headers, method="POST")
        form = urllib.parse.urlencode(body)
        if self.method == "POST":
            return urllib.request.Request(self.resource, form.encode(), dict(self.headers), method="POST")
        mark = "&" if "?" in self.resource else "?"
        return urllib.request.Request(f"{self.resource}{mark}{form}", headers=dict(self.headers))


# -- reading


def _threaded(send: Callable[[Message], None]) -> Send:
    async def work(house: House, message: Message, via: Via) -> None:
        try:
            await asyncio.to_thread(send, message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # The text of a failure may hold the address, and that a key: only its kind is told.
            raise RunError(f"it could not be sent ({type(error).__name__})") from error

    return work


def _smtp(fields: Fields, notifiers: "Notifiers") -> Send:
    fields.need("sender", "say who writes, such as home@example.org")
    fields.need("recipient", "say to whom, such as anna@example.org")
    ways = ("starttls", "tls", "none")
    mail = Mail(
        server=fields.text("server", "localhost"),
        port=fields.whole("port", 587, 1),
        encryption=fields.choice("encryption", ways, "starttls"),
        sender=fields.text("sender"),
        recipients=fields.words("recipient") or (),
        username=fields.text("username"),
        password=fields.text("password"),
    )
    fields.done("timeout", "sender_name", "debug", "verify_ssl", "images")
    return _threaded(mail.send)


def _rest(fields: Fields, notifiers: "Notifiers") -> Send:
    resource = str(fields.need("resource", "say which address, such as https://example.org/notify"))
    if not resource.startswith(("http://", "https://")):
        raise fields.wrong("resource must begin with http:// or https://", "resource")
    names = {"message": fields.text("message_param_name", "message")}
    for name in ("title", "target"):
        if given := fields.text(f"{name}_param_name"):
            names[name] = given
    headers = {str(name): str(value) for name, value in (fields.take("headers") or {}).items()}
    if user := fields.text("username"):
        key = base64.b64encode(f"{user}:{fields.text('password')}".encode()).decode()
        headers["Authorization"] = f"Basic {key}"
    method = fields.choice("method", ("GET", "POST", "POST_JSON"), "GET")
    extra = fields.take("data") or {}
    if not isinstance(extra, Map | dict):
        raise fields.wrong(f"data must be a mapping, not {kind_of(extra)}", "data")
    fields.done("authentication", "verify_ssl", "timeout", "password")
    return _threaded(Web(resource, method, headers, names, dict(extra)).send)


def _mqtt(fields: Fields, notifiers: "Notifiers") -> Send:
    topic = str(fields.need("topic", "say which topic"))
    if any(letter in topic for letter in "+#\0") or topic.startswith("$"):
        raise fields.wrong(f"topic must be a topic of a device without + and #, not {topic!r}", "topic")
    qos, retain = fields.whole("qos", 0), fields.flag("retain", False)
    fields.done()

    async def send(house: House, message: Message, via: Via) -> None:
        body = json.dumps({name: value for name, value in message.model_dump().items() if value is not None}).encode()
        if topic.partition("/")[0] == house.root:
            raise RunError(f"{topic} is the home's own: rules may only speak to devices")
        if not house.publish(topic, body, min(qos, 2), retain):
            raise RunError("the broker cannot be reached now")

    return send


def _group(fields: Fields, notifiers: "Notifiers") -> Send:
    members: list[tuple[str, dict[str, Any]]] = []
    fields.need("services", "list the services, such as - action: mail")
    for item in fields.maps("services"):
        if not isinstance(item, Fields):
            raise fields.wrong(f"a member is a mapping such as action: mail, not {kind_of(item[0])}", "services")
        name = item.text(item.first("action", "service")).removeprefix("notify.")
        members.append((name, dict(item.take("data") or {})))
        item.done()
    fields.done()

    async def send(house: House, message: Message, via: Via) -> None:
        faults: list[RunError] = []
        for name, data in members:
            try:
                await notifiers.send(name, house, Message.model_validate({**message.model_dump(), **data}), via)
            except RunError as error:
                faults.append(error)
        if faults:
            raise faults[0]

    return send


ROWS: Final[Mapping[str, Callable[[Fields, "Notifiers"], Send]]] = {
    "smtp": _smtp,
    "rest": _rest,
    "mqtt": _mqtt,
    "group": _group,
}
"""By platform."""


class Notifiers:
    """Those that the files name."""

    def __init__(self, notes: Notes) -> None:
        async def note(house: House, message: Message, via: Via) -> None:
            notes.create(message.message, message.title, "", None)

        self._sends: dict[str, Send] = {"persistent_notification": note}

    def add(self, fields: Fields) -> str:
        """Take in a block; gives its name. Raises `RuleError`."""
        platform = fields.choice("platform", tuple(ROWS), "")
        name = slug(fields.text("name", "notify"))
        if name in self._sends:
            raise fields.wrong(f"there is a notify.{name} already: give this one another name", "name")
        self._sends[name] = ROWS[platform](fields, self)
        return name

    async def send(self, name: str, house: House, message: Message, via: Via = ()) -> None:
        """Raises `RunError`."""
        if name in via:
            raise RunError(f"notify.{name} is a member of itself")
        send = self._sends.get(name)
        if send is None:
            raise RunError(f"there is no notify.{name}{nearest(name, self._sends)}")
        await send(house, message, (*via, name))

    def offer(self, name: str) -> Offer:
        """The service `notify.<name>`."""

        def work(run: Run, data: dict[str, Any]) -> Pending:
            house = run.engine.house

            async def tell() -> None:
                try:
                    await self.send(name, house, Message.model_validate(data))
                except RunError as error:
                    run.arrive(RunError(f"notify.{name}: {error}"))
                else:
                    run.arrive((None,))

            return Pending(house.start(tell(), f"notify.{name}").cancel)

        return Offer(work, Message)
