"""The devices of the demo house, as a table: what is bought, where it hangs, which thing of the world it belongs to.

Needs nothing. A new device is a new row; its kind says which entities it has and which dialect it speaks.
"""

from typing import Final, NamedTuple

from homeserver.topics.record import record
from integrations.demo_home.rooms import PLANS

AREAS: Final = {plan.key: plan.name for plan in PLANS}


class Product(NamedTuple):
    """What stands on the box."""

    maker: str
    model: str
    model_id: str
    firmware: str


DONGLE = Product("Sonoff", "Zigbee 3.0 USB dongle plus", "ZBDongle-E", "1.4.2")
HUE_MOTION = Product("Philips", "Hue motion sensor", "9290012607", "6.1.1.27575")
MOTION = Product("Aqara", "Motion sensor P1", "RTCGQ14LM", "0.0.0_0009")
CONTACT = Product("Aqara", "Door and window sensor", "MCCGQ11LM", "0.0.0_0003")
THERMOSTAT = Product("Bosch", "Radiator thermostat II", "BTH-RA", "3.05.09")
CLIMATE = Product("Sonoff", "Temperature and humidity sensor", "SNZB-02D", "2.1.0")
HUE_WHITE = Product("Philips", "Hue white A60", "9290018215", "1.122.2")
HUE_LAMP = Product("Philips", "Hue white ambiance A60", "9290022169", "1.122.2")
HUE_CANDLE = Product("Philips", "Hue white ambiance candle", "9290018196", "1.122.2")
PLUG = Product("Nous", "Smart plug", "A1T", "14.3.0")
PLUG_SMALL = Product("Gosund", "Smart plug", "SP1", "14.1.0")
RELAY = Product("Sonoff", "Mini R2", "MINIR2", "14.3.0")
PANEL = Product("Athom", "LED panel, tunable", "LP-28", "14.3.0")
CHIME = Product("Athom", "Doorbell with chime", "DB-01", "2025.8.1")
DRIVER = Product("Self-made", "LED driver, two channels", "LD2", "2025.8.1")
AIR = Product("Apollo Automation", "Air quality monitor", "AIR-1", "2025.8.1")
SHUTTER = Product("Self-made", "Tubular motor with relays", "TM2", "2025.8.1")
BALL_VALVE = Product("Self-made", "Motor ball valve, one inch", "BV1", "2025.8.1")
BOLT = Product("Self-made", "Motor lock", "ML1", "2025.8.1")
SIREN = Product("Self-made", "Siren, 100 dB", "SR1", "2025.8.1")
KEYPAD = Product("Self-made", "Alarm panel with keypad", "AP1", "2025.8.1")
ROBOT = Product("Self-made", "Vacuum robot, rebuilt", "VR1", "2025.8.1")
MOWER = Product("Self-made", "Robot mower, rebuilt", "RM1", "2025.8.1")
FAN = Product("Self-made", "Standing fan, rebuilt", "SF1", "2025.8.1")
DOOR_CAMERA = Product("Self-made", "Doorbell with camera and display", "DC1", "2025.8.1")
CLOCK = Product("Self-made", "Bedside clock", "BC1", "2025.8.1")
DISPLAY = Product("Self-made", "Kitchen display", "KD1", "2025.8.1")
BLASTER = Product("Self-made", "Infrared blaster and receiver", "IR1", "2025.8.1")
REMOTE = Product("Aqara", "Wireless remote, four keys", "WXCJKG12LM", "0.0.0_0010")
DEHUMIDIFIER = Product("Comfee", "Dehumidifier", "MDDF-16DEN7", "1.0.9")
HOT_WATER = Product("Stiebel Eltron", "Hot water tank, 150 l", "SHZ 150 S", "2.1.3")
PHONE = Product("Fairphone", "Fairphone 5", "FP5", "15")
DISHWASHER = Product("Bosch", "Series 6 dishwasher", "SMV6ZCX49E", "4.1.10")
READER = Product("Hichi", "Infrared reading head", "TTL-1", "1.0.7")
HEAT_PUMP = Product("Vaillant", "aroTHERM plus", "VWL 75/6", "351.07.01")
DRAIN: Final = {MOTION: 0.16, HUE_MOTION: 0.12, CONTACT: 0.08, THERMOSTAT: 0.31, CLIMATE: 0.35, REMOTE: 0.06}
"""Percent of a battery that a day uses up."""


