"""A helper that holds a day, a time of day, or both, in the home's local time.

Facts: https://www.home-assistant.io/integrations/input_datetime
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from homeserver.rules.owned.thing import Act, Thing, done, named
from homeserver.rules.reading.fields import Fields
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNKNOWN

_FORMS = {(True, True): "%Y-%m-%d %H:%M:%S", (True, False): "%Y-%m-%d", (False, True): "%H:%M:%S"}


class InputDatetime(Thing):
    """`value` is local and without a zone; the parts that it does not have are midnight and the first day."""

    domain = "input_datetime"

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        self.has_date, self.has_time = fields.flag("has_date", False), fields.flag("has_time", False)
        if not (self.has_date or self.has_time):
            raise fields.wrong("say has_date: true, has_time: true, or both", "has_date")
        initial = fields.take("initial")
        self.starts_anew = initial is not None
        self.value: datetime | None = None
        if initial is not None:
            self.value = self._read(str(initial))
            if self.value is None:
                example = datetime(2030, 12, 31, 7, 30).strftime(self._form)  # noqa: DTZ001 - the home's local time
                raise fields.wrong(f"initial must look like {example}, not {str(initial)!r}", "initial")
        done(fields)

    @property
    def _form(self) -> str:
        return _FORMS[self.has_date, self.has_time]

    def _read(self, text: str) -> datetime | None:
        """What a text means; None where it is no moment of this kind."""
        text = text.strip()
        try:
            if not self.has_date:
                whole = f"0{text}" if text[1:2] == ":" else text
                return datetime.combine(date(1970, 1, 1), time.fromisoformat(whole))
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        return found.replace(tzinfo=None) if self.has_time else datetime.combine(found.date(), time())

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.value = self._read(str(kept.get("state", ""))) or self.value

    def begin(self) -> None:
        if self.value is None:
            today = self.now.astimezone(self.desk.engine.zone).date()
            self.value = datetime.combine(today, time())
        self._be(self.value)

    def _be(self, value: datetime) -> None:
        self.value = value.replace(microsecond=0)
        self.state = self.value.strftime(self._form)
        parts: dict[str, Any] = {"has_date": self.has_date, "has_time": self.has_time, "editable": False}
        if self.has_date:
            parts |= {"year": value.year, "month": value.month, "day": value.day}
        if self.has_time:
            parts |= {"hour": value.hour, "minute": value.minute, "second": value.second}
        self.attributes = parts | {"timestamp": self._timestamp(self.value)}

    def _timestamp(self, value: datetime) -> float:
        """Seconds since 1970 of the moment; of a time of day alone, seconds since midnight."""
        if not self.has_date:
            return value.hour * 3600 + value.minute * 60 + value.second
        return value.replace(tzinfo=self.desk.engine.zone).timestamp()

    def set_datetime(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        zone = self.desk.engine.zone
        at: datetime | None = data.get("datetime")
        if data.get("timestamp") is not None:
            at = datetime.fromtimestamp(data["timestamp"], UTC)
        if at is not None:
            at = at.astimezone(zone).replace(tzinfo=None) if at.tzinfo is not None else at
        day = data.get("date") if at is None else at.date()
        clock = data.get("time") if at is None else at.time()
        if day is not None and at is None and not self.has_date:
            raise self.wrong("it holds no day: set its time", "date")
        if clock is not None and at is None and not self.has_time:
            raise self.wrong("it holds no time of day: set its date", "time")
        now = self.value or datetime.combine(date(1970, 1, 1), time())
        self._be(datetime.combine(day or now.date(), (clock or now.time()) if self.has_time else time()))
        self.show(cause)

    def kept(self) -> dict[str, Any]:
        return {"state": self.state} if self.state != UNKNOWN else {}

    acts: ClassVar[Mapping[str, Act]] = {"set_datetime": set_datetime}
