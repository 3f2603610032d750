"""The table of named triggers and conditions. Facts: Home Assistant 2026.11, `trigger.py` and `condition.py` of each.

A source is `domain`, `domain:class`, `domain@attribute`, with `=` and the values that count, `|` between them.
"""

from collections.abc import Iterator
from typing import Any, Final

from homeserver.rules.purpose.kind import Source
from homeserver.topics.record import record

NONE: Final = "-"

STATES: Final = """
place               trigger             condition               sources and values [<before]
air_quality         gas_detected        is_gas_detected         binary_sensor:gas=on
air_quality         gas_cleared         is_gas_cleared          binary_sensor:gas=off
air_quality         co_detected         is_co_detected          binary_sensor:carbon_monoxide=on
air_quality         co_cleared          is_co_cleared           binary_sensor:carbon_monoxide=off
air_quality         smoke_detected      is_smoke_detected       binary_sensor:smoke=on
air_quality         smoke_cleared       is_smoke_cleared        binary_sensor:smoke=off
alarm_control_panel armed               -                       alarm_control_panel=ARMED <NOT_ARMED
alarm_control_panel -                   is_armed                alarm_control_panel=ARMED
alarm_control_panel armed_away          is_armed_away           alarm_control_panel=armed_away
alarm_control_panel armed_home          is_armed_home           alarm_control_panel=armed_home
alarm_control_panel armed_night         is_armed_night          alarm_control_panel=armed_night
alarm_control_panel armed_vacation      is_armed_vacation       alarm_control_panel=armed_vacation
alarm_control_panel disarmed            is_disarmed             alarm_control_panel=disarmed
alarm_control_panel triggered           is_triggered            alarm_control_panel=triggered
assist_satellite    idle                is_idle                 assist_satellite=idle
assist_satellite    listening           is_listening            assist_satellite=listening
assist_satellite    processing          is_processing           assist_satellite=processing
assist_satellite    responding          is_responding           assist_satellite=responding
battery             became_low          is_low                  binary_sensor:battery=on
battery             no_longer_low       is_not_low              binary_sensor:battery=off
battery             started_charging    is_charging             binary_sensor:battery_charging=on
battery             stopped_charging    is_not_charging         binary_sensor:battery_charging=off
calendar            -                   is_event_active         calendar=on
climate             turned_off          is_off                  climate=off
climate             turned_on           -                       climate=HVAC <off
climate             -                   is_on                   climate=HVAC
climate             started_cooling     is_cooling              climate@hvac_action=cooling
climate             started_drying      is_drying               climate@hvac_action=drying
climate             started_heating     is_heating              climate@hvac_action=heating
cover               awning_opened       awning_is_open          cover:awning@is_closed=false
cover               awning_closed       awning_is_closed        cover:awning@is_closed=true
cover               blind_opened        blind_is_open           cover:blind@is_closed=false
cover               blind_closed        blind_is_closed         cover:blind@is_closed=true
cover               curtain_opened      curtain_is_open         cover:curtain@is_closed=false
cover               curtain_closed      curtain_is_closed       cover:curtain@is_closed=true
cover               shade_opened        shade_is_open           cover:shade@is_closed=false
cover               shade_closed        shade_is_closed         cover:shade@is_closed=true
cover               shutter_opened      shutter_is_open         cover:shutter@is_closed=false
cover               shutter_closed      shutter_is_closed       cover:shutter@is_closed=true
device_tracker      entered_home        is_home                 device_tracker=home
door                opened              is_open                 binary_sensor:door=on,cover:door@is_closed=false
door                closed              is_closed               binary_sensor:door=off,cover:door@is_closed=true
fan                 turned_on           is_on                   fan=on
fan                 turned_off          is_off                  fan=off
garage_door         opened              is_open                 GARAGE_OPEN
garage_door         closed              is_closed               GARAGE_CLOSED
gate                opened              is_open                 cover:gate@is_closed=false
gate                closed              is_closed               cover:gate@is_closed=true
humidifier          turned_on           is_on                   humidifier=on
humidifier          turned_off          is_off                  humidifier=off
humidifier          started_drying      is_drying               humidifier@action=drying
humidifier          started_humidifying is_humidifying          humidifier@action=humidifying
illuminance         detected            is_detected             binary_sensor:light=on
illuminance         cleared             is_not_detected         binary_sensor:light=off
lawn_mower          returned_to_dock    is_docked               lawn_mower=docked
lawn_mower          errored             is_encountering_an_error lawn_mower=error
lawn_mower          paused_mowing       is_paused               lawn_mower=paused
lawn_mower          started_mowing      is_mowing               lawn_mower=mowing
lawn_mower          started_returning   is_returning            lawn_mower=returning
lawn_mower          became_idle         is_idle                 lawn_mower=idle
light               turned_on           is_on                   light=on
light               turned_off          is_off                  light=off
lock                jammed              is_jammed               lock=jammed
lock                locked              is_locked               lock=locked
lock                opened              is_open                 lock=open
lock                unlocked            is_unlocked             lock=unlocked
media_player        paused_playing      -                       media_player=paused <buffering|playing
media_player        started_playing     -                       media_player=buffering|playing <idle|off|on|paused
media_player        stopped_playing     -                       media_player=idle|off|on <buffering|paused|playing
media_player        turned_off          -                       media_player=off <PLAYER_ON
media_player        turned_on           -                       media_player=PLAYER_ON <off
media_player        -                   is_not_playing          media_player=buffering|idle|off|on|paused
media_player        -                   is_off                  media_player=off
media_player        -                   is_on                   media_player=PLAYER_ON
media_player        -                   is_paused               media_player=paused
media_player        -                   is_playing              media_player=playing
moisture            detected            is_detected             binary_sensor:moisture=on
moisture            cleared             is_not_detected         binary_sensor:moisture=off
motion              detected            is_detected             binary_sensor:motion=on
motion              cleared             is_not_detected         binary_sensor:motion=off
occupancy           detected            is_detected             binary_sensor:occupancy=on
occupancy           cleared             is_not_detected         binary_sensor:occupancy=off
person              entered_home        is_home                 person=home
remote              turned_on           is_on                   remote=on
remote              turned_off          is_off                  remote=off
schedule            block_ended         is_off                  schedule=off
schedule            -                   is_on                   schedule=on
siren               turned_on           is_on                   siren=on
siren               turned_off          is_off                  siren=off
switch              turned_on           is_on                   switch=on,input_boolean=on
switch              turned_off          is_off                  switch=off,input_boolean=off
timer               cancelled           -                       timer@last_transition=cancelled
timer               finished            -                       timer@last_transition=finished
timer               paused              -                       timer@last_transition=paused
timer               restarted           -                       timer@last_transition=restarted
timer               started             -                       timer@last_transition=started
timer               -                   is_active               timer=active
timer               -                   is_paused               timer=paused
timer               -                   is_idle                 timer=idle
todo                -                   all_completed           todo=0
update              became_available    is_available            update=on
update              -                   is_not_available        update=off
vacuum              returned_to_dock    is_docked               vacuum=docked
vacuum              errored             is_encountering_an_error vacuum=error
vacuum              paused_cleaning     is_paused               vacuum=paused
vacuum              started_cleaning    is_cleaning             vacuum=cleaning
vacuum              started_returning   is_returning            vacuum=returning
valve               opened              -                       valve@is_closed=false <true
valve               closed              -                       valve@is_closed=true <false
valve               -                   is_open                 valve@is_closed=false
valve               -                   is_closed               valve@is_closed=true
vibration           detected            is_detected             binary_sensor:vibration=on
vibration           cleared             is_not_detected         binary_sensor:vibration=off
water_heater        turned_off          is_off                  water_heater=off
window              opened              is_open                 binary_sensor:window=on,cover:window@is_closed=false
window              closed              is_closed               binary_sensor:window=off,cover:window@is_closed=true
"""
"""To be something, and to become it."""

