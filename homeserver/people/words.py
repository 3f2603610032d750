"""What may be asked of `people`: who is here, and what each of them may."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from homeserver.topics.call import Call
from homeserver.topics.person import PersonRole, Scope, Verb

_USER_ID: Final = r"^[a-z0-9_-]{1,32}$"
UserId = Annotated[str, Field(pattern=_USER_ID, description="the id of somebody, such as anna")]
_Name = Annotated[str, Field(min_length=1, max_length=100, description="what people call him")]
_Trackers = Annotated[
    tuple[Annotated[str, Field(pattern=r"^device_tracker\.[a-z0-9_]{1,255}$")], ...],
    Field(max_length=20, description="device trackers that tell where he is, such as device_tracker.annas_phone"),
]
_Expires = Annotated[
    datetime | None,
    Field(description="when he may come in no longer; without a zone it is the home's time; a guest always has an end"),
]
_Picture = Annotated[
    str | None,
    Field(max_length=500, pattern=r"^(/[^/\\]|https://)\S*$", description="address of a picture: /path or https://"),
]
_Icon = Annotated[str | None, Field(max_length=100, pattern=r"^[a-z0-9-]+:[a-z0-9-]+$", description="such as mdi:face")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM, in the home's local time")]


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class CreateUser(_Words):
    """Let somebody in from now on. How he proves who he is, he or the owner sets at the bridge."""

    name: _Name
    id: UserId | None = Field(None, description="his login is person.ID; without one it is made of the name")
    role: PersonRole = "adult"
    expires: _Expires = None
    trackers: _Trackers = ()
    picture: _Picture = None
    icon: _Icon = None
    source: Annotated[str | None, Field(max_length=200, description="where he was brought from; nobody twice")] = None


class UpdateUser(_Words):
    """Change what is known of somebody; a field that is left out stays as it is, null takes it away."""

    user: UserId
    name: _Name | None = None
    role: PersonRole | None = None
    active: bool | None = Field(None, description="false keeps him out, and ends all of his keys and sessions")
    expires: _Expires = None
    trackers: _Trackers | None = None
    picture: _Picture = None
    icon: _Icon = None


class NamedUser(_Words):
    """Name somebody."""

    user: UserId


class AskUsers(_Words):
    """List who is here: an owner sees all of everybody, others themselves, and the names of the household."""


class AskSight(_Words):
    """Tell what somebody sees and may do at this moment, thing by thing."""

    user: UserId


class Sight(BaseModel):
    """Entities by the most that somebody may do with them now, each in one list; `left_off`: how many more there are.
    Who is not let in (`let_in`) sees nothing. `until`: when that changes next by the clock alone."""

    user: str
    let_in: bool
    see: list[str]
    control: list[str]
    edit: list[str]
    left_off: int
    until: datetime | None


class AskMe(_Words):
    """Tell who asks, and what he may now."""


class UserInfo(BaseModel):
    """Somebody. `let_in`: whether he may come in now; `epoch` rises when all of his keys and sessions end; `mqtt`:
    whether he may have a login of his own at the broker; `source`: where he was brought from, if from elsewhere."""

    id: str
    name: str
    role: PersonRole
    active: bool
    let_in: bool
    expires: datetime | None
    epoch: int
    trackers: tuple[str, ...]
    picture: str | None
    icon: str | None
    mqtt: bool
    source: str | None
    created: datetime


class UserChanged(BaseModel):
    """Somebody as he is now; `note` tells what was decided for whoever asked, such as a guest's end."""

    user: UserInfo
    note: str = ""


class UserRemoved(BaseModel):
    """Who is gone, and how many policies about him went too."""

    user: str
    policies: int


class HouseholdMember(BaseModel):
    """What everybody of the household may know of the others."""

    id: str
    name: str


class UserList(BaseModel):
    """`users`: those whom the caller may see whole; `household`: the names of all who may come in now."""

    users: list[UserInfo]
    household: list[HouseholdMember]


class GrantInfo(BaseModel):
    """One line of what somebody may now; `own`: given to him, not to his role."""

    scope: Scope
    what: str
    verb: Verb
    allow: bool
    own: bool


class Me(BaseModel):
    """Who asks. `user` is None for the data folder's owner and for programs of the home, who may all; `until`: when
    what he may changes next."""

    login: str
    role: PersonRole
    user: UserInfo | None = None
    grants: list[GrantInfo] = []
    until: datetime | None = None


class SessionsEnded(BaseModel):
    """All keys and sessions of somebody that began under a lower epoch are over."""

    user: str
    epoch: int


class AskPolicies(_Words):
    """List what who may, in the order in which it was said."""

    who: str | None = Field(None, description="role:child or a user's id; null lists all")


class AskChoices(_Words):
    """Tell what lines may be about: kinds, areas, labels and calls."""


class Choice(BaseModel):
    """`id` is what a line holds, `name` what people call it."""

    id: str
    name: str


class Choices(BaseModel):
    """All that there is now, by scope; entities are in the states."""

    domains: list[str]
    areas: list[Choice]
    labels: list[Choice]
    calls: list[str]


