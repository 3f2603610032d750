"""Trigger `mqtt`: https://www.home-assistant.io/docs/automation/trigger/#mqtt-trigger

`trigger` holds topic, payload, qos (the one asked for), and payload_json where the payload is JSON. What the broker
kept of a topic from before does not fire: it is no news.
"""

from typing import Any, Final

import orjson

from homeserver.rules.compiler import Compiler
from homeserver.rules.device_topics import reason_against
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.reading.fields import Fields
from homeserver.rules.triggers.trigger import Fire, Trigger, nowhere
from homeserver.topics.cause import Cause
from homeserver.view.templates import Template, TemplateError

_QOS: Final = ("0", "1", "2")
_NO_JSON: Final = object()


class MqttTrigger(Trigger):
    """A message came on a topic, or on one of those that a filter with `+` and `#` stands for.

    With `payload` only one that says just that; with `value_template` what the template makes of it must be that.
    """

    kind = "mqtt"

    def __init__(
        self,
        id: str,
        number: int,
        alias: str,
        *,
        topic: Template,
        payload: Template | None,
        value: Template | None,
        encoding: str,
        qos: int,
    ) -> None:
        super().__init__(id, number, alias)
        self._topic = topic
        self._payload = payload
        self._value = value
        self._encoding = encoding
        self._qos = qos
        self._filter = ""
        self._wanted: str | None = None
        self.engine: Engine

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        try:
            known = self.known_variables()
            self._wanted = None if self._payload is None else self._payload.render(known)
            topic = self._topic.render(known)
        except TemplateError as error:
            engine.complain(self, f"cannot listen: {error}")
            return
        if reason := reason_against(topic, engine.house.root):
            engine.complain(self, f"cannot listen: {reason}")
            return
        self._filter = topic
        engine.device_topics.listen(topic, self._heard)

    def detach(self, engine: Engine) -> None:
        if self._filter:
            engine.device_topics.unlisten(self._filter, self._heard)
            self._filter = ""
        self.fire = nowhere

    def _heard(self, topic: str, raw: bytes, cause: Cause | None) -> None:
        payload: str | bytes = raw
        if self._encoding:
            try:
                payload = raw.decode(self._encoding)
            except ValueError:
                self.engine.complain(self, f"what came on {topic} is no {self._encoding} text")
                return
        parsed = _json(raw)
        if self._wanted is not None and not self._is_wanted(payload, parsed):
            return
        data = {"topic": topic, "payload": payload, "qos": self._qos, "description": f"mqtt topic {topic}"}
        if parsed is not _NO_JSON:
            data["payload_json"] = parsed
        self.fire(Fired(self, data=data, cause=cause))

    def _is_wanted(self, payload: str | bytes, parsed: Any) -> bool:
        if self._value is None:
            return payload == self._wanted
        variables = {**self.known_variables(), "value": payload}
        if parsed is not _NO_JSON:
            variables["value_json"] = parsed
        try:
            return self._value.render(variables) == self._wanted
        except TemplateError as error:
            self.engine.complain(self, f"value_template: {error}")
            return False


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _NO_JSON


def compile_mqtt(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    fields.need("topic", "name a topic, such as zigbee2mqtt/remote/action")
    topic, payload = compiler.template_in(fields, "topic"), fields.text("payload")
    assert topic is not None
    if topic.static and (reason := reason_against(topic.text, "homeserver")):
        raise fields.wrong(reason, "topic")
    value = compiler.template_in(fields, "value_template")
    wanted = compiler.template(payload, fields.line("payload"), fields.where("payload")) if payload else None
    if value is not None and wanted is None:
        compiler.warn(
            "value_template is only looked at together with payload, which says what it must give: add payload",
            fields.line("value_template"),
            fields.where("value_template"),
            "doubtful",
        )
    encoding = fields.text("encoding", "utf-8")
    if encoding:
        try:
            "".encode(encoding)
        except (LookupError, ValueError):
            raise fields.wrong(f"there is no encoding {encoding!r}: utf-8 is the usual one", "encoding") from None
    qos = int(fields.choice("qos", _QOS, "0"))
    return MqttTrigger(id, number, alias, topic=topic, payload=wanted, value=value, encoding=encoding, qos=qos)
