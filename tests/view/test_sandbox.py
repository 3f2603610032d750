"""No template gets out, grows or runs without end: each attack ends as a `TemplateError`, in little memory."""

import contextlib
import threading
import time
import tracemalloc

import pytest

from homeserver.view import sandbox
from homeserver.view.templates import TemplateError, Templates

TEMPLATES = Templates()
MEMORY = 24 * 1024 * 1024
"""Bytes that an attack may cost at its height: some copies of the largest value."""
X = "x" * 1000
GROWS = [
    "{{ 'a' * 300000000 }}",
    "{{ [0] * 300000000 }}",
    "{{ 2 ** 100000000 }}",
    "{{ 10 ** 2000 * 10 ** 2000 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '%*d' % (999999999, 1) }}",
    "{{ '%s' * 100 | format(1) }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ '{:>{w}}'.format(1, w=999999999) }}",
    "{{ '{a:999999999}'.format_map({'a': 1}) }}",
    "{{ '%(a)999999999s' | format(a=1) }}",
    "{{ ('%s' * 20000) % (('" + X + "',) * 20000) }}",
    "{{ 'x'.center(999999999) }}",
    "{{ 'x'.ljust(999999999) }}",
    "{{ 'x'.zfill(999999999) }}",
    "{{ ('\t' * 1000).expandtabs(999999) }}",
    "{{ ('x' | e).center(999999999) }}",
    "{{ 'x' | center(999999999) }}",
    "{{ ('\n' * 9999) | indent(999999) }}",
    "{{ ('a' * 60000).replace('', 'b' * 60000) }}",
    "{{ ('a' * 60000) | replace('a', 'b' * 60000) }}",
    "{{ ('a' * 60000).join(range(9999)) }}",
    "{{ range(9999) | join('a' * 60000) }}",
    "{{ 'x'.translate({120: 'y' * 60000}) }}",
    "{{ (5).to_bytes(999999999, 'big') }}",
    "{{ [1] | batch(999999999, 0) | list }}",
    "{{ [1] | slice(999999999) | list }}",
    "{{ 1.5 | round(999999999) }}",
    "{{ range(999999999) | list }}",
    "{{ 'ab' | regex_replace('', 'c' * 200000) }}",
    "{{ [1, 2] | tojson(indent=99999999) }}",
    "{{ 1 | pack('999999999x') }}",
    "{% set x = namespace(v='a') %}{% for i in range(99) %}{% set x.v = x.v ~ x.v %}{% endfor %}",
    "{% set x = namespace(v='a') %}{% for i in range(99) %}{% set x.v = x.v + x.v %}{% endfor %}",
    "{% set x = namespace(v=[1]) %}{% for i in range(99) %}{% set x.v = [x.v, x.v] %}{% endfor %}{{ x.v }}",
    "{% set x = namespace(v=1) %}{% for i in range(99) %}{% set x.v = (x.v, x.v) %}{% endfor %}{{ x.v == x.v }}",
    "{% set x = namespace(v=1) %}{% for i in range(99) %}{% set x.v = {'a': x.v, 'b': x.v} %}{% endfor %}{{ x.v }}",
    "{% set x = namespace(v=1) %}{% for i in range(99) %}{% set x.v = dict(a=x.v, b=x.v) %}{% endfor %}{{ x.v }}",
    "{% set x = namespace(v=[1]) %}{% for i in range(99) %}{% set x.v = zip(x.v, x.v) | list + x.v %}{% endfor %}",
    "{% set x = namespace(v=1) %}{% for i in range(99) %}{% set x.v = combine({'a': x.v}, {'b': x.v}) %}{% endfor %}",
    "{{ [9 ** 1290] * 16000 }}",
    "{% set x = 9 ** 1290 %}{% set y %}{% for i in range(9999) %}{{ x }}{% endfor %}{% endset %}",
    "{% set a = namespace(v=1) %}{% set b = namespace(x=a, y=a) %}{{ b }}",
    "{% for i in range(9999) %}" + X + "{% endfor %}",
    "{% set x %}{% for i in range(9999) %}" + X + "{% endfor %}{% endset %}",
    "{% macro m() %}" + X + "{% endmacro %}{% for i in range(9999) %}{% set y = m() %}{% endfor %}",
    "{% macro m() %}{% for i in range(9999) %}{{ i }}" + X + "{% endfor %}{% endmacro %}{{ m() }}",
]
RUNS = [
    "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) if b < 0 %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{{ range(9999) | sum }}{% endfor %}",
    "{% for a in range(9999) %}{{ range(9999) | map('string') | list | sort | length }}{% endfor %}",
    "{% for a in range(9999) %}{{ 5 in range(9999) | list }}{% endfor %}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{{ ('a' * 40) | regex_match('(a+)+b') }}",
    "{{ ('a' * 40) is search('(a|a)*b') }}",
    "{{ ('a' * 5000) | regex_findall('a*a*a*a*b') }}",
    "{{ ('a' * 5000) | regex_replace('(.*)(.*)(.*)(.*)b', '') }}",
]
ESCAPES = [
    "{{ ().__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ '' | attr('__class__') }}",
    "{{ ['x'] | map(attribute='__class__') | list }}",
    "{{ range.__globals__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__ }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ namespace.__init__ }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{0.__class__}'.format_map({'0': 1}) }}",
    "{{ [].append(1) }}",
    "{{ {}.update(a=1) }}",
    "{{ now.__self__ }}",
    "{{ (now | apply).__class__ }}",
]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", [*GROWS, *RUNS], ids=lambda text: text[:60])
def test_ends_small_and_soon(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TemplateError):
            TEMPLATES.compile(text).render({})
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


