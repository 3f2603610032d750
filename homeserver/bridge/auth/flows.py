"""Signing in for a program, step by step, and the codes that come of it; in memory, for ten minutes.

The steps and their shapes are Home Assistant's (developers.home-assistant.io/docs/auth_api): `init` asks for name and
password, `mfa` for a code, `create_entry` gives the program's code, which counts once.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from homeserver.bridge.proofs.secret import new_secret
from homeserver.runtime.clock import Clock
from homeserver.topics.record import record

LIFE: Final = 600.0
"""Seconds."""
HANDLER: Final = ["homeassistant", None]
"""What programs call signing in with a name and a password."""
MOST: Final = 1000
_FIELDS: Final = {"init": ("username", "password"), "mfa": ("code",)}


@record
class Flow:
    """One attempt. `username` and `password` are kept from the first step to the second."""

    client_id: str
    redirect_uri: str
    ends: float
    username: str = ""
    password: str = ""


@record
class Granted:
    """What a code stands for. `sound`: whether what let him in counts still: nothing of it has ended or changed."""

    client_id: str
    login: str
    ends: float
    sound: Callable[[], bool]


class Flows:
    """Attempts that are under way, and codes that were not used yet; of either the oldest make room."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._flows: OrderedDict[str, Flow] = OrderedDict()
        self._codes: OrderedDict[str, Granted] = OrderedDict()

    def begin(self, client_id: str, redirect_uri: str) -> str:
        """The id of a new attempt."""
        return _put(self._flows, Flow(client_id, redirect_uri, self._end()))

    def find(self, id: str) -> Flow | None:
        flow = self._flows.get(id)
        return flow if flow is not None and self._clock.monotonic() < flow.ends else None

    def keep(self, id: str, flow: Flow) -> None:
        """Go on with another step."""
        self._flows[id] = flow

    def end(self, id: str) -> bool:
        return self._flows.pop(id, None) is not None

    def grant(self, flow: Flow, login: str, sound: Callable[[], bool]) -> str:
        """A code for the program, which counts while it is `sound`."""
        return _put(self._codes, Granted(flow.client_id, login, self._end(), sound))

    def take(self, code: str, client_id: str) -> str:
        """Whose code this is; empty where it is none of this program's. It counts no second time."""
        granted = self._codes.pop(code, None)
        if granted is None or granted.client_id != client_id or self._clock.monotonic() >= granted.ends:
            return ""
        return granted.login if granted.sound() else ""

    def _end(self) -> float:
        return self._clock.monotonic() + LIFE


def _put(kept: OrderedDict[str, Any], one: Any) -> str:
    id = new_secret()
    kept[id] = one
    if len(kept) > MOST:
        kept.popitem(last=False)
    return id


def form(id: str, step: str, error: str = "") -> dict[str, Any]:
    """What a step asks for."""
    fields = [{"name": name, "required": True, "type": "string"} for name in _FIELDS[step]]
    shape: dict[str, Any] = {"type": "form", "flow_id": id, "handler": HANDLER, "step_id": step, "data_schema": fields}
    names = {"mfa_module_name": "Authenticator app", "mfa_module_id": "totp"} if step == "mfa" else None
    errors = {"base": error} if error else {}
    return {**shape, "errors": errors, "description_placeholders": names, "last_step": None, "preview": None}


def entry(id: str, code: str) -> dict[str, Any]:
    """The last answer, with the program's code."""
    shape = {"version": 1, "type": "create_entry", "flow_id": id, "handler": HANDLER, "result": code}
    return {**shape, "title": "homeserver", "description": None, "description_placeholders": None}
