"""The part of `clients` for phones: what an app tells of the phone that it runs on are entities of the home, and where
it is moves the person whose phone it is.

An app speaks by the bridge, in the name of its person: to everybody else a phone is not there. Where a phone is
registered anew, its entities stay. Keeps rows of `clients.db`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson
from pydantic import ValidationError

from homeserver.runtime.codec import field_of, sentence
from homeserver.runtime.house import House
from homeserver.runtime.worker import Part, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, UNKNOWN, Device, EntityConfig, EntityState
from homeserver.topics.event import DEVICE_EVENT, DeviceEvent
from homeserver.topics.names import slug, split_entity
from homeserver.view.view import View
from homeserver.view.zones import HOME, metres, number, place_of, within
from integrations.clients import words
from integrations.clients.phone_book import TRACKER, Key, PhoneBook, PhoneRow, SensorRow

OWNER: Final = "clients"
ORIGIN: Final = "mobile_app"
"""What brought an entity of a phone into the home, for clients that ask."""
MOST_PHONES: Final = 20
MOST_SENSORS: Final = 300
LARGEST: Final = 16 * 1024
"""Bytes of the attributes of one, and of what an app says of a phone."""
_PERSON: Final = "person."
_AGAIN: Final = (0.0, 5.0, 30.0, 300.0)
"""Seconds after which `people` is asked again to take a tracker in."""
_EXTRA: Final = ("altitude", "course", "speed", "vertical_accuracy")
_FACTS: Final = ("name", "device_class", "unit_of_measurement", "entity_category", "state_class", "icon", "disabled")


class Phones(Part):
    """Needs the live view. `begin` once the file is open."""

    house: House
    view: View
    book: PhoneBook
    _configs: dict[str, EntityConfig]
    """As they were last said."""

    def begin(self, book: PhoneBook) -> None:
        """Say again what is kept."""
        self.book, self._configs = book, {}
        for phone in book.phones.values():
            self._say_tracker(phone, None)
        for id, sensors in book.sensors.items():
            for sensor in sensors.values():
                self._say_sensor(book.phones[id], sensor, None)

    # -- phones

    @answers(words.REGISTER_PHONE)
    async def register_phone(self, request: words.RegisterPhone, caller: Caller) -> words.Phone:
        facts, book, now = request.facts, self.book, self.house.clock.now()
        _check_size(facts.model_dump(), "facts")
        if request.phone in book.phones:
            raise CallError("conflict", "there is a phone of that id already", "phone")
        mine = book.of(caller.login)
        known = next((one for one in mine if facts.device_id and one.facts.device_id == facts.device_id), None)
        if known is not None:
            made = replace(known, id=request.phone, facts=facts)
            book.move(known.id, made)
        else:
            if len(mine) >= MOST_PHONES:
                raise CallError("conflict", f"you have {MOST_PHONES} phones already: take one away", "phone")
            device = f"phone_{self.house.new_id()}"
            tracker = self._free(TRACKER, facts.device_name)
            made = PhoneRow(request.phone, caller.login, device, tracker, facts, {}, now, now)
            book.keep(made)
        self._say_all(made, caller.cause)
        self.house.start(self._join(made), "a tracker of a person")
        return self._told(made, known.id if known is not None else None)

    @answers(words.UPDATE_PHONE)
    async def update_phone(self, request: words.UpdatePhone, caller: Caller) -> words.Phone:
        phone = self._mine(request.phone, caller)
        try:
            facts = words.PhoneFacts.model_validate({**phone.facts.model_dump(), **request.facts})
        except ValidationError as error:
            raise CallError("invalid", sentence(error, words.PhoneFacts.model_fields), field_of(error)) from error
        _check_size(facts.model_dump(), "facts")
        phone = replace(phone, facts=facts)
        self.book.keep(phone)
        self._say_all(phone, caller.cause)
        return self._told(phone)

    @answers(words.PHONE)
    async def phone(self, request: words.OnePhone, caller: Caller) -> words.Phone:
        return self._told(self._mine(request.phone, caller))

    @answers(words.FORGET_PHONE)
    async def forget_phone(self, request: words.OnePhone, caller: Caller) -> words.Told:
        phone = self._mine(request.phone, caller)
        self._forget(phone)
        return words.Told(entity=phone.tracker)

    def exported(self, login: str) -> list[dict[str, Any]]:
        """The phones of somebody with all that they told."""
        return [self._exported(phone) for phone in self.book.of(login)]

    def _exported(self, phone: PhoneRow) -> dict[str, Any]:
        rows = self.book.sensors.get(phone.id, {}).values()
        said = [{"entity": row.entity, "name": row.facts["name"], "state": row.state} for row in rows]
        named = {"device": phone.device, "tracker": phone.tracker, "facts": phone.facts.model_dump()}
        return {**named, "place": dict(phone.place), "sensors": said}

    def forget_all(self, login: str) -> int:
        """Take the phones of somebody away; how many there were."""
        phones = self.book.of(login)
        for phone in phones:
            self._forget(phone)
        return len(phones)

    def _forget(self, phone: PhoneRow) -> None:
        for entity_id in self.book.forget(phone.id):
            where = split_entity(entity_id)
            self._configs.pop(entity_id, None)
            self.house.say(ENTITY_CONFIG, None, *where)
            self.house.say(ENTITY_STATE, None, *where)

    def _mine(self, id: str, caller: Caller) -> PhoneRow:
        phone = self.book.phones.get(id)
        if phone is None or phone.login != caller.login:
            raise CallError("not_found", "you have no such phone", "phone")
        return phone

    def _told(self, phone: PhoneRow, replaced: str | None = None) -> words.Phone:
        sensors = self.book.sensors.get(phone.id, {}).values()
        entities = {sensor.unique_id: self._is_off(sensor) for sensor in sensors}
        return words.Phone(
            phone=phone.id,
            device=phone.device,
            tracker=phone.tracker,
            facts=phone.facts,
            entities=entities,
            replaced=replaced,
        )

    def _is_off(self, sensor: SensorRow) -> bool:
        return bool(sensor.facts.get("disabled")) or self.view.entry(sensor.entity).disabled

    def _free(self, domain: str, name: str) -> str:
        """An entity id that nobody has."""
        taken, base = {*self.book.entities(), *self.view.known(), *self.view.former.now}, f"{domain}.{slug(name)}"
        return next(id for id in _numbered(base) if id not in taken)

    # -- what a phone tells of

    @answers(words.REGISTER_SENSOR)
    async def register_sensor(self, request: words.RegisterSensor, caller: Caller) -> words.SensorTold:
        phone, now = self._mine(request.phone, caller), self.house.clock.now()
        _check_size(request.attributes, "attributes")
        sensors = self.book.sensors.get(phone.id, {})
        known = sensors.get((request.type, request.unique_id))
        said = request.model_dump(exclude_unset=known is not None)
        facts: dict[str, Any] = dict(known.facts) if known is not None else {}
        facts |= {name: said[name] for name in _FACTS if name in said}
        if known is None:
            if len(sensors) >= MOST_SENSORS:
                raise CallError("conflict", f"a phone has {MOST_SENSORS} entities at most", "unique_id")
            entity = self._free(request.type, f"{phone.facts.device_name} {request.name}")
            known = SensorRow(phone.id, request.type, request.unique_id, entity, facts, UNKNOWN, {}, now, now)
        row = replace(known, facts=facts)
        row = self._renewed(row, request.state, request.attributes)
        self.book.keep_sensors([row])
        self._say_sensor(phone, row, caller.cause)
        return words.SensorTold(unique_id=row.unique_id, registered=True, disabled=self._is_off(row))

    @answers(words.TELL_SENSORS)
    async def tell_sensors(self, request: words.TellSensors, caller: Caller) -> words.SensorsTold:
        phone = self._mine(request.phone, caller)
        told, rows = list[words.SensorTold](), dict[Key, SensorRow]()
        for reading in request.sensors:
            known = self.book.sensors.get(phone.id, {}).get((reading.type, reading.unique_id))
            if known is None:
                told.append(words.SensorTold(unique_id=reading.unique_id, registered=False))
                continue
            _check_size(reading.attributes, "attributes")
            icon = {"icon": reading.icon} if "icon" in reading.model_fields_set else {}
            row = replace(known, facts={**known.facts, **icon})
            rows[row.key] = row = self._renewed(row, reading.state, reading.attributes)
            told.append(words.SensorTold(unique_id=row.unique_id, registered=True, disabled=self._is_off(row)))
        self.book.keep_sensors(rows.values())
        for row in rows.values():
            self._say_sensor(phone, row, caller.cause)
        return words.SensorsTold(sensors=told)

    def _renewed(self, row: SensorRow, state: words.State, attributes: Mapping[str, Any]) -> SensorRow:
        now, text = self.house.clock.now(), _word(row.kind, state)
        changed = row.changed if row.state == text else now
        return replace(row, state=text, attributes=dict(attributes), changed=changed, updated=now)

    # -- where it is

    @answers(words.TELL_LOCATION)
    async def tell_location(self, request: words.TellLocation, caller: Caller) -> words.Told:
        phone, now = self._mine(request.phone, caller), self.house.clock.now()
        if request.gps is not None and not (abs(request.gps[0]) <= 90 and abs(request.gps[1]) <= 180):
            raise CallError("invalid", "gps must be latitude and longitude in degrees", "gps")
        place = request.model_dump(exclude_none=True, exclude={"phone"}, mode="json")
        before = self._where(phone.place)
        changed = phone.changed if before == self._where(place) else now
        phone = replace(phone, place=place, changed=changed, updated=now)
        self.book.keep(phone)
        self._say_tracker(phone, caller.cause)
        return words.Told(entity=phone.tracker)

    def _where(self, place: Mapping[str, Any]) -> str:
        """The name of the place where a phone says to be: of the zones that it is in the smallest, and of two such the
        nearest."""
        if name := place.get("location_name"):
            return str(name)
        if (at := place.get("gps")) is None:
            return UNKNOWN
        here, slack = (at[0], at[1]), place.get("gps_accuracy") or 0.0
        near = []
        for zone in self.view.all_states("zone"):
            said, centre = self.view.states[zone.entity_id], place_of(zone.attributes)
            if centre is not None and not zone.attributes.get("passive") and within(said, here, slack):
                radius = number(zone.attributes.get("radius")) or 0.0
                name = "home" if zone.entity_id == HOME else zone.name
                near.append((radius, metres(centre, here), name))
        return min(near)[2] if near else "not_home"

    @answers(words.SCAN_TAG)
    async def scan_tag(self, request: words.ScanTag, caller: Caller) -> words.Told:
        phone = self._mine(request.phone, caller)
        data, now = {"tag_id": request.tag_id}, self.house.clock.now()
        self.house.say(DEVICE_EVENT, DeviceEvent("tag_scanned", phone.device, None, now, data, caller.cause))
        return words.Told(entity=phone.tracker)

    async def _join(self, phone: PhoneRow) -> None:
        """Let its place count for the person whose phone it is, where he is one of the household."""
        user = phone.login.removeprefix(_PERSON)
        for wait in _AGAIN:
            await self.house.clock.sleep(wait)
            try:
                users = (await self.house.ask("people", "list_users", {}))["users"]
                trackers = next((one["trackers"] for one in users if one["id"] == user), None)
                if trackers is not None and phone.tracker not in trackers:
                    args = {"user": user, "trackers": [*trackers, phone.tracker]}
                    await self.house.ask("people", "update_user", args)
            except CallError as error:
                self.house.log.info("%s is not among the trackers of %s yet: %s", phone.tracker, user, error)
            else:
                return

    # -- saying

    def _say_all(self, phone: PhoneRow, cause: Cause | None) -> None:
        self._say_tracker(phone, cause)
        for sensor in self.book.sensors.get(phone.id, {}).values():
            self._say_sensor(phone, sensor, cause)

    def _say_tracker(self, phone: PhoneRow, cause: Cause | None) -> None:
        place, device = phone.place, _device(phone)
        attributes: dict[str, Any] = {"source_type": "gps"}
        if at := place.get("gps"):
            attributes |= {"latitude": at[0], "longitude": at[1], "gps_accuracy": place.get("gps_accuracy", 0)}
        if "battery" in place:
            attributes["battery_level"] = place["battery"]
        attributes |= {name: place[name] for name in _EXTRA if name in place}
        own: dict[str, Any] = {"unique_id": phone.device, "origin": ORIGIN, "device": device, "icon": "mdi:cellphone"}
        self._say(phone.tracker, EntityConfig(phone.facts.device_name, OWNER, **own))
        state = EntityState(self._where(place), attributes, phone.changed, phone.updated, cause)
        self.house.say(ENTITY_STATE, state, *split_entity(phone.tracker))

    def _say_sensor(self, phone: PhoneRow, row: SensorRow, cause: Cause | None) -> None:
        facts = row.facts
        config = EntityConfig(
            f"{phone.facts.device_name} {facts['name']}",
            OWNER,
            unique_id=f"{phone.device}_{row.unique_id}",
            origin=ORIGIN,
            device=_device(phone),
            device_class=facts.get("device_class"),
            state_class=facts.get("state_class") if row.kind == "sensor" else None,
            unit=facts.get("unit_of_measurement"),
            icon=facts.get("icon"),
            category=facts.get("entity_category"),
            enabled=not facts.get("disabled"),
        )
        self._say(row.entity, config)
        state = EntityState(row.state, dict(row.attributes), row.changed, row.updated, cause)
        self.house.say(ENTITY_STATE, state, *split_entity(row.entity))

    def _say(self, entity_id: str, config: EntityConfig) -> None:
        if self._configs.get(entity_id) != config:
            self._configs[entity_id] = config
            self.house.say(ENTITY_CONFIG, config, *split_entity(entity_id))


def _device(phone: PhoneRow) -> Device:
    facts = phone.facts
    version = " ".join(part for part in (facts.os_name, facts.os_version) if part) or None
    named = {"manufacturer": facts.manufacturer or None, "model": facts.model or None, "sw_version": version}
    return Device(phone.device, facts.device_name, **named, identifiers=(phone.device,))


def _word(kind: str, state: words.State) -> str:
    """A state as the home says it."""
    if state is None:
        return UNKNOWN
    if kind == "binary_sensor" and not isinstance(state, str):
        return "on" if state else "off"
    return str(state)[:255]


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}_{number}"
        number += 1


def _check_size(value: Mapping[str, Any], field: str) -> None:
    try:
        size = len(orjson.dumps(value))
    except TypeError as error:
        raise CallError("invalid", f"{field} hold what cannot be kept: {error}", field) from error
    if size > LARGEST:
        raise CallError("invalid", f"{field} have {LARGEST} bytes at most", field)