STRINGS = "(range(10000) | map('string') | list)"
DEAR = [
    f"{{{{ {STRINGS} | natural_sort | length }}}}",
    "{{ (['a1' * 2000] * 60) | natural_sort | length }}",
    "{{ (['1' * 200] * 1000) | natural_sort | length }}",
    f"{{{{ {STRINGS} | sort(case_sensitive=false) | length }}}}",
    "{{ (range(8000) | map('version') | list) | sort | length }}",
    "{{ ((range(2000) | map('version') | list) + (range(2000) | map('string') | list)) | shuffle | sort | length }}",
    "{{ range(10000) | map('timestamp_custom', '%c') | list | length }}",
    "{% for i in range(3000) %}{% set x = now().strftime('%c' * 9 ~ i) %}{% endfor %}",
    "{% for i in range(2000) %}{% set x = strptime('2020-01-01', '%Y-%m-%d' ~ i, 'x') %}{% endfor %}",
    "{% for i in range(3000) %}{% set x = as_datetime('2020-01-01T00:00:00.' ~ i, 'x') %}{% endfor %}",
    "{% for i in range(3000) %}{% set y = ('9' * 1000) | int %}{% endfor %}",
    "{{ ('9' * 200000) | int(0) }}",
    "{{ ('ff' * 100000) | int(0, base=16) }}",
    "{% set x = namespace(v=[1]) %}{% for i in range(2000) %}{% set x.v = [x.v] %}{% endfor %}{{ x.v | flatten }}",
    "{% set x = namespace(v=[1]) %}{% for i in range(2000) %}{% set x.v = [x.v] %}{% endfor %}{{ x.v | to_json }}",
    "{% set x = namespace(v={}) %}{% for i in range(900) %}{% set x.v = {'a': x.v} %}{% endfor %}"
    "{{ combine(x.v, x.v, recursive=true) }}",
    "{{ ('[' * 5000 ~ ']' * 5000) | from_json }}",
    "{{ ('[' ~ '1,' * 100000 ~ '1]') | from_json | length }}",
    "{{ strptime(' ' * 100000, '%Y' ~ ' ' * 400, 'x') }}",
    "{{ ('<!--' * 40000) | striptags | length }}",
    "{{ (['x' * 32 ~ 'z'] * 3000) | select('match', '(x+x+)+y') | list | length }}",
    "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
]
LONGEST = 0.6
"""Seconds of the processor: the time of a rendering, and one call more, on a machine that is busy besides."""


