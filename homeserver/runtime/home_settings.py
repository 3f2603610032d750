"""The platform's own settings: folders, broker, doors, and the home's place on earth."""

import os
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from homeserver.runtime.given import Given, Names, nearest
from homeserver.runtime.ports import is_loopback
from homeserver.topics.priority import LONGEST_HOLD

Port = Annotated[int, Field(ge=1, le=65535)]
SECTION: Final = "home"
"""What the platform is called in the file and in `--set`; it shares the name with the worker `home`."""


class HomeSettings(BaseModel):
    """What everything in the home may rely on; all of it has a default."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True, validate_default=False)

    data: Path = Field(default=Path(), description="folder that holds all that the home keeps")
    rules: Path = Field(default=Path(), description="folder with the rule files")
    broker: str = Field("auto", description="auto, mosquitto, amqtt or an address mqtt[s]://[login@]host[:port]")
    broker_authority: Path | None = Field(
        None,
        description="file with the certificate of who vouches for a broker at mqtts://; else what this machine trusts",
    )
    broker_password: SecretStr | None = Field(None, description="secret of the login in the broker's address")
    login_file: Path | None = Field(None, description="login file from `homeserver worker-login add`")
    mosquitto_folder: Path | None = Field(
        None, description="where to write passwd, acl and certificate of a Mosquitto that others start and reload"
    )
    mqtt_port: Port = Field(1883, description="where the home's own broker listens")
    mqtt_host: str = Field("127.0.0.1", description="address on which the home's own broker listens")
    anonymous: bool = Field(False, description="let anybody on this machine use the broker without a login")
    http_port: Port = Field(8321, description="where the page and the HTTP interface are")
    http_host: str = Field("127.0.0.1", description="address on which the page is served")
    root: str = Field("homeserver", pattern=r"^[A-Za-z0-9_-]{1,32}$", description="first level of the home's topics")
    discovery_prefix: str = Field(
        "homeassistant", pattern=r"^[A-Za-z0-9_-]{1,32}$", description="first level of discovery topics"
    )
    name: str = Field("Home", min_length=1, max_length=100, description="what the home is called")
    latitude: float = Field(52.52, ge=-90, le=90, description="degrees, north is positive")
    longitude: float = Field(13.405, ge=-180, le=180, description="degrees, east is positive")
    elevation: float = Field(34.0, ge=-500, le=9000, description="metres above sea level")
    time_zone: str = Field("Europe/Berlin", description="name in the IANA time zone database")
    country: str = Field("", pattern=r"^([A-Z]{2})?$", description="ISO 3166 code, for public holidays; empty for none")
    province: str = Field("", max_length=50, description="part of the country, as its holidays are told apart: BE")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="ISO 4217 code")
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47 tag")
    unit_system: Literal["metric", "us_customary"] = Field("metric", description="metric or us_customary")
    manual_hold: float = Field(
        0.0, ge=0, le=LONGEST_HOLD, description="seconds for which what a person commands holds against rules"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what the log is to hold")

    @field_validator("login_file", "broker_authority", "mosquitto_folder", mode="before")
    @classmethod
    def _none(cls, path: object) -> object:
        return path or None

    @field_validator("data", "rules", "login_file", "broker_authority", "mosquitto_folder")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return Path(os.path.abspath(path.expanduser())) if path is not None else None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            zoneinfo.ZoneInfo(name)
        except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
            known = sorted(zoneinfo.available_timezones())  # reads hundreds of files
            raise ValueError(
                f"there is no time zone {name!r}; {nearest(name, known) if name else 'give one'}"
            ) from None
        return name

    @model_validator(mode="after")
    def _loopback(self) -> Self:
        if self.anonymous and not is_loopback(self.mqtt_host):
            raise ValueError("anonymous access is possible on loopback only: take mqtt_host away or make logins")
        return self


def default_data(env: Mapping[str, str]) -> Path:
    """The data folder by the XDG base directory specification."""
    base = env.get("XDG_DATA_HOME") or Path(env.get("HOME") or Path.home()) / ".local" / "share"
    return Path(base) / "homeserver"


def with_folders(platform: dict[Names, Given], data: Path) -> dict[Names, Given]:
    """The two folders whose defaults depend on where we are."""
    here = Path.cwd() / "rules"
    rules = here if here.is_dir() else data / "rules"
    defaults = {("data",): Given(("data",), data, "default"), ("rules",): Given(("rules",), rules, "default")}
    return defaults | platform
