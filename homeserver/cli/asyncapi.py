"""The AsyncAPI 3 document of the home, made from the workers' declarations: topics, messages, calls with their replies.

Written from the home's side: it sends what its workers say, and receives what anybody with a login may say or ask.
Schemas are those by which messages are checked, in the words of JSON Schema draft 7, which AsyncAPI builds on.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import yaml

from homeserver import __version__
from homeserver.cli.asyncapi_schemas import PLACE, Schemas, call_name
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, Part
from homeserver.topics.call import REPLY, REQUEST, Call, Reply, Request
from homeserver.topics.topic import Topic

VERSION: Final = "3.0.0"
Kinds = Mapping[str, type[Part]]
_REPLIES: Final = "replies"
_PARAMETERS: Final = {
    "login": "who says it: process.NAME, person.NAME or device.NAME, enforced by the broker",
    "caller": "login of who asked",
    "client": "chosen by who asked, so that his clients can be told apart",
    "domain": "kind of entity, such as light",
    "object_id": "the entity's name within its domain",
    "process": "a process of the home",
    "name": "a worker",
}
_DESCRIPTION: Final = """\
Everything that the home says and hears on MQTT 3.1.1, beside the topics of devices, which choose their own. Made by
`homeserver topics --write` from the declarations of the workers that come with it. Payloads are JSON in UTF-8."""


def document(kinds: Kinds, root: str) -> dict[str, Any]:
    """The whole of it for these workers, addresses under `root`."""
    topics = _topics(kinds)
    calls = sorted((row.call for kind in kinds.values() for row in kind.table.answers), key=repr)
    schemas = Schemas([*(topic.model for topic in topics.values()), Request, Reply], calls)
    channels = {name: _channel(root, topic, schemas) for name, topic in topics.items()}
    channels |= {call_name(call): _call_channel(root, call) for call in calls}
    channels[_REPLIES] = {
        "address": None,
        "description": f"Where the caller says: under {root}/{REPLY.template}, and nowhere else.",
        "messages": {call_name(call): _payload("Reply", f"{call_name(call)}_reply") for call in calls},
    }
    return {
        "asyncapi": VERSION,
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": channels,
        "operations": {**_sayings(kinds, topics), **{call_name(call): _call_operation(call) for call in calls}},
        "components": {"schemas": schemas.found, "securitySchemes": {"login": _login()}},
    }


class _Dumper(yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper):  # type: ignore[misc]
    """Says everything where it belongs: no reader should have to follow anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(content: dict[str, Any]) -> str:
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _info() -> dict[str, Any]:
    said = {"title": "homeserver", "version": __version__, "description": _DESCRIPTION}
    return {**said, "license": {"name": "MIT"}}


def _servers() -> dict[str, Any]:
    security = [{"$ref": "#/components/securitySchemes/login"}]
    either = {"protocolVersion": "3.1.1", "security": security}
    host = {"host": {"description": "the machine that the home runs on", "default": "home.local"}}
    here: dict[str, Any] = {"host": "127.0.0.1:1883", "protocol": "mqtt", "description": "on the home's own machine"}
    network: dict[str, Any] = {
        "host": "{host}:8883",
        "protocol": "secure-mqtt",
        "description": "after `homeserver listen`",
    }
    return {"here": here | either, "network": network | {"variables": host} | either}


def _login() -> dict[str, str]:
    made = "`homeserver device-login add NAME` and `homeserver worker-login add NAME WORKER...` make them"
    return {"type": "userPassword", "description": f"A login and its secret; {made}."}


# -- topics


def _topics(kinds: Kinds) -> dict[str, Topic[Any]]:
    """The topics under the root by the names of their channels; calls and replies have channels of their own."""
    left_out = {ANY_DEVICE_TOPIC.template, REQUEST.template, REPLY.template}
    every = {topic.template: topic for kind in kinds.values() for topic in (*_said(kind), *_heard(kind))}
    found: dict[str, Topic[Any]] = {}
    for template, topic in sorted(every.items()):
        if template not in left_out:
            short = "_".join(level for level in topic.levels if not level.startswith("{"))
            whole = "_".join(level.strip("{}") for level in topic.levels)
            found[(whole if short in found else short).replace("-", "_")] = topic
    return found


def _said(kind: type[Part]) -> Iterable[Topic[Any]]:
    return getattr(kind, "says", ())


def _heard(kind: type[Part]) -> Iterator[Topic[Any]]:
    return (row.topic for row in kind.table.hears)


def _channel(root: str, topic: Topic[Any], schemas: Schemas) -> dict[str, Any]:
    name = topic.model.__name__
    return {
        "address": f"{root}/{topic.template}",
        "messages": {name: _payload(name, schemas.names[topic.model])},
        **_parameters(topic.parameters),
    }


def _parameters(names: Iterable[str]) -> dict[str, Any]:
    known = {name: {"description": _PARAMETERS.get(name, f"{name.replace('_', ' ')}, one level")} for name in names}
    return {"parameters": known} if known else {}


def _payload(name: str, schema: str) -> dict[str, Any]:
    return {"name": name, "payload": {"$ref": f"{PLACE}{schema}"}}


def _sayings(kinds: Kinds, topics: Mapping[str, Topic[Any]]) -> dict[str, Any]:
    """An operation for each topic that the home says, and for each that others may say to it."""
    found = {}
    for name, topic in topics.items():
        says = sorted(worker for worker, kind in kinds.items() if topic.template in {t.template for t in _said(kind)})
        hears = sorted(worker for worker, kind in kinds.items() if topic.template in {t.template for t in _heard(kind)})
        if says:
            found[f"send_{name}"] = _operation("send", name, topic, f"Said by {', '.join(says)}.")
        if hears and (topic.many_writers or not says):
            found[f"receive_{name}"] = _operation("receive", name, topic, f"Heard by {', '.join(hears)}.")
    return found


def _operation(action: str, name: str, topic: Topic[Any], summary: str) -> dict[str, Any]:
    bindings = {"qos": topic.qos, "retain": topic.retained, "bindingVersion": "0.2.0"}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": summary,
        "bindings": {"mqtt": bindings},
    }


# -- calls


def _call_channel(root: str, call: Call[Any, Any]) -> dict[str, Any]:
    name = call_name(call)
    return {
        "address": f"{root}/call/{call.worker}/{call.verb}/{{login}}",
        "messages": {name: _payload("Request", f"{name}_request")},
        **_parameters(("login",)),
    }


def _call_operation(call: Call[Any, Any]) -> dict[str, Any]:
    name = call_name(call)
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": call.doc,
        "x-role": call.role,
        **({"x-stream": True} if call.stream else {}),
        "bindings": {"mqtt": {"qos": 1, "retain": False, "bindingVersion": "0.2.0"}},
        "reply": {
            "address": {"location": "$message.payload#/reply_to"},
            "channel": {"$ref": f"#/channels/{_REPLIES}"},
            "messages": [{"$ref": f"#/channels/{_REPLIES}/messages/{name}"}],
        },
    }