@record
class Device:
    """`thing` is what it senses or switches. `signal` is link quality (0 to 255) or dBm, by dialect. `battery` is in
    percent at the start (None: mains); `outages` are mean hours between losses of the radio (None: never)."""

    key: str
    kind: str
    room: str
    thing: str
    product: Product
    name: str
    signal: float = 120.0
    battery: float | None = None
    outages: float | None = None

    @property
    def area(self) -> str:
        return AREAS[self.room]

    @property
    def serial(self) -> str:
        """Twelve hexadecimal digits, by position in the table: an IEEE address or a MAC without its colons."""
        return f"a4c138{0x51D0 + 37 * _POSITIONS[self.key]:06x}"


HALL, LIVING, KITCHEN, BEDROOM, CHILDREN, BATHROOM, OFFICE, UTILITY = AREAS
DEVICES: Final = (
    Device("zigbee_bridge", "bridge", HALL, "", DONGLE, "Zigbee bridge"),
    Device("hall_ceiling", "dimmable_bulb", HALL, "hall_ceiling", HUE_WHITE, "Hall ceiling", 142),
    Device("hall_motion", "motion_and_warmth", HALL, HALL, HUE_MOTION, "Hall motion", 128, 87),
    Device("front_door", "door", HALL, "front_door", CONTACT, "Front door", 96, 64),
    Device("front_door_chime", "chime", HALL, "bell", CHIME, "Front door chime", -61),
    Device("living_room_ceiling", "scene_bulb", LIVING, "living_room_ceiling", HUE_LAMP, "Living room ceiling", 131),
    Device("living_room_floor_lamp", "text_lamp", LIVING, "living_room_floor_lamp", DRIVER, "Floor lamp", -58),
    Device("living_room_motion", "motion", LIVING, LIVING, MOTION, "Living room motion", 117, 71),
    Device("living_room_thermostat", "thermostat", LIVING, LIVING, THERMOSTAT, "Living room thermostat", 108, 58),
    Device("living_room_window", "window", LIVING, "living_room_window", CONTACT, "Living room window", 102, 82),
    Device("television_plug", "plug", LIVING, "television", PLUG, "Television plug", -63),
    Device("kitchen_ceiling", "dimmer", KITCHEN, "kitchen_ceiling", PANEL, "Kitchen ceiling", -55),
    Device("kitchen_motion", "motion_and_warmth", KITCHEN, KITCHEN, HUE_MOTION, "Kitchen motion", 134, 93),
    Device("fridge_plug", "plug", KITCHEN, "fridge", PLUG, "Fridge plug", -67),
    Device("dishwasher", "dishwasher", KITCHEN, "dishwasher", DISHWASHER, "Dishwasher"),
    Device("bedroom_bedside", "tunable_bulb", BEDROOM, "bedroom_bedside", HUE_CANDLE, "Bedroom bedside lamp", 88),
    Device("bedroom_motion", "motion", BEDROOM, BEDROOM, MOTION, "Bedroom motion", 84, 45),
    Device("bedroom_thermostat", "thermostat", BEDROOM, BEDROOM, THERMOSTAT, "Bedroom thermostat", 77, 34),
    Device("bedroom_window", "window", BEDROOM, "bedroom_window", CONTACT, "Bedroom window", 42, 90, outages=26),
    Device("childrens_room_ceiling", "text_lamp", CHILDREN, "childrens_room_ceiling", DRIVER, "Children's lamp", -69),
    Device("childrens_room_motion", "motion", CHILDREN, CHILDREN, MOTION, "Children's room motion", 91, 66),
    Device("childrens_room_thermostat", "thermostat", CHILDREN, CHILDREN, THERMOSTAT, "Children's thermostat", 93, 76),
    Device("bathroom_mirror", "relay_lamp", BATHROOM, "bathroom_mirror", RELAY, "Bathroom mirror lamp", -71),
    Device("bathroom_motion", "motion", BATHROOM, BATHROOM, MOTION, "Bathroom motion", 88, 52),
    Device("bathroom_climate", "climate", BATHROOM, BATHROOM, CLIMATE, "Bathroom climate", 81, 7.4),
    Device("bathroom_window", "window", BATHROOM, "bathroom_window", CONTACT, "Bathroom window", 79, 38),
    Device("bathroom_fan", "relay", BATHROOM, "fan", RELAY, "Bathroom fan", -72),
    Device("office_desk_lamp", "tunable_bulb", OFFICE, "office_desk_lamp", HUE_LAMP, "Office desk lamp", 113),
    Device("office_motion", "motion", OFFICE, OFFICE, MOTION, "Office motion", 101, 79),
    Device("office_air", "air", OFFICE, OFFICE, AIR, "Office air", -59),
    Device("computer_plug", "plug", OFFICE, "computer", PLUG, "Computer plug", -57),
    Device("utility_room_lamp", "relay_lamp", UTILITY, "utility_room_lamp", RELAY, "Utility room lamp", -76),
    Device("utility_room_motion", "motion", UTILITY, UTILITY, MOTION, "Utility room motion", 66, 61),
    Device("washing_machine", "plug", UTILITY, "washing_machine", PLUG_SMALL, "Washing machine", -74),
    Device("electricity_meter", "meter", UTILITY, "", READER, "Electricity meter"),
    Device("heat_pump", "heat_pump", UTILITY, "heat_pump", HEAT_PUMP, "Heat pump"),
    Device("living_room_shutter", "shutter", LIVING, "living_room_shutter", SHUTTER, "Living room shutter", -60),
    Device("water", "valve", UTILITY, "water", BALL_VALVE, "Water", -73),
    Device("front_door_lock", "lock", HALL, "front_door_lock", BOLT, "Front door lock", -57),
    Device("siren", "siren", HALL, "siren", SIREN, "Siren", -55),
    Device("alarm", "panel", HALL, "alarm", KEYPAD, "Alarm", -54),
    Device("robot", "vacuum", LIVING, "robot", ROBOT, "Robot", -62),
    Device("mower", "mower", UTILITY, "mower", MOWER, "Mower", -78),
    Device("bedroom_fan", "standing_fan", BEDROOM, "bedroom_fan", FAN, "Bedroom fan", -64),
    Device("front_door_camera", "door_camera", HALL, "front_door_camera", DOOR_CAMERA, "Doorbell", -66),
    Device("bedside_clock", "clock", BEDROOM, "bedside_clock", CLOCK, "Bedside clock", -65),
    Device("kitchen_display", "display", KITCHEN, "kitchen_display", DISPLAY, "Kitchen display", -52),
    Device("infrared_blaster", "blaster", LIVING, "infrared_blaster", BLASTER, "Infrared blaster", -59),
    Device("living_room_remote", "remote", LIVING, "living_room_remote", REMOTE, "Living room remote", 119, 88),
    Device("dehumidifier", "dehumidifier", BATHROOM, BATHROOM, DEHUMIDIFIER, "Dehumidifier"),
    Device("hot_water", "hot_water", UTILITY, "hot_water", HOT_WATER, "Hot water"),
    Device("anna_phone", "phone", HALL, "Anna", PHONE, "Anna's phone"),
    Device("ben_phone", "phone", HALL, "Ben", PHONE, "Ben's phone"),
    Device("mia_phone", "phone", HALL, "Mia", PHONE, "Mia's phone"),
)  # fmt: skip
_POSITIONS: Final = {device.key: number for number, device in enumerate(DEVICES)}