class SetPolicy(_Words):
    """Say what a role or somebody may or may not, or change one such line."""

    policy: int | None = Field(None, ge=1, description="the line to be replaced; without it a new one is made")
    who: str = Field(max_length=64, description="role:adult, role:child, role:guest, role:service, or a user's id")
    scope: Scope
    what: str = Field(
        "",
        max_length=300,
        description="nothing for all; light; an area's or label's id or name; light.hall; rules.check, rules.* or *",
    )
    verb: Verb = Field("control", description="see, control or edit: each holds those before it; a call has none")
    allow: bool = True
    weekdays: tuple[Weekday, ...] = Field((), max_length=7, description="days on which the window begins; none is all")
    begins: _Clock | None = None
    ends: _Clock | None = Field(None, description="before `begins` it is that time of the next day")
    until: datetime | None = Field(None, description="when the line ends; without a zone it is the home's time")


class PolicyInfo(BaseModel):
    """One line. `what` names things as they are called now; `in_force`: whether it counts at this moment."""

    id: int
    who: str
    scope: Scope
    what: str
    verb: Verb
    allow: bool
    weekdays: tuple[Weekday, ...]
    begins: str | None
    ends: str | None
    until: datetime | None
    in_force: bool


class PolicyList(BaseModel):
    """All lines that were asked for."""

    policies: list[PolicyInfo]


class RemovePolicy(_Words):
    """Take one line away."""

    policy: int = Field(ge=1)


class MqttLogin(_Words):
    """Whether somebody may use a login of his own at the broker. Its secret is made where the data folder is, by
    `homeserver person-login`; here nothing but the right is said."""

    user: UserId
    allowed: bool = True


CREATE_USER: Final = Call("people", "create_user", CreateUser, UserChanged, role="owner")
UPDATE_USER: Final = Call("people", "update_user", UpdateUser, UserChanged, role="owner")
REMOVE_USER: Final = Call(
    "people", "remove_user", NamedUser, UserRemoved, role="owner", doc="Let somebody in no longer, and forget him."
)
LIST_USERS: Final = Call("people", "list_users", AskUsers, UserList, role="guest", reads=True)
WHOAMI: Final = Call("people", "whoami", AskMe, Me, role="guest", reads=True)
SIGHT: Final = Call("people", "sight", AskSight, Sight, role="owner", reads=True)
END_SESSIONS: Final = Call(
    "people", "end_sessions", NamedUser, SessionsEnded, role="owner", doc="End all keys and sessions of somebody."
)
CHOICES: Final = Call("people", "choices", AskChoices, Choices, role="owner", reads=True)
LIST_POLICIES: Final = Call("people", "list_policies", AskPolicies, PolicyList, role="owner", reads=True)
SET_POLICY: Final = Call("people", "set_policy", SetPolicy, PolicyInfo, role="owner")
REMOVE_POLICY: Final = Call("people", "remove_policy", RemovePolicy, PolicyInfo, role="owner")
MQTT_LOGIN: Final = Call("people", "mqtt_login", MqttLogin, UserChanged, role="owner")


class AskAudit(_Words):
    """List what was done, the latest first: an owner sees all, others what they did themselves."""

    who: str | None = Field(None, max_length=200, description="a login, person.anna, or a user's id")
    kind: str | None = Field(None, max_length=200, description="call, command, sign_in, sign_in_failed, ...")
    what: str | None = Field(None, max_length=300, description="what it was about, as people.set_policy or light.hall")
    entity: str | None = Field(None, max_length=300, description="an entity id")
    outcome: Literal["ok", "refused", "failed"] | None = None
    since: datetime | None = Field(None, description="without a zone it is the home's time")
    until: datetime | None = None
    text: str | None = Field(
        None, max_length=200, description="words that stand in the row; hal* for those that begin so"
    )
    before: int | None = Field(None, ge=1, description="only rows before this one: `more` of the last answer")
    limit: int = Field(100, ge=1, le=1000)


class AuditRow(BaseModel):
    """One thing that was done. `where`: the address it came from; `by`: the process that saw it; `cause` and `parent`:
    ids of the chain of causes. Somebody who was erased stands as `person:` and a number that leads nowhere."""

    id: int
    at: datetime
    kind: str
    who: str
    what: str
    outcome: str
    where: str
    entities: list[str]
    details: dict[str, str]
    cause: str
    parent: str
    by: str


class AuditRows(BaseModel):
    """The rows; `more`: what to give as `before` for those that follow, null at the end."""

    rows: list[AuditRow]
    more: int | None


class VerifyAudit(_Words):
    """Reckon the whole chain of the audit anew, and tell whether a row was changed, moved, put in or taken away."""


class AuditVerdict(BaseModel):
    """`ok`: all `rows` from `first` to `last` are as they were written. Else `bad` is the first row that is not, and
    `reason` says what is wrong. `notes`: losses that the audit itself wrote down."""

    ok: bool
    rows: int
    first: int
    last: int
    bad: int | None = None
    reason: str = ""
    notes: list[str] = []


AUDIT: Final = Call("people", "audit", AskAudit, AuditRows, role="guest", reads=True)
VERIFY_AUDIT: Final = Call("people", "verify_audit", VerifyAudit, AuditVerdict, role="owner", reads=True)
