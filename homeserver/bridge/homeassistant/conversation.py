"""Commands and a route for what somebody says to the home: to an assistant, where a worker is one; else to the rules,
which answer sentences that they wait for. What nobody understands is answered so, in the words of the protocol.

Shapes: https://developers.home-assistant.io/docs/intent_conversation_api. Keeps nothing.
"""

from typing import Any, Final

from homeserver.bridge.homeassistant.command import Asked, Bare, Message, Row
from homeserver.bridge.homeassistant.desk import Desk
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.rules.words import HEAR_SENTENCE
from homeserver.topics.cause import Cause

_ASSISTANT: Final = ("assistant", "conversation")
"""Who talks with people, once there is anybody."""
_NO_ASSISTANT: Final = "There is no assistant in this home, and no rule waits for such a sentence."


class Process(Message):
    text: str
    language: str | None = None
    conversation_id: str | None = None
    agent_id: str | None = None
    device_id: str | None = None


class Pipeline(Message):
    start_stage: str
    end_stage: str
    input: dict[str, Any] | None = None
    pipeline: str | None = None
    conversation_id: str | None = None
    device_id: str | None = None
    timeout: float | None = None


class Agents(Message):
    language: str | None = None
    country: str | None = None


async def process(desk: Desk, login: str, said: Process, cause: Cause) -> dict[str, Any]:
    """What the home answers to a sentence; raises `CallError`, or `Failure` where nobody hears sentences."""
    args = said.model_dump(exclude={"agent_id"})
    if desk.announced.shape(*_ASSISTANT) is not None:
        answer: dict[str, Any] = await desk.ask(login, *_ASSISTANT, args, cause)
        return answer
    if desk.announced.shape(HEAR_SENTENCE.worker, HEAR_SENTENCE.verb) is None:
        raise Failure("not_supported", _NO_ASSISTANT)
    heard = await desk.ask(login, HEAR_SENTENCE.worker, HEAR_SENTENCE.verb, args, cause)
    done = bool(heard["rules"])
    speech = heard["response"] or "" if done else _NO_ASSISTANT
    data: dict[str, Any] = {"targets": [], "success": [], "failed": []} if done else {"code": "no_intent_match"}
    return {
        "response": {
            "speech": {"plain": {"speech": speech, "extra_data": None}} if speech else {},
            "card": {},
            "language": said.language or desk.house.settings.home.language,
            "response_type": "action_done" if done else "error",
            "data": data,
        },
        "conversation_id": said.conversation_id,
        "continue_conversation": False,
    }


async def _process(asked: Asked, message: Process) -> Any:
    return await process(asked.desk, asked.login, message, asked.session.cause())


def _no_pipeline(_: Asked, __: Pipeline) -> None:
    raise Failure("pipeline-not-found", "There is no assistant in this home that listens and speaks.")


ROWS: Final = (
    Row("conversation/process", Process, _process),
    Row("conversation/agent/list", Agents, lambda _, __: {"agents": []}),
    Row("assist_pipeline/pipeline/list", Bare, lambda _, __: {"pipelines": [], "preferred_pipeline": None}),
    Row("assist_pipeline/run", Pipeline, _no_pipeline),
)
