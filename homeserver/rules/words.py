"""What the rules engine says, and what it can be asked."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import SEEN_ONLY, About, Call
from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.topic import Retained, Topic


@record
class RuleConfig:
    """One rule as it was read; retained. `error` says why it does not run, with file, line and remedy."""

    alias: str
    enabled: bool
    mode: str
    file: str
    line: int
    description: str = ""
    error: str = ""


@record
class RuleRun:
    """A run of a rule that ended; at most one a second for each rule, the latest.

    number     counts the runs since the rule was loaded
    runs       how many runs ended since the record before this one
    trigger    id of the trigger that fired, empty for a run by hand
    path       the steps taken: `actions[0].choose[1]`
    commands   ids of the commands that were said
    outcome    finished, stopped, condition (one in the sequence was false), failed, cancelled
    seconds    how long it took, waiting included
    explained  the sentence for people that the rule gives with `explain`
    """

    number: int
    runs: int
    trigger: str
    path: tuple[str, ...]
    commands: tuple[str, ...]
    outcome: str
    seconds: float
    error: str = ""
    cause: Cause | None = None
    explained: str = ""


@record
class Note:
    """A notification that stays until somebody dismisses it; retained."""

    message: str
    title: str | None
    created_at: datetime
    cause: Cause | None = None


NOTE: Final = Retained("notification/{id}", Note)
RULE_CONFIG: Final = Retained("rule/{id}/config", RuleConfig)
RULE_RUN: Final = Topic[RuleRun]("rule/{id}/run", RuleRun, qos=0)


class Asked(BaseModel):
    """Requests name no field that does not exist."""

    model_config = ConfigDict(defer_build=True, extra="forbid")


class ListRules(Asked):
    """List the rules, those with faults too."""


class RuleInfo(BaseModel):
    """One rule. `problems` are told with file, line, field and remedy; with any, the rule does not run."""

    id: str
    alias: str
    enabled: bool
    mode: str
    file: str
    line: int
    running: int
    runs: int
    problems: list[str]


class RuleList(BaseModel):
    """The rules of which the caller sees all that they touch, in the order of their files. `problems` are those of
    whole files, scripts, scenes and helpers, for whoever sees everything."""

    rules: list[RuleInfo]
    problems: list[str]


class ReloadRules(Asked):
    """Read the rule files again now; rules that did not change go on undisturbed."""


class Reloaded(BaseModel):
    """How many rules run and how many are refused. `folder`: where the files lie, on the machine of the rules."""

    running: int
    refused: int
    folder: str = ""


class TriggerRule(Asked):
    """Run a rule now, as if it had been triggered. Without `skip_condition` its conditions must hold."""

    rule: str
    skip_condition: bool = True
    variables: dict[str, Any] = {}


class Perform(Asked):
    """Do one action as a rule would: `action` is its name, such as script.evening or scene.apply."""

    action: str
    data: dict[str, Any] = {}
    target: dict[str, Any] = {}


class Performed(BaseModel):
    """What the action answered, where it answers anything."""

    answer: Any = None


class HearSentence(Asked):
    """Hear what somebody said to the home; rules that wait for such a sentence run."""

    text: str
    language: str | None = None
    device_id: str | None = None
    conversation_id: str | None = None


class SentenceHeard(BaseModel):
    """The rules that ran, and the first answer that one of them gave."""

    rules: list[str]
    response: str | None = None


class NamedRule(Asked):
    """Name one rule."""

    rule: str


class CheckRules(Asked):
    """Look for what is wrong with the rules; `text`: of a file that is not there yet, looked at among the others."""

    text: str | None = None
    file: str = "new.yaml"


class Fault(BaseModel):
    """One thing that is wrong or doubtful. Line and column count from 1; `suggestion` may be empty."""

    file: str
    line: int
    column: int
    rule: str
    severity: str
    code: str
    text: str
    suggestion: str


class Checked(BaseModel):
    """How many rules were looked at, and what was found."""

    rules: int
    problems: list[Fault]


class DismissNote(Asked):
    """Take a notification away that rules made; without an id all of them."""

    notification_id: str | None = None


class NotesLeft(BaseModel):
    """How many notifications are left to be read."""

    notifications: int


class WatchTrigger(Asked):
    """Tell each time one of some triggers fires, as a rule would hear it, until whoever asks leaves."""

    trigger: Any = Field(description="one trigger or a list of them, as under `triggers` of a rule")
    variables: dict[str, Any] = Field(default_factory=dict, description="what templates in the triggers see")


class Firing(BaseModel):
    """A trigger fired. `variables` holds `trigger`, as templates of a rule see it; it is empty in the first part, which
    says that the triggers are sound and listened to, and in those that only say that this is so still. `context` is
    that of the cause: id, parent_id, user_id."""

    variables: dict[str, Any] = {}
    context: dict[str, Any] | None = None


class TestCondition(Asked):
    """Tell whether a condition holds now, with what whoever asks may see."""

    __test__ = False

    condition: Any = Field(description="one condition or a list of them, as under `conditions` of a rule")
    variables: dict[str, Any] = Field(default_factory=dict, description="what templates in the condition see")


class ConditionTested(BaseModel):
    """Whether it holds."""

    result: bool


class Execute(Asked):
    """Carry out actions as a script would, and wait for their end."""

    sequence: Any = Field(description="one action or a list of them, as under `sequence` of a script")
    variables: dict[str, Any] = Field(default_factory=dict, description="what the actions are given")


DISMISS_NOTE: Final = Call("rules", "dismiss", DismissNote, NotesLeft)
LIST_RULES: Final = Call("rules", "list", ListRules, RuleList, role="guest", about=SEEN_ONLY, reads=True)
RELOAD_RULES: Final = Call("rules", "reload", ReloadRules, Reloaded)
TRIGGER_RULE: Final = Call("rules", "trigger", TriggerRule, RuleInfo, about=(About("control", "rule"),))
ENABLE_RULE: Final = Call(
    "rules", "enable", NamedRule, RuleInfo, doc="Let a rule react again.", about=(About("control", "rule"),)
)
DISABLE_RULE: Final = Call(
    "rules",
    "disable",
    NamedRule,
    RuleInfo,
    doc="Stop a rule and its runs until it is enabled.",
    about=(About("control", "rule"),),
)
CHECK_RULES: Final = Call(
    "rules", "check", CheckRules, Checked, role="guest", about=(About("see", "home"),), reads=True
)
PERFORM: Final = Call("rules", "perform", Perform, Performed, about=(About("control", "action"),))
HEAR_SENTENCE: Final = Call("rules", "hear", HearSentence, SentenceHeard)
WATCH_TRIGGER: Final = Call("rules", "watch_trigger", WatchTrigger, Firing, role="guest", stream=True, reads=True)
TEST_CONDITION: Final = Call("rules", "test_condition", TestCondition, ConditionTested, role="guest", reads=True)
EXECUTE: Final = Call("rules", "execute", Execute, Performed, role="owner")
