"""The secrets that rule files name, taken over one by one: what people changed here stays, what was changed only there
comes. Opened for an import that was agreed to, now or when the same secrets came before.
"""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.placing import Memory, Placed, digest
from homeserver.cli.homeassistant.rule_files import OURS
from homeserver.cli.homeassistant.source import RuleFile
from homeserver.rules.reading.yaml_source import SourceError, Tagged, read

_FILE: Final = "secrets.yaml"
_KEY: Final = re.compile(r"""(["']?)([^\s#"'][^"'#]*?)\1\s*:(?=\s|$)""")


def agreed(memory: Memory) -> bool:
    """Whether secrets came before."""
    return any(name.partition("#")[0].endswith(f"/{_FILE}") for name in memory)


def judged_secrets(rules: Path, folder: Folder, files: list[RuleFile], memory: Memory) -> list[Placed]:
    """What becomes of each file of secrets here; raises `Failure`."""
    return [_judged(rules, place, values, memory) for place, values in secret_values(folder, files)]


def secret_values(folder: Folder, files: list[RuleFile]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each folder the secrets that its files name, from the nearest `secrets.yaml` as Home Assistant looks for
    them, the folder of the file first."""
    values, found = cache(folder.secrets), dict[str, dict[str, Any]]()
    for file in files:
        for name in file.secrets:
            near = (place for place in _upwards(file.name.removeprefix(f"{OURS}/")) if name in values(place))
            place = next(near, None)
            if place is not None and not isinstance(values(place)[name], Tagged | dict | list):
                found.setdefault(place, {})[name] = values(place)[name]
    yield from found.items()


def _upwards(name: str) -> Iterator[str]:
    """The folder of a file and those above it, the first one last, which is ""."""
    while name:
        name = os.path.dirname(name)
        yield name


def _judged(rules: Path, place: str, there: Mapping[str, Any], memory: Memory) -> Placed:
    name = os.path.join(OURS, place, _FILE)
    text = _text(rules / name)
    here, untouched = _values(rules / name, text or ""), memory.get(name) == digest((text or "").encode())
    wanted = {one: value for one, value in there.items() if one not in here or _mark(here[one]) != _mark(value)}
    came = {one for one in wanted if untouched or memory.get(f"{name}#{one}") == _mark(here.get(one))}
    fresh = {one: value for one, value in wanted.items() if one not in here or one in came}
    kept = tuple(one for one in wanted if one not in fresh)
    marks = tuple((f"{name}#{one}", _mark(value)) for one, value in there.items() if one not in kept)
    made = RuleFile(name, _with(text or "", here, fresh), tuple(fresh) or kept, is_private=True, marks=marks)
    return Placed(made, "new" if text is None else "changed" if fresh else "kept" if kept else "same")


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: mend it, then import again") from error


def _values(path: Path, text: str) -> dict[str, Any]:
    try:
        found = read(text).root
    except SourceError as error:
        raise Failure(f"{path}:{error.line}: it cannot be read as YAML; mend it, then import again") from None
    if found is not None and not isinstance(found, dict):
        raise Failure(f"{path}: it must hold lines such as `name: value`; mend it, then import again")
    return dict(found or {})


def _with(text: str, here: Mapping[str, Any], fresh: Mapping[str, Any]) -> str:
    """A text with other values, line by line, so that remarks stay; written anew where that does not come out right."""
    wanted = {**here, **fresh}
    blocks, left = list[str](), dict(fresh)
    for key, lines in _parts(text):
        blocks.append(_dumped({key: left.pop(key)}) if key in left else lines)
    made = "".join(blocks)
    if left:
        made += ("\n" if made and not made.endswith("\n") else "") + _dumped(left)
    try:
        is_right = read(made).root == wanted
    except SourceError:
        is_right = False
    return made if is_right or not wanted else _dumped(wanted)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The lines of each key; remarks and what stands before the first have none."""
    key, lines = "", ""
    for line in text.splitlines(keepends=True):
        found = _KEY.match(line)
        if found or line.startswith("#") or not line.strip():
            yield key, lines
            key, lines = found[2] if found else "", ""
        lines += line
    yield key, lines


def _dumped(values: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True))


def _mark(value: Any) -> str:
    return digest(repr(value).encode())
