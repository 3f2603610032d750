"""Payloads of those who mean no good: paths that lead elsewhere, and bodies that no client would send. All seeded."""

import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

TARGETS = (
    "etc/passwd",
    "people.db",
    "http-token",
    "data/blob-key",
    "proc/self/environ",
    "homeserver.toml",
    "light.hall",
)
CLIMBS = (
    *("../", "..\\", "..;/", "....//", "..././", "./", "/", "//", "\\\\", "%2e%2e/", "%2e%2e%2f", "..%2f", "..%5c"),
    *("%252e%252e%252f", "..%252f", "..%c0%af", "%c0%ae%c0%ae/", "..%ef%bc%8f", "..%00/", "%00", "..%0d%0a", "..%09"),
    *("..%u2215", "\u2025/", "．．／", "~/", "file:///", "C:\\", "\\\\host\\share\\", "%2f%2f", "..%20/", ".%00./"),
)
ODD = (
    *("", "%", "%zz", "%2", "%ff%fe", "%f0%9f%92%a9", "%e2%80%ae", "%ed%a0%80", "+", "#", "?", ";", "&", "=", ":", "@"),
    *("$SYS", "+/#", "{entity_id}", "${x}", "{{7*7}}", "'--", "<script>", "null", "-1", "0", "1e999", "NaN", "\u0000"),
    *("light.", ".hall", "light.hall.", "LIGHT.HALL", "light.hall%00", "light.hall%2f..", "__proto__", "constructor"),
)
_JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**31, 2**63, 2**64, 10**400, -(2**63) - 1, 1e308, "", "x", "\u0000", "\ud800"),
    *("light.hall", "../../people.db", "x" * 5_000, "{{ 7 * 7 }}", "{% for x in range(10**9) %}{% endfor %}", "💡"),
    *(
        [],
        [[]],
        {},
        [None] * 500,
        {"a": {"a": {}}},
        {"": ""},
        "2026-99-99T99:99:99Z",
        "P1D",
        "NaN",
        "null",
        "' OR 1=1 --",
    ),
)
_BROKEN = (
    b"",
    b"{",
    b"[",
    b'{"a":',
    b"\xff\xfe",
    b"\x00",
    b"nul",
    b"{}{}",
    b'{"a":1,"a":2}',
    b"[" * 5_000,
    b'"\\ud800"',
)
TYPES = ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", "")


def path(chance: random.Random, template: str) -> str:
    """A template of an address with something in its parameters, or behind it, that does not belong there."""
    made = template
    while "{" in made:
        begin, _, rest = made.partition("{")
        made = f"{begin}{_part(chance)}{rest.partition('}')[2]}"
    if chance.random() < 0.4 or made == template:
        made += f"{chance.choice(('/', '?', ';', '%2f', ''))}{_part(chance)}"
    return "".join(char if 32 < ord(char) < 127 else quote(char, errors="replace") for char in made)[:8_000]


def _part(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.6:
        text = chance.choice(CLIMBS) * chance.randint(1, 8) + chance.choice(TARGETS)
        return quote(text, safe="%") if chance.random() < 0.5 else text
    return chance.choice(ODD) if kind < 0.9 else chance.choice("aA.%/") * chance.randint(1, 3_000)


def body(chance: random.Random, schema: dict[str, Any]) -> bytes:
    """A body for an address whose JSON Schema is `schema`: nearly right, wholly wrong, or no JSON."""
    kind = chance.random()
    if kind < 0.15:
        return chance.choice(_BROKEN)
    if kind < 0.2:
        return bytes(chance.randrange(256) for _ in range(chance.randint(1, 400)))
    whole: Any = {name: _value(chance) for name in _names(chance, schema)} if kind < 0.9 else _value(chance)
    text = json.dumps(whole)
    if kind < 0.3:
        place = chance.randrange(len(text))
        text = text[:place] + chance.choice(('"', "{", "\\", "\x00", "9" * 50)) + text[place + chance.randint(0, 3) :]
    return text.encode("utf-8", "surrogatepass")


def _names(chance: random.Random, schema: dict[str, Any]) -> Iterator[str]:
    """Most of the fields that are known, and now and then one that is not."""
    yield from (name for name in schema.get("properties", {}) if chance.random() < 0.8)
    if chance.random() < 0.3:
        yield chance.choice(("entity_id", "target", "__proto__", "", "cause", "login", "x" * 200))


def _value(chance: random.Random) -> Any:
    value = chance.choice(_JUNK)
    return [value] * 3 if chance.random() < 0.1 else value