@pytest.mark.parametrize("text", DEAR, ids=lambda text: text[:60])
def test_no_single_call_takes_long(text: str) -> None:
    template, begun = TEMPLATES.compile(text), time.thread_time()
    with contextlib.suppress(TemplateError):
        template.render({})
    assert time.thread_time() - begun < LONGEST


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "text",
    [
        "{{ range(9000) | map('version') | list }}",
        "{% for i in range(9000) %}{% set x = version('1') %}{% endfor %}",
        "{% for i in range(3000) %}{% set x = strptime('1', '%d') %}{% endfor %}",
        "{% for i in range(3000) %}{% set x = now().strftime('%d') %}{% endfor %}",
        "{{ range(9000) | map('timestamp_custom', '%d') | list }}",
    ],
)
def test_dear_calls_cost_more_steps_than_others(text: str) -> None:
    with pytest.raises(TemplateError, match="more than 50000 steps"):
        TEMPLATES.compile(text).render({})


def test_of_long_texts_the_beginning_is_sorted_naturally() -> None:
    rows = [f"Lamp {number}" + " and so on" * 20 for number in (10, 2, 1)]
    text = "{{ rows | natural_sort | map('truncate', 7, true, '') | list }}"
    assert TEMPLATES.compile(text).render({"rows": rows}) == "['Lamp 1 ', 'Lamp 2 ', 'Lamp 10']"
    tails = ["x" * 100 + tail for tail in ("b", "a")]
    assert TEMPLATES.compile("{{ rows | natural_sort | last | last }}").render({"rows": tails}) == "b"


@pytest.mark.parametrize("text", ESCAPES)
def test_gets_at_nothing_inside(text: str) -> None:
    try:
        shown = TEMPLATES.compile(text).render({})
    except TemplateError:
        return
    assert "class" not in shown
    assert "object at" not in shown


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the steps count, not the time that a busy machine takes for them."""
    monkeypatch.setattr(sandbox, "SECONDS", 1e9)


@pytest.mark.usefixtures("patient")
def test_a_budget_is_for_one_rendering() -> None:
    template = TEMPLATES.compile("{% for a in range(9000) %}{{ loop.index }}{% if loop.last %}.{% endif %}{% endfor %}")
    assert [template.render({})[-5:] for _ in range(20)] == ["9000."] * 20


@pytest.mark.usefixtures("patient")
def test_ordinary_work_on_a_large_home_fits_into_the_budget() -> None:
    lamps = [{"id": f"light.lamp_number_{number}", "state": "on", "area": number % 20} for number in range(2_000)]
    text = (
        "{{ lamps | selectattr('state', 'eq', 'on') | map(attribute='id') | list | length }} "
        "{% for lamp in lamps if lamp.area == 3 %}{{ lamp.id }},{% endfor %}"
    )
    assert TEMPLATES.compile(text).render({"lamps": lamps}).startswith("2000 light.lamp_number_3,")


@pytest.mark.usefixtures("patient")
def test_steps_are_the_same_whatever_the_machine_does() -> None:
    with pytest.raises(TemplateError, match="more than 50000 steps"):
        TEMPLATES.compile(RUNS[0]).render({})


def test_the_processor_clock_ends_what_the_steps_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.0)
    with pytest.raises(TemplateError, match="takes more than 0 ms"):
        TEMPLATES.compile("{% for a in range(9999) %}{% endfor %}").render({})


def test_patterns_that_may_not_end_are_refused_off_the_main_thread() -> None:
    said: list[str] = []

    def work() -> None:
        templates = Templates()
        assert templates.compile("{{ 'abc' | regex_match('a.*') }}").render({}) == "True"
        try:
            templates.compile("{{ 'aaa' | regex_match('(a+)+b') }}").render({})
        except TemplateError as error:
            said.append(error.text)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == ["'(a+)+b' repeats more than once: too costly here"]
