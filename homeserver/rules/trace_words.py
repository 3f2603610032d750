"""What can be asked about runs: their traces, and why a rule did not run."""

from datetime import datetime
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from homeserver.topics.call import SEEN_ONLY, Call


class _Asked(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")


class AskTraces(_Asked):
    """What runs of a rule did, the latest first."""

    rule: str
    most: int = Field(10, ge=1, le=100)


class Checked(BaseModel):
    """One condition: `way` and `line` in the rule, `met` (null: it could not be told), `saw`: `light.hall is on`."""

    way: str
    line: int
    met: bool | None
    saw: str


class Step(BaseModel):
    """One step: its way in the rule, and the seconds since the run began."""

    way: str
    at: float


class Told(BaseModel):
    """One command that the run gave. `held`: who held the entity and until when, where the command had to wait."""

    id: str
    entity_id: str
    service: str
    held: str = ""


class Trace(BaseModel):
    """One run, or one that did not begin (`outcome` not_met, busy). `because`: what fired; `by`: who or what was behind
    it; `explained`: the rule's own sentence; `cause`: id, author and parent of the run's own link in the chain."""

    number: int
    at: datetime
    seconds: float
    outcome: str
    error: str
    trigger: str
    because: str
    explained: str = ""
    conditions: list[Checked]
    steps: list[Step]
    commands: list[Told]
    cause: list[str | None]
    by: str


class TraceList(BaseModel):
    """Traces of one rule."""

    rule: str
    alias: str
    traces: list[Trace]


class AskWhyNot(_Asked):
    """Why did a rule not run? `at`: when it was expected, ISO 8601 with offset; without it, lately and now."""

    rule: str
    at: AwareDatetime | None = None


class WhyNot(BaseModel):
    """One sentence, the condition that decided, where one did, the nearest trace, what triggers wait for and saw."""

    rule: str
    sentence: str
    decisive: Checked | None = None
    trace: Trace | None = None
    triggers: list[str] = []


TRACES: Final = Call("rules", "traces", AskTraces, TraceList, role="guest", about=SEEN_ONLY, reads=True)
WHY_NOT: Final = Call("rules", "why_not", AskWhyNot, WhyNot, role="guest", about=SEEN_ONLY, reads=True)
