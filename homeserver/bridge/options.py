"""The bridge's own settings, beside those of the home that say where it listens."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class BridgeOptions(BaseModel):
    """Settings of the bridge."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    trusted_proxies: tuple[str, ...] = Field(
        (), description="addresses or networks whose X-Forwarded-For and -Proto are believed"
    )
    names: tuple[str, ...] = Field((), description="other host names of this home, such as that of a proxy before it")
    cors_origins: tuple[str, ...] = Field((), description="pages of others that may ask, such as https://my.example")
    pages: tuple[str, ...] = Field(
        (),
        description="workers whose own pages the dashboard shows: their scripts run with the rights of who opens them",
    )
    http_certificate: Path | None = Field(None, description="file with the certificate chain for HTTPS, PEM")
    http_key: Path | None = Field(None, description="file with the certificate's private key, PEM")
    upload_largest: int = Field(8 << 30, ge=0, description="bytes of the largest file that can be uploaded")
    push_services: tuple[str, ...] = Field(
        (
            "fcm.googleapis.com",
            "*.push.services.mozilla.com",
            "*.push.apple.com",
            "*.notify.windows.com",
        ),
        description="hosts of push services that may be asked, *.example.org, or https://host:port",
    )
    push_contact: str = Field(
        "mailto:home@example.org",
        pattern=r"^(mailto:\S+@\S+|https://\S+)$",
        description="whom a push service may ask about this home: mailto:... or https://...",
    )
    upload_quota: int = Field(32 << 30, ge=0, description="bytes that one person's unused uploads may take")
