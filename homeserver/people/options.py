"""The settings of `people`."""

from pydantic import BaseModel, ConfigDict, Field


class PeopleOptions(BaseModel):
    """Settings of the worker `people`."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    audit_days: float = Field(731, ge=1, description="days for which the audit is kept")