NUMBERS: Final = """
place        trigger              condition             unit        sources
air_quality  co_*                 is_co_value           class       sensor:carbon_monoxide
air_quality  ozone_*              is_ozone_value        class       sensor:ozone
air_quality  voc_*                is_voc_value          class       sensor:volatile_organic_compounds
air_quality  voc_ratio_*          is_voc_ratio_value    class       sensor:volatile_organic_compounds_parts
air_quality  no_*                 is_no_value           class       sensor:nitrogen_monoxide
air_quality  no2_*                is_no2_value          class       sensor:nitrogen_dioxide
air_quality  so2_*                is_so2_value          class       sensor:sulphur_dioxide
air_quality  radon_*              is_radon_value        class       sensor:radon
air_quality  co2_*                is_co2_value          =ppm        sensor:carbon_dioxide
air_quality  pm1_*                is_pm1_value          =μg/m³      sensor:pm1
air_quality  pm25_*               is_pm25_value         =μg/m³      sensor:pm25
air_quality  pm4_*                is_pm4_value          =μg/m³      sensor:pm4
air_quality  pm10_*               is_pm10_value         =μg/m³      sensor:pm10
air_quality  n2o_*                is_n2o_value          =μg/m³      sensor:nitrous_oxide
battery      level_*              is_level              =%          sensor:battery
climate      target_humidity_*    is_target_humidity    -           climate@humidity
climate      target_temperature_* is_target_temperature temperature climate@temperature
counter      -                    is_value              -           counter
humidifier   -                    is_target_humidity    -           humidifier@humidity
humidity     *                    is_value              =%          HUMIDITY
illuminance  *                    is_value              =lx         sensor:illuminance
light        brightness_*         is_brightness         /255        light@brightness
media_player volume_*             is_volume             /1          media_player@volume_level
moisture     *                    is_value              =%          sensor:moisture
power        *                    is_value              class       sensor:power
temperature  *                    is_value              temperature TEMPERATURE
todo         -                    incomplete            -           todo
water_heater target_temperature_* is_target_temperature temperature water_heater@temperature
"""
"""Numbers: `*` stands for `changed` and for `crossed_threshold`. Units: those of a class, `class` of the source's own,
each converted; `=` one that it must have; `/` a whole of which percents are taken."""

