"""Expressions by hand, one a line, that are rendered here and in Home Assistant; `STATES` is the home of both."""

from typing import Any, Final

STATES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "light.hall": ("on", {"friendly_name": "Hall", "brightness": 128, "rgb_color": [1, 2, 3]}),
    "light.desk": ("off", {"friendly_name": "Desk"}),
    "sensor.warmth": ("21.57", {"friendly_name": "Warmth", "unit_of_measurement": "°C"}),
    "sensor.gone": ("unavailable", {"friendly_name": "Gone"}),
    "sensor.dumb": ("unknown", {"friendly_name": "Dumb"}),
    "group.all": ("on", {"friendly_name": "All", "entity_id": ["light.hall", "light.desk"]}),
    "zone.work": ("0", {"friendly_name": "Work", "latitude": 52.6, "longitude": 13.5, "radius": 100, "persons": []}),
    "device_tracker.phone": ("home", {"friendly_name": "Phone", "latitude": 52.53, "longitude": 13.41}),
    "device_tracker.car": ("not_home", {"friendly_name": "Car", "latitude": 48.1, "longitude": 11.6}),
    "input_datetime.alarm": ("07:30:00", {"friendly_name": "Alarm", "has_date": False, "has_time": True}),
}
BY_HAND: Final = """
{{ states('light.hall') }}
{{ states('light.nobody') }}
{{ states.light.hall.state }}
{{ states(undefined_thing) }}
{{ is_state(undefined_thing, 'on') }}
{{ state_attr(undefined_thing, 'x') }}
{{ has_value(undefined_thing) }}
{{ states[undefined_thing] }}
{{ states.light.nobody.state }}
{{ states.light.nobody }}
{{ states['light.hall'].state }}
{{ states.light.hall.attributes.brightness }}
{{ states.light.hall.attributes.nothing }}
{{ states.light.hall.attributes.get('nothing', 3) }}
{{ states.light.hall.attributes['brightness'] }}
{{ states.light.hall.name }} {{ states.light.hall.domain }} {{ states.light.hall.object_id }}
{{ states.light.hall.entity_id }}
{{ states.light | list | count }}
{{ states.light | map(attribute='entity_id') | sort | list }}
{{ states | selectattr('state', 'eq', 'on') | map(attribute='entity_id') | sort | list }}
{{ states.light | selectattr('attributes.brightness', 'defined') | map(attribute='name') | list }}

{{ states.sensor | rejectattr('state', 'in', ['unknown', 'unavailable']) | map(attribute='state') | list }}
{{ states.light | groupby('state') | map('first') | sort }}
{{ state_attr('light.hall', 'brightness') }}
{{ state_attr('light.hall', 'nothing') }}
{{ state_attr('light.nobody', 'brightness') }}
{{ state_attr('light.hall', 'rgb_color') }}
{{ is_state('light.hall', 'on') }}
{{ is_state('light.hall', ['on', 'off']) }}
{{ is_state('light.hall', ('on', 'off')) }}
{{ is_state('light.nobody', 'unknown') }}
{{ is_state_attr('light.hall', 'brightness', 128) }}
{{ is_state_attr('light.hall', 'nothing', none) }}
{{ has_value('sensor.gone') }} {{ has_value('sensor.dumb') }} {{ has_value('sensor.warmth') }} {{ has_value('x.y') }}
{{ 'light.hall' is is_state('on') }}
{{ 'light.hall' is has_value }}
{{ 'light.hall' | states }}
{{ 'light.hall' | state_attr('brightness') }}
{{ ['light.hall', 'light.desk'] | select('is_state', 'on') | list }}
{{ ['sensor.gone', 'sensor.warmth'] | select('has_value') | list }}
{{ expand('group.all') | map(attribute='entity_id') | sort | list }}
{{ expand(['light.hall', 'group.all', 'light.nobody']) | map(attribute='entity_id') | sort | list }}
{{ expand('zone.work') }}
{{ 'group.all' | expand | count }}
{{ distance('zone.work') | round(1) }}
{{ distance('zone.work', 'device_tracker.phone') | round(2) }}
{{ distance(52.5, 13.4, 48.1, 11.6) | round(1) }}
{{ distance('zone.work', 48.1, 11.6) | round(1) }}
{{ distance('light.hall') }}
{{ distance('nonsense') }}
{{ closest(states.device_tracker).entity_id }}
{{ closest('zone.work', states.device_tracker).entity_id }}
{{ closest(48, 11, states).entity_id }}
{{ states.device_tracker | closest(48, 11) | attr('entity_id') }}
{{ (states.device_tracker | closest).entity_id }}
{{ closest('zone.nowhere', states.device_tracker) }}
{{ closest(states.light) }}
{{ states('sensor.warmth', with_unit=true) }}
{{ states.sensor.warmth.state_with_unit }}
{{ states('sensor.warmth', rounded=false, with_unit=true) }}
{{ states('sensor.nobody', with_unit=true) }}
{{ iif(1 == 1, 'yes', 'no') }}
{{ iif(none, 1, 2, 3) }}
{{ combine({'a': 1, 'b': {'x': 1}}, {'b': {'y': 2}}) }}
{{ combine({'a': 1, 'b': {'x': 1}}, {'b': {'y': 2}}, recursive=True) }}
{{ combine() }}
{{ {'a': 1} | combine({'b': 2}) }}
{{ flatten([1, [2, [3, [4]]]]) }}
{{ flatten([1, [2, [3, [4]]]], levels=1) }}
{{ [1, {'a': 2}] | flatten }}
{{ flatten('abc') }}
{{ [1, 2, 3] | intersect([2, 3, 4]) | sort }}
{{ [1, 2, 3] | difference([2]) | sort }}
{{ [1, 2] | union([2, 3]) | sort }}
{{ [1, 2, 3] | symmetric_difference([2, 3, 4]) | sort }}
{{ zip([1, 2], ['a', 'b']) | list }}
{{ zip([1, 2], ['a', 'b'], [5]) | list }}
{% for a, b in zip([1, 2], [3, 4]) %}{{ a * b }},{% endfor %}
{{ set([1, 1, 2]) | length }}
{{ tuple([1, 2]) }}
{{ set([1]) is set }} {{ tuple([1]) is tuple }} {{ [1] is list }}
{{ shuffle([1, 2, 3], seed='a') }}
{{ [1, 2, 3, 4] | shuffle('x') }}
{{ shuffle(1) }}
{{ version('2024.10.1') > version('2024.9.9') }}
{{ version('2024.10.1') > '2024.9.9' }}
{{ '1.0.0' | version > '1.0.0b3' }}
{{ version('1.2.3').major }} {{ version('1.2.3').minor }} {{ version('1.2.3').patch }}
{{ version('2024.1.0b2').beta }} {{ version('2024.1.0') == '2024.1.0' }}
{{ version('2024.10.1') }}
{{ '1.0.0-beta.2' | version > '1.0.0-beta.1' }}
{{ version('1.10') < version('1.9') }}
{{ version('1.0') == version('1.0.0') }}
{{ pack(42, '>I') }}
{{ unpack(pack(4711, '>H'), '>H') }}
{{ 300 | pack('>B') }}
{{ '0f010d02' | length }}
{{ unpack('abc', '>I') }}
{{ merge_response({'calendar.a': {'events': [{'s': 1}, {'s': 2}]}, 'calendar.b': {'events': []}}) }}
{{ merge_response({'weather.a': {'t': 1, 'u': 2}}) }}
{{ merge_response({}) }}
{{ merge_response([1]) }}
{{ typeof(1) }} {{ typeof('a') }} {{ typeof(none) }} {{ typeof([]) }} {{ typeof({}) }} {{ typeof(1.5) }}
{{ typeof(true) }}
{{ as_timedelta('PT10M') }}
{{ as_timedelta('P3DT4H') }}
{{ as_timedelta('1 day, 2:03:04') }}
{{ as_timedelta('2 days 03:04:05') }}
{{ as_timedelta('01:30') }}
{{ as_timedelta('01:30:00') }}
{{ as_timedelta('90') }}
{{ as_timedelta('-1:00:00') }}
{{ as_timedelta('-PT1H') }}
{{ as_timedelta('3 days') }}
{{ as_timedelta('1.5') }}
{{ as_timedelta('x') }}
{{ timedelta(hours=1, minutes=90) }}
{{ timedelta(days=1).total_seconds() }}
{{ as_datetime('2026-03-01T12:00:00+01:00') }}
{{ as_datetime('2026-03-01 12:00') }}
{{ as_datetime('2026-3-1 7:05') }}
{{ as_datetime('2026-03-01') }}
{{ as_datetime(1740000000) }}
{{ as_datetime('1740000000.5') }}
{{ as_datetime('x') }}
{{ as_datetime('x', 'd') }}
{{ as_datetime(none) }}
{{ as_datetime([], 5) }}
{{ as_datetime('2026-03-01T12:00:00Z').isoformat() }}
{{ as_local(as_datetime('2026-07-01T12:00:00Z')) }}
{{ as_datetime('2026-07-01T12:00:00Z') | as_local }}
{{ as_timestamp('2026-03-01T12:00:00Z') }}
{{ as_timestamp('2026-03-01 12:00:00') }}
{{ as_timestamp('x', 7) }}
{{ as_timestamp(none) }}
{{ strptime('2026-03-01', '%Y-%m-%d') }}
{{ strptime('10:30', '%H:%M').minute }}
{{ strptime('x', '%Y', 0) }}
{{ strptime('x', '%Y') }}
{{ 1740000000 | timestamp_local }}
{{ 1740000000 | timestamp_utc }}
{{ 1740000000 | timestamp_custom }}
{{ 1740000000 | timestamp_custom('%H:%M', false) }}
{{ 1740000000 | timestamp_custom('%A %d %B %Y', true) }}
{{ none | timestamp_custom }}
{{ none | timestamp_local('d') }}
{{ today_at('7:30').hour }} {{ today_at('07:30:15').second }} {{ today_at().hour }}
{{ today_at('25:00') }}
{{ today_at('0730') }}
{{ now() is datetime }} {{ (now() - timedelta(minutes=90)) | relative_time }}
{{ time_since(now() - timedelta(minutes=90, seconds=2)) }}
{{ time_since(now() - timedelta(hours=29, minutes=3), precision=2) }}
{{ time_since(now() - timedelta(days=40, hours=5), 0) is string }}
{{ time_until(now() + timedelta(hours=2, minutes=31, seconds=1)) }}
{{ time_until(now() + timedelta(hours=2, minutes=31, seconds=1), 3) | length > 10 }}
{{ relative_time('x') }} {{ time_since(none) }}
{{ relative_time(strptime('2020-01-01', '%Y-%m-%d')) | length > 3 }}
{{ (now() + timedelta(days=1)) | relative_time is datetime }}
{{ now().tzinfo }}
{{ (utcnow() - now()).total_seconds() | round(0) }}
{{ '2026-03-01' < '2026-03-02' }}
{{ 'abc' | regex_match('a') }} {{ 'abc' | regex_match('b') }} {{ 'abc' | regex_search('b') }}
{{ 'ABC' | regex_search('b', true) }}
{{ 'a1b22' | regex_findall('[0-9]+') }}
{{ 'a1b22' | regex_findall_index('[0-9]+', 1) }}
{{ 'a1b22' | regex_replace('[0-9]', 'x') }}
{{ 'a1b22' | regex_replace('(?P<l>[a-z])[0-9]', '\\\\1-') }}
{{ 'abc' is match('a') }} {{ 'abc' is search('c') }}
{{ ['ab', 'cd'] | select('match', 'a') | list }}
{{ ['ab', 'cd'] | select('search', 'd') | list }}
{{ '{"a": 1}' | from_json }}
{{ ('{"a": [1, 2]}' | from_json).a[1] }}
{{ 'x' | from_json('d') }}
{{ 'x' | from_json }}
{{ {'a': 1} | to_json }}
{{ {'b': 1, 'a': 'ä'} | to_json(sort_keys=true) }}
{{ {'a': 'ä'} | to_json(ensure_ascii=true) }}
{{ {'a': [1]} | to_json(pretty_print=true) }}
{{ {1: 2} | to_json }}
{{ now() | to_json }}
{{ [1, 2] | contains(2) }} {{ 'abc' is contains('b') }} {{ [[1], [2, 3]] | select('contains', 3) | list }}
{{ 5 | bitwise_and(3) }} {{ 5 | bitwise_or(3) }} {{ 5 | bitwise_xor(3) }}
{{ average([1, 2, 3]) }} {{ average(1, 2) }} {{ average([], 7) }} {{ [1, 2] | average }}
{{ median([1, 3, 2]) }} {{ median(4, 2) }} {{ statistical_mode([1, 1, 2]) }} {{ statistical_mode(1, 2, 2) }}
{{ average([]) }}
{{ max(1, 5, 3) }} {{ min([4, 2]) }} {{ max(['a', 'B']) }} {{ [4, 2] | max }}
{{ max([]) }}
{{ max(5) }}
{{ max([{'a': 1}, {'a': 3}], attribute='a').a }}
{{ log(8, 2) }} {{ 100 | log(10) }} {{ log(0, 10, 'd') }}
{{ sin(0) }} {{ cos(0) }} {{ (pi / 2) | sin }} {{ tau | round(3) }} {{ e | round(3) }}
{{ atan2(1, 1) | round(3) }} {{ (1, 1) | atan2 | round(3) }} {{ atan2('x', 1, 9) }}
{{ asin(1) | round(2) }} {{ acos(2, 'd') }} {{ atan(1) | round(2) }} {{ tan(0) }}
{{ sqrt(16) }} {{ -1 | abs | sqrt }} {{ sqrt(-1, 'd') }}
{{ 'Living Room' | slugify }} {{ 'Über uns!' | slugify('-') }} {{ '' | slugify }} {{ '???' | slugify }}
{{ 1 | ordinal }} {{ 2 | ordinal }} {{ 3 | ordinal }} {{ 11 | ordinal }} {{ 112 | ordinal }} {{ 101 | ordinal }}
{{ 'homeassistant' | base64_encode }} {{ 'aG9tZQ==' | base64_decode }} {{ 'aG9tZQ==' | base64_decode(none) }}
{{ md5('a') }} {{ sha1('a') }} {{ 'a' | sha256 }} {{ sha512('a') | length }}
{{ 'a' | ord }} {{ 'abc' | reverse }} {{ 'a b' | urlencode }}
{{ urlencode({'a': 'b c', 'd': 1}) }}
{{ range(3) | list }} {{ range(1, 7, 3) | list }}
{{ namespace(a=1).a }}
{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}
{% for i in range(5) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in range(5) %}{% if i is odd %}{% continue %}{% endif %}{{ i }}{% endfor %}
{% set l = [] %}{% do l.append(1) %}{{ l }}
{% macro f(a, b=2) %}{{ a * b }}{% endmacro %}{{ f(3) }} {{ f(3, b=1) }}
{% macro f() %}x{{ caller() }}{% endmacro %}{% call f() %}y{% endcall %}
{% macro twice(x, returns) %}{% do returns(x * 2) %}{% endmacro %}{{ (twice | as_function)(4) }}
{{ ['1', '2'] | map('apply', float) | list }}
{{ 5 | apply(max, 7) }}
{{ apply(4, sqrt) }}
{% set f = states %}{{ f('light.hall') }}
{{ undefined_thing }}
{{ undefined_thing.x }}
{{ undefined_thing is defined }}
{{ undefined_thing == none }} {{ not undefined_thing }} {{ undefined_thing | default('d') }}
{{ undefined_thing + 1 }}
{{ undefined_thing() }}
{{ 1 | nothing_like_it }}
{{ 1 is nothing_like_it }}
{{ nothing_like_it(1) }}
{{ 1 / 0 }}
{{ 'a' + 1 }}
{{ 'a' ~ 1 ~ none ~ true }}
{{ 7 // 2 }} {{ 7 % 3 }} {{ 2 ** 8 }} {{ -7 // 2 }}
{{ 1 < 2 < 3 }} {{ 1 == 1.0 }} {{ '1' == 1 }}
{{ 0.1 + 0.2 }} {{ 1e3 }} {{ 10 / 2 }}
{{ [1, 2] + [3] }} {{ (1, 2) }} {{ {'a': 1}.a }} {{ {'a': 1}['a'] }} {{ {'a': 1}.get('b') }}
{{ [1, 2, 3][-1] }} {{ [1, 2, 3][0:2] }} {{ 'abc'[1] }} {{ [1][5] }}
{{ 'a' in 'abc' }} {{ 2 not in [1] }} {{ not 0 }} {{ true and 'x' }} {{ none or 'y' }}
{{ 'yes' if 1 else 'no' }} {{ 'x' if false }}
{{ 'on' | upper | replace('O', '0') }} {{ ' a ' | trim }} {{ 'abc'.upper() }} {{ 'a,b'.split(',') }}
{{ 'hello world' | title }} {{ 'x' | capitalize }} {{ 'abc' | truncate(2) }} {{ 'a' | center(5) }}|
{{ '%s is %d' | format('a', 5) }} {{ '{} {}'.format(1, 2) }} {{ '%05.1f' % 3.14159 }} {{ '{:.2f}'.format(2.5) }}
{{ [3, 1, 2] | sort }} {{ [3, 1] | sort(reverse=true) }} {{ ['b', 'A'] | sort }}
{{ [{'a': 2}, {'a': 1}] | sort(attribute='a') }}
{{ [1, 2, 3, 4] | batch(2) | list }} {{ [1, 1, 2] | unique | list }} {{ {'b': 1, 'a': 2} | dictsort }}
{{ {'a': 1} | items | list }}
{{ [1, 2, 3] | reject('odd') | list }} {{ [1, 2] | map('multiply', 2) | list }}
{{ [{'a': 1}] | map(attribute='a') | list }}
{{ [0, 1, 2] | select | list }} {{ [1, none] | select('none') | list }} {{ [1, 2, 3] | select('>', 1) | list }}
{{ [{'a': 1}, {}] | selectattr('a', 'defined') | list }} {{ [{}] | map(attribute='a', default=5) | list }}
{{ {'a': 1}.items() | list }} {{ {'a': 1}.keys() | list }} {{ dict(a=1) }} {{ {'a': 1} | tojson }}
{{ 1000000 | filesizeformat }} {{ '<b>' | escape }} {{ '<b>x</b>' | striptags }} {{ 'a b c' | wordcount }}
{{ '<' | forceescape }} {{ {'a': 1, 'b': none} | xmlattr }} {{ [1, 2] | pprint }}
{{ 'see https://example.com now' | urlize }}
{{ cycler('a', 'b').next() }} {{ joiner(',')() }}
{{ 5 is odd }} {{ 4 is even }} {{ 6 is divisibleby 3 }} {{ 1 is eq 1 }} {{ 1 is ne 2 }} {{ 'a' is lower }}
{{ 1 is in [1] }} {{ range is callable }} {{ 1 is sameas 1 }}
{{ 'float' is filter }} {{ 'number' is test }} {{ 'nope' is filter }}
{% filter upper %}abc{% endfilter %}
{% set x %}a{{ 1 }}{% endset %}{{ x }}
{% with a = 1 %}{{ a }}{% endwith %}
{% raw %}{{ x }}{% endraw %}
{% if states('sensor.warmth') | float > 21 %}warm{% elif true %}so{% else %}cold{% endif %}
{% for s in states.light %}{{ loop.index }}{{ s.state }}{{ '' if loop.last else ',' }}{% endfor %}
{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% else %}none{% endfor %}
{%- for i in [1, 2] -%} {{ i }} {%- endfor -%}
{# nothing #}
{{ states('sensor.gone') | float }}
{{ states('sensor.gone') | float(none) }}
{{ states('sensor.warmth') > 20 }}
{{ states('sensor.warmth') | float > 20 and is_state('light.hall', 'on') }}
{{ states('input_datetime.alarm')[0:5] }} {{ today_at(states('input_datetime.alarm')).minute }}
{{ is_number(states('sensor.warmth')) }} {{ is_number('x') }} {{ '5' is is_number }} {{ is_number(none) }}
{{ states.light.hall.last_changed is datetime }} {{ (now() - states.light.hall.last_changed).total_seconds() < 60 }}
{{ states.light.hall.context.user_id }} {{ states.light.hall.context.id is string }}
{{ state_translated('light.nobody') }}
{{ states.light.hall == states.light.hall }} {{ states.light.hall is mapping }}
{{ states.light.hall.attributes | length > 2 }} {{ states.light.hall.attributes.keys() | sort | first }}
{{ floors() }} {{ areas() }} {{ labels() }} {{ area_id('x') }} {{ area_name('x') }} {{ device_id('x.y') }}
{{ floor_id('x') }}
{{ area_entities('x') }} {{ device_entities('x') }} {{ label_entities('x') }} {{ label_areas('x') }}
{{ label_devices('x') }}
{{ floor_areas('x') }} {{ floor_entities('x') }} {{ area_devices('x') }} {{ label_id('x') }} {{ label_name('x') }}
{{ floor_name('x') }}
{{ device_attr('x', 'name') }} {{ is_device_attr('x', 'name', none) }} {{ is_hidden_entity('light.hall') }}
{{ issues() }} {{ issue('a', 'b') }} {{ integration_entities('nothing') }} {{ config_entry_id('light.hall') }}
{{ ''.__class__ }}
{{ states.light.hall.__class__ }}
{{ [].append.__self__ }}
{{ 'a'.join(['b', 'c']) }} {{ 'x'.encode() }} {{ '5'.zfill(3) }} {{ 'a-b'.partition('-') }} {{ 'abc'.startswith('a') }}
{{ (5).bit_length() }} {{ 5.5.is_integer() }} {{ [1, 2].index(2) }} {{ {'a': 1}.update({'b': 2}) }}
{{ floors() }} {{ areas() | sort }} {{ labels() }}
{{ floor_id('Ground floor') }} {{ floor_id('Downstairs') }} {{ floor_id('kitchen') }} {{ floor_id('light.hall') }}
{{ floor_id('Kitchen') }} {{ floor_id('ground_floor') }} {{ floor_id('Attic') }} {{ floor_id('light.desk') }}
{{ floor_name('ground_floor') }} {{ floor_name('kitchen') }} {{ floor_name('light.hall') }} {{ floor_name('Attic') }}
{{ floor_areas('ground_floor') | sort }} {{ floor_areas('Ground floor') | count }} {{ floor_areas('Attic') }}
{{ floor_entities('ground_floor') }} {{ floor_entities('Downstairs') }}
{{ area_id('Kitchen') }} {{ area_id('Galley') }} {{ area_id('light.hall') }} {{ area_id('light.desk') }}
{{ area_id('x') }}
{{ area_id('kitchen') }}
{{ area_name('kitchen') }} {{ area_name('light.hall') }} {{ area_name('light.desk') }} {{ area_name('x') }}
{{ area_name('Kitchen') }}
{{ area_entities('kitchen') }} {{ area_entities('Galley') }} {{ area_entities('living_room') }} {{ area_entities('x') }}
{{ area_devices('kitchen') }} {{ 'light.hall' | area_id }} {{ ['light.hall', 'light.desk'] | map('area_name') | list }}
{{ labels('light.hall') }} {{ labels('light.desk') }} {{ labels('x') }} {{ labels('kitchen') }}
{{ label_id('Very bright') }} {{ label_id('very_bright') }} {{ label_name('very_bright') }} {{ label_name('x') }}
{{ label_entities('very_bright') }} {{ label_entities('Very bright') }} {{ label_entities('x') }}
{{ label_areas('very_bright') }} {{ label_devices('very_bright') }}
{{ is_hidden_entity('light.desk') }} {{ 'light.hall' is is_hidden_entity }} {{ is_hidden_entity('x.y') }}
{{ states.light | rejectattr('entity_id', 'is_hidden_entity') | map(attribute='entity_id') | list }}
{{ device_id('light.hall') }} {{ device_id('nobody') }} {{ device_attr('light.hall', 'name') }}
"""
