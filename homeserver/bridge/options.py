"""The bridge's own settings, beside those of the home that say where it listens."""

from pydantic import BaseModel, ConfigDict, Field


class BridgeOptions(BaseModel):
    """Settings of the bridge."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    upload_largest: int = Field(8 << 30, ge=0, description="bytes of the largest file that can be uploaded")
    upload_quota: int = Field(32 << 30, ge=0, description="bytes that one person's unused uploads may take")