CHOICES: Final = """
place        trigger                condition          option         sources
climate      hvac_mode_changed      is_hvac_mode       hvac_mode      climate
event        received               -                  event_type     event@event_type
humidifier   mode_changed           is_mode            mode           humidifier@mode
media_player -                      is_current_source  source         media_player@source
select       -                      is_option_selected option         select,input_select
text         -                      is_equal_to        value          text,input_text
water_heater operation_mode_changed is_operation_mode  operation_mode water_heater
"""
"""Like those of states, with the values chosen by an option."""

_WORDS: Final = {
    "ARMED": "armed_away|armed_custom_bypass|armed_home|armed_night|armed_vacation",
    "NOT_ARMED": "arming|disarmed|disarming|pending|triggered",
    "HVAC": "auto|cool|dry|fan_only|heat|heat_cool",
    "PLAYER_ON": "buffering|idle|on|paused|playing",
}
_SOURCES: Final = {
    "GARAGE_CLOSED": "binary_sensor:garage_door=off,cover:garage@is_closed=true",
    "GARAGE_OPEN": "binary_sensor:garage_door=on,cover:garage@is_closed=false",
    "HUMIDITY": "climate@current_humidity,humidifier@current_humidity,sensor:humidity,weather@humidity",
    "TEMPERATURE": (
        "climate@current_temperature,sensor:temperature,water_heater@current_temperature,weather@temperature"
    ),
}
_VALUES: Final = {"true": True, "false": False}
ASIDE: Final = frozenset({"battery"})
"""Places whose entities tell of a device's health, and that an area or a device leads to all the same."""
ANEW: Final = frozenset({"event.received"})
"""What has no state of its own."""
FORMER_TRIGGERS: Final = {
    "battery.low": "battery.became_low",
    "battery.not_low": "battery.no_longer_low",
    "binary_sensor.occupancy_cleared": "occupancy.cleared",
    "binary_sensor.occupancy_detected": "occupancy.detected",
    "lawn_mower.docked": "lawn_mower.returned_to_dock",
    "update.update_became_available": "update.became_available",
    "vacuum.docked": "vacuum.returned_to_dock",
}
"""Names of earlier versions, and what they are called now."""


@record
class Row:
    """One line of a table. `extra` is its unit or option; `before` what it must have been."""

    place: str
    trigger: str
    condition: str
    sources: dict[str, Source]
    extra: str = ""
    before: frozenset[Any] = frozenset()


def rows(table: str) -> Iterator[Row]:
    """The lines of a table; the first holds its headings."""
    for line in table.strip().splitlines()[1:]:
        place, trigger, condition, *rest = line.split()
        before = values(rest.pop()[1:]) if rest[-1].startswith("<") else frozenset()
        extra = rest.pop(0) if len(rest) > 1 else ""
        sources = {source.domain: source for source in map(source_of, _SOURCES.get(rest[0], rest[0]).split(","))}
        yield Row(place, trigger, condition, sources, extra, before)


def source_of(text: str) -> Source:
    """`cover:door@is_closed=false`"""
    head, _, wanted = text.partition("=")
    head, _, attribute = head.partition("@")
    domain, _, device_class = head.partition(":")
    return Source(domain, device_class or None, attribute, values(wanted) if wanted else frozenset())


def values(text: str) -> frozenset[Any]:
    return frozenset(_VALUES.get(word, word) for word in _WORDS.get(text, text).split("|"))
