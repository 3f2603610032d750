"""What people may ask of `people` about themselves, and owners about taking somebody's data out, or away."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from homeserver.people.words import UserId
from homeserver.topics.blob import Blob
from homeserver.topics.call import Call

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]


class _Words(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class AskPreferences(_Words):
    """Tell what whoever asks prefers; nobody is told of others."""

    keys: list[Key] | None = Field(None, max_length=200, description="null for all")


class SetPreferences(_Words):
    """Keep what whoever asks prefers: JSON values by key; null takes one away."""

    values: dict[Key, JsonValue] = Field(max_length=200)


class PreferenceList(BaseModel):
    """JSON values by key."""

    values: dict[str, Any]


class ExportUser(_Words):
    """Put everything that is known of somebody into one archive, for himself or an owner."""

    user: UserId


class UserExport(BaseModel):
    """`file`: its path in the data folder; `contents`: the files in it; `missing`: workers that did not answer."""

    user: str
    file: str
    contents: list[str]
    missing: list[str]
    blob: Blob


class EraseUser(_Words):
    """Forget somebody for good: record, policies, preferences, logins, and his name in the audit."""

    user: UserId
    confirm: UserId = Field(description="the same id again: this cannot be undone")


class UserErased(BaseModel):
    """Who is gone, and the workers that forgot him."""

    user: str
    policies: int
    workers: list[str]


PREFERENCES: Final = Call("people", "preferences", AskPreferences, PreferenceList, role="guest", reads=True)
SET_PREFERENCES: Final = Call("people", "set_preferences", SetPreferences, PreferenceList, role="guest")
EXPORT_USER: Final = Call("people", "export_user", ExportUser, UserExport, role="guest")
ERASE_USER: Final = Call("people", "erase_user", EraseUser, UserErased, role="owner")
