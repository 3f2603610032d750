"""The devices of the demo house, as a table: what is bought, where it hangs, which thing of the world it belongs to.

Needs nothing. A new device is a new row; its kind says which entities it has and which dialect it speaks.
"""

from dataclasses import dataclass
from typing import Final

from integrations.demo_home.rooms import PLANS

AREAS: Final = {plan.key: plan.name for plan in PLANS}


@dataclass(frozen=True, slots=True)
class Device:
    """`thing` is the key of what it senses or switches. `battery` percent at the start (None: mains) and `per_day` what
    a day uses up; `signal` is link quality (0 to 255) or dBm, by dialect; `outages` mean hours between losses of radio."""

    key: str
    kind: str
    name: str
    room: str
    maker: str
    model: str
    model_id: str
    firmware: str
    thing: str = ""
    battery: float | None = None
    per_day: float = 0.0
    signal: float = 120.0
    outages: float | None = None

    @property
    def area(self) -> str:
        return AREAS[self.room]

    @property
    def serial(self) -> str:
        """Twelve hexadecimal digits, by position in the table: an IEEE address or a MAC without its colons."""
        return f"a4c138{0x51D0 + 37 * _POSITIONS[self.key]:06x}"


def _motion(room: str, name: str, battery: float, signal: float, hue: bool = False) -> Device:
    maker, model, model_id, firmware = (
        ("Philips", "Hue motion sensor", "9290012607", "6.1.1.27575") if hue
        else ("Aqara", "Motion sensor P1", "RTCGQ14LM", "0.0.0_0009")
    )  # fmt: skip
    kind = "motion_and_warmth" if hue else "motion"
    return Device(
        f"{room}_motion", kind, f"{name} motion", room, maker, model, model_id, firmware, room, battery, 0.16, signal
    )


def _contact(key: str, name: str, room: str, battery: float, signal: float, outages: float | None = None) -> Device:
    kind = "door" if key.endswith("door") else "window"
    return Device(key, kind, name, room, "Aqara", "Door and window sensor", "MCCGQ11LM", "0.0.0_0003", key, battery, 0.08,
                  signal, outages)  # fmt: skip


def _valve(room: str, name: str, battery: float, signal: float) -> Device:
    return Device(f"{room}_thermostat", "thermostat", f"{name} thermostat", room, "Bosch", "Radiator thermostat II",
                  "BTH-RA", "3.05.09", room, battery, 0.31, signal)  # fmt: skip


def _hue(
    key: str, name: str, room: str, model: str, model_id: str, signal: float, kind: str = "tunable_bulb"
) -> Device:
    return Device(key, kind, name, room, "Philips", model, model_id, "1.122.2", key, signal=signal)


def _tasmota(
    key: str, kind: str, name: str, room: str, maker: str, model: str, model_id: str, thing: str, rssi: float
) -> Device:
    return Device(key, kind, name, room, maker, model, model_id, "14.3.0", thing, signal=rssi)


DEVICES: Final = (
    Device("zigbee_bridge", "bridge", "Zigbee bridge", "hall", "Sonoff", "Zigbee 3.0 USB dongle plus", "ZBDongle-E", "1.4.2"),
    _hue("hall_ceiling", "Hall ceiling", "hall", "Hue white A60", "9290018215", 142, "dimmable_bulb"),
    _motion("hall", "Hall", 87, 128, hue=True),
    _contact("front_door", "Front door", "hall", 64, 96),
    Device("front_door_chime", "chime", "Front door chime", "hall", "Athom", "Doorbell with chime", "DB-01", "2025.8.1",
           signal=-61),
    _hue("living_room_ceiling", "Living room ceiling", "living_room", "Hue white ambiance", "9290022169", 131),
    Device("living_room_floor_lamp", "text_lamp", "Living room floor lamp", "living_room", "Self-made", "LED driver, two channels",
           "LD2", "2025.8.1", "living_room_floor_lamp", signal=-58),
    _motion("living_room", "Living room", 71, 117),
    _valve("living_room", "Living room", 58, 108),
    _contact("living_room_window", "Living room window", "living_room", 82, 102),
    _tasmota("television_plug", "plug", "Television plug", "living_room", "Nous", "Smart plug", "A1T", "television", -63),
    _tasmota("kitchen_ceiling", "dimmer", "Kitchen ceiling", "kitchen", "Athom", "LED panel, tunable", "LP-28", "kitchen_ceiling",
             -55),
    _motion("kitchen", "Kitchen", 93, 134, hue=True),
    _tasmota("fridge_plug", "plug", "Fridge plug", "kitchen", "Nous", "Smart plug", "A1T", "fridge", -67),
    Device("dishwasher", "dishwasher", "Dishwasher", "kitchen", "Bosch", "Series 6 dishwasher", "SMV6ZCX49E", "4.1.10", "dishwasher"),
    _hue("bedroom_bedside", "Bedroom bedside lamp", "bedroom", "Hue white ambiance candle", "9290018196", 88),
    _motion("bedroom", "Bedroom", 45, 84),
    _valve("bedroom", "Bedroom", 34, 77),
    _contact("bedroom_window", "Bedroom window", "bedroom", 90, 42, outages=26),
    Device("childrens_room_ceiling", "text_lamp", "Children's room ceiling", "childrens_room", "Self-made",
           "LED driver, two channels", "LD2", "2025.8.1", "childrens_room_ceiling", signal=-69),
    _motion("childrens_room", "Children's room", 66, 91),
    _valve("childrens_room", "Children's room", 76, 93),
    _tasmota("bathroom_mirror", "relay_lamp", "Bathroom mirror lamp", "bathroom", "Sonoff", "Mini R2", "MINIR2",
             "bathroom_mirror", -71),
    _motion("bathroom", "Bathroom", 52, 88),
    Device("bathroom_climate", "climate", "Bathroom climate", "bathroom", "Sonoff", "Temperature and humidity sensor", "SNZB-02D",
           "2.1.0", "bathroom", 7.4, 0.35, 81),
    _contact("bathroom_window", "Bathroom window", "bathroom", 38, 79),
    _tasmota("bathroom_fan", "relay", "Bathroom fan", "bathroom", "Sonoff", "Mini R2", "MINIR2", "fan", -72),
    _hue("office_desk_lamp", "Office desk lamp", "office", "Hue white ambiance", "9290022169", 113),
    _motion("office", "Office", 79, 101),
    Device("office_air", "air", "Office air", "office", "Apollo Automation", "Air quality monitor", "AIR-1", "2025.8.1", "office",
           signal=-59),
    _tasmota("computer_plug", "plug", "Computer plug", "office", "Nous", "Smart plug", "A1T", "computer", -57),
    _tasmota("utility_room_lamp", "relay_lamp", "Utility room lamp", "utility_room", "Sonoff", "Mini R2", "MINIR2",
             "utility_room_lamp", -76),
    _motion("utility_room", "Utility room", 61, 66),
    _tasmota("washing_machine", "plug", "Washing machine", "utility_room", "Gosund", "Smart plug", "SP1", "washing_machine", -74),
    Device("electricity_meter", "meter", "Electricity meter", "utility_room", "Hichi", "Infrared reading head", "TTL-1", "1.0.7"),
    Device("heat_pump", "heat_pump", "Heat pump", "utility_room", "Vaillant", "aroTHERM plus", "VWL 75/6", "351.07.01"),
)  # fmt: skip

_POSITIONS: Final = {device.key: number for number, device in enumerate(DEVICES)}
