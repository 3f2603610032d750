"""All expressions that are rendered in both: those by hand, texts that may be values, values through filters."""

from typing import Final

from tests.peers.expressions import BY_HAND

_VALUES: Final = (
    *(
        "5",
        "5.7",
        "-3",
        "'5'",
        "'5.7'",
        "' 7 '",
        "'abc'",
        "''",
        "none",
        "true",
        "false",
        "'on'",
        "'off'",
        "'True'",
        "'0x1f'",
    ),
    *("'1e3'", "'nan'", "[1, 2, 3]", "[]", "{'a': 1}", "(1, 2)", "undefined_thing", "'1_000'", "1e20", "0"),
)
_FILTERS: Final = (
    *("float", "float(0)", "float('x')", "int", "int(0)", "int(default=-1)", "int(0, base=16)", "bool", "bool(false)"),
    *(
        "round",
        "round(1)",
        "round(0, 'floor')",
        "round(1, 'ceil')",
        "round(0, 'half')",
        "round(default=9)",
        "is_number",
    ),
    *("abs", "string", "length", "list", "iif('y', 'n')", "iif('y', 'n', 'none')", "typeof", "to_json", "default('d')"),
    *("default('d', true)", "upper", "add(1)", "add(1, 0)", "multiply(2)", "multiply(2, 0)", "sqrt(0)", "log(10, 0)"),
    *("sin(0)", "max", "min", "sum", "average(0)", "median(0)", "statistical_mode(0)", "first", "last", "ordinal"),
    *("slugify", "md5", "base64_encode", "contains(1)", "is_defined", "as_datetime('x')", "as_timestamp(0)"),
    *("timestamp_custom('%Y', false, 0)", "timestamp_utc(0)", "as_timedelta", "regex_match('5')", "join('-')", "title"),
)
_TESTS: Final = (
    *("number", "string", "mapping", "iterable", "sequence", "none", "defined", "list", "set", "tuple", "datetime"),
    *("string_like", "is_number", "boolean", "integer", "float", "true", "false"),
)
_NATIVE: Final = (
    *(
        "007",
        "7",
        "-7",
        "+7",
        "1.50",
        ".5",
        "5.",
        "1e5",
        "1_000",
        "0x10",
        "0b1",
        "0",
        "00",
        "-0",
        "0.0",
        "00.5",
        "1j",
        "True",
        "true",
        "None",
    ),
    *(
        "none",
        "null",
        "[1, 2]",
        "[1, 2",
        "(1, 2)",
        "1, 2",
        "1,",
        "{'a': 1}",
        '{"a": true}',
        '{"a": 1}',
        "{1, 2}",
        "set()",
        "{}",
        "[]",
    ),
    *(
        "'text'",
        '"text"',
        "b'x'",
        "on",
        "off",
        "12:30",
        "2026-03-01",
        "2026-03-01 12:00:00",
        "1 2",
        "...",
        "-",
        "+",
        "[on]",
    ),
    *(
        "['a', 'b']",
        "a, b",
        "3 + 4",
        "3+4j",
        "-3.25",
        "1__0",
        "٣",
        "１",
        "inf",
        "nan",
        "{'a': {'b': [1]}}",
        "((1, 2), 3)",
        "''",
        "()",
    ),
    *("-[1]", "not True", "f'x'", "[True, None]", "1 if True else 2", "#", "'it''s'", "\\n", "0_7", "1.0e0", "1."),
)


def _table() -> list[str]:
    made = [f"{{{{ {value} | {name} }}}}" for value in _VALUES for name in _FILTERS]
    return made + [f"{{{{ {value} is {name} }}}}" for value in _VALUES for name in _TESTS]


EXPRESSIONS: Final = [*(line for line in BY_HAND.splitlines() if line), *_NATIVE, *_table()]
