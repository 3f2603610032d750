"""Lights of templates: of its actions the one is done that fits best what is asked.

Facts: https://www.home-assistant.io/integrations/template. The temperature of a colour is in mireds, as there.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from homeserver.rules.owned.template_machines import UNSAID, Machine, Value, within
from homeserver.rules.owned.thing import Act
from homeserver.rules.reading.fields import Fields
from homeserver.rules.template_watch import says_true
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNKNOWN, EntityConfig
from homeserver.view.colour import hs_to_rgb, mired_of, rgb_to_hs


def _numbers(count: int) -> Value:
    def value(made: Any) -> list[float]:
        parts = made if isinstance(made, list | tuple) else str(made).strip("()[]").split(",")
        if len(parts) != count:
            raise ValueError
        return [float(part) for part in parts]

    return value


def _words(made: Any) -> list[str]:
    if not isinstance(made, list | tuple):
        raise TypeError
    return [str(one) for one in made]


class TemplateLight(Machine):
    """On or off, with a brightness, a colour and effects. The one action that fits best is done, as there: for the
    colour temperature, the effect, the colour, the brightness, else that of `turn_on`."""

    domain = "light"
    does: ClassVar[Mapping[str, str]] = {"turn_on": "turn_on", "turn_off": "turn_off"}
    may: ClassVar[Mapping[str, str]] = {
        name: name for name in ("set_level", "set_temperature", "set_hs", "set_rgb", "set_effect")
    }
    older: ClassVar[Mapping[str, str]] = {"set_hs": "set_color", "hs": "color_template"}
    tells: ClassVar[Mapping[str, tuple[str, Value]]] = {
        "level": ("brightness", within(0, 255)),
        "temperature": ("color_temp", within(1, 10_000)),
        "hs": ("hs_color", _numbers(2)),
        "rgb": ("rgb_color", _numbers(3)),
        "effect": ("effect", str),
        "effect_list": ("effect_list", _words),
    }

    def read(self, fields: Fields) -> None:
        for name in ("min_mireds", "max_mireds", "supports_transition"):
            fields.take(name)
            fields.take(f"{name}_template")

    def config(self) -> EntityConfig:
        modes = [mode for mode, field in _MODES.items() if field in self._programs]
        brightness = ["brightness"] if "set_level" in self._programs else ["onoff"]
        return replace(super().config(), capabilities={"supported_color_modes": modes or brightness})

    def word(self, text: str) -> str:
        return UNKNOWN if text in UNSAID else "on" if says_true(text) else "off"

    def _on(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        wish = _wish(data)
        field = next((name for name, attribute in _FIRST if attribute in wish and name in self._programs), "turn_on")
        self.work(field, _given(wish, data), cause)
        self.know(cause, "on", **{name: value for name, value in wish.items() if self._has(name)})

    def _has(self, attribute: str) -> bool:
        return any(name in self._programs for name, of in _FIRST if of == attribute)

    def _off(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.work("turn_off", {"transition": data["transition"]} if "transition" in data else {}, cause)
        self.know(cause, "off")

    acts: ClassVar[Mapping[str, Act]] = {
        "turn_on": _on,
        "turn_off": _off,
        "toggle": lambda thing, data, cause: (thing._off if thing.state == "on" else thing._on)(data, cause),
    }


_MODES: Final = {"color_temp": "set_temperature", "hs": "set_hs", "rgb": "set_rgb"}
_FIRST: Final = (
    ("set_temperature", "color_temp"),
    ("set_effect", "effect"),
    ("set_hs", "hs_color"),
    ("set_rgb", "rgb_color"),
    ("set_level", "brightness"),
)
"""Actions in the order in which they are chosen, each with what it is for."""


def _wish(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a light is asked to be, in the words of its attributes."""
    wish = {name: data[name] for name in ("brightness", "effect", "color_temp") if data.get(name) is not None}
    if (percent := data.get("brightness_pct")) is not None:
        wish["brightness"] = round(percent * 2.55)
    if kelvin := data.get("color_temp_kelvin") or data.get("kelvin"):
        wish["color_temp"] = mired_of(kelvin)
    hs, rgb = data.get("hs_color"), data.get("rgb_color")
    if hs is None and rgb is not None:
        hs = rgb_to_hs(tuple(rgb))
    elif hs is not None and rgb is None:
        rgb = hs_to_rgb((hs[0], hs[1]))
    return wish | ({"hs_color": list(hs), "rgb_color": list(rgb)} if hs is not None and rgb is not None else {})


def _given(wish: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that the actions of a light see."""
    made = {name: wish[name] for name in ("brightness", "color_temp", "effect") if name in wish}
    if "hs_color" in wish:
        hs, rgb = wish["hs_color"], wish["rgb_color"]
        made |= {"hs": tuple(hs), "h": int(hs[0]), "s": int(hs[1]), "rgb": tuple(rgb)}
        made |= dict(zip("rgb", map(int, rgb), strict=True))
    return made | ({"transition": data["transition"]} if data.get("transition") is not None else {})
