"""Includes, secrets and variables of the environment: what each tag brings, and that nothing else gets in or out."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.sources import Sources
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged


def write(root: Path, **files: str) -> Path:
    """Files by name, `__` for a slash; gives the first."""
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root / f"{next(iter(files)).replace('__', '/')}.yaml"


def load(root: Path, environment: Mapping[str, str] = MappingProxyType({}), /, **files: str) -> Source:
    return Source(Sources(root, environment=environment), write(root, **files)).load()


def plain(value: Any) -> Any:
    """The value without places; a tag that was not followed as the reason."""
    if isinstance(value, Tagged):
        return ValueError(value.fault)
    if isinstance(value, Map):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, Seq) else value


def fault(source: Source, key: str = "a") -> str:
    """Why a tag was not followed."""
    assert isinstance(source.root[key], Tagged)
    found: Tagged = source.root[key]
    return found.refusal("").text


def texts(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems]


FOLDER = {
    "lights__one": "- 1\n",
    "lights__two": "- 2\n- 3\n",
    "lights__deep__three": "x: 4\n",
    "lights__empty": "",
    "lights__secrets": "no: one\n",
}


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("!include lights/two.yaml", [2, 3]),
        ("!include lights/empty.yaml", {}),
        ("!include_dir_list lights", [[1], [2, 3], {"x": 4}]),
        ("!include_dir_named lights", {"empty": {}, "one": [1], "two": [2, 3], "three": {"x": 4}}),
        ("!include_dir_merge_list lights", [1, 2, 3]),
        ("!include_dir_merge_named lights", {"x": 4}),
    ],
)
def test_includes_what_home_assistant_includes(tmp_path: Path, tag: str, found: Any) -> None:
    """Documented: an empty file is an empty mapping where files are named, nothing in a list; folders count with all
    below them; secrets.yaml is passed over; merging takes lists or mappings only."""
    assert plain(load(tmp_path, {}, rules=f"a: {tag}\n", **FOLDER).root) == {"a": found}


def test_paths_begin_at_the_file_that_names_them(tmp_path: Path) -> None:
    source = load(tmp_path, rules="a: !include deep/one.yaml\n", deep__one="b: !include two.yaml\n", deep__two="- x\n")
    assert plain(source.root) == {"a": {"b": ["x"]}}
    assert source.includes == {tmp_path / "deep/one.yaml", tmp_path / "deep/two.yaml"}


def test_every_value_knows_its_file_and_line(tmp_path: Path) -> None:
    source = load(tmp_path, rules="x: 1\na: !include one.yaml\n", one="\nb:\n  - c: &c 5\n  - *c\n")
    inner = source.root["a"]
    assert source.places.find(source.root.lines["a"]) == ("rules.yaml", 2)
    assert source.places.find(inner.lines["b"]) == ("one.yaml", 2)
    assert [source.places.find(line) for line in inner["b"].lines] == [("one.yaml", 3), ("one.yaml", 4)]
    assert source.places.find(inner["b"][0].lines["c"]) == ("one.yaml", 3)


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("!include missing.yaml", "!include: missing.yaml:1: cannot be read: No such file or directory"),
        ("!include ../out.yaml", "!include: '../out.yaml' lies outside the folder of the rules and is not read"),
        ("!include /etc/hostname", "!include: '/etc/hostname' lies outside the folder of the rules"),
        ("!include link.yaml", "!include: 'link.yaml' lies outside the folder of the rules"),
        ("!include linked/out.yaml", "!include: 'linked/out.yaml' lies outside the folder of the rules"),
        ("!include secrets.yaml", "!include: secrets.yaml is not included: take single values with !secret name"),
        ("!include lights", "!include: lights:1: is no file"),
        ("!include broken.yaml", "!include: broken.yaml:2: no YAML"),
        ("!include rules.yaml", "!include: rules.yaml includes itself"),
        ("!include loop.yaml", "!include: rules.yaml includes itself"),
        ('!include "a\\0b"', "!include: 'a\\x00b' lies outside the folder of the rules"),
        ("!include {a: b}", "!include: needs a word after it"),
        ("!include ''", "!include: needs a word after it"),
        ("!secret nothing", "!secret: there is no secret 'nothing' (write it into secrets.yaml)"),
        ("!secret passwort", "!secret: there is no secret 'passwort'; did you mean password?"),
        ("!env_var HOME", "!env_var: RULES_HOME is not set: set it for the process that runs the rules, or write a"),
        ("!ruby x", "not supported yet: !ruby"),
    ],
)
def test_a_tag_that_cannot_be_followed_says_why(tmp_path: Path, tag: str, why: str) -> None:
    root, out = tmp_path / "rules", tmp_path / "out.yaml"
    out.write_text("- secret of somebody else\n")
    root.mkdir()
    (root / "link.yaml").symlink_to(out)
    (root / "linked").symlink_to(tmp_path)
    files = {"lights__x": "", "broken": "a: [\n", "loop": "!include rules.yaml\n", "secrets": "password: x\n"}
    source = load(root, {"HOME": "/home/anna"}, rules=f"a: {tag}\n", **files)
    assert fault(source).startswith(why)


def test_files_that_include_each_other_without_end_are_counted(tmp_path: Path) -> None:
    """Twenty files that each include the next one twice would be a million."""
    files = {f"f{n}": f"- !include f{n + 1}.yaml\n- !include f{n + 1}.yaml\n" for n in range(20)}
    source = load(tmp_path, {}, **files, f20="- 1\n")
    assert "files are included" in repr(source.root)


def test_what_is_included_counts_as_nested(tmp_path: Path) -> None:
    deep = "[" * 60 + "!include {}.yaml" + "]" * 60
    source = load(tmp_path, one=deep.format("two"), two=deep.format("three"), three="x: 1\n")
    assert "nested more than 100 deep" in repr(source.root)


def test_one_broken_file_in_a_folder_spoils_no_other(tmp_path: Path) -> None:
    source = load(
        tmp_path, rules="a: !include_dir_list lights\n", lights__a="- 1\n", lights__b="x: [", lights__c="- 2\n"
    )
    assert plain(source.root) == {"a": [[1], [2]]}
    assert texts(source.problems) == ["rules.yaml:1: lights/b.yaml:2: no YAML: did not find expected node content"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    source = load(tmp_path, rules="x:\na: !include_dir_merge_list nowhere\n")
    assert plain(source.root)["a"] == []
    assert texts(source.problems) == ["rules.yaml:2: there is no folder 'nowhere'"]
    assert source.problems[0].severity == "warning"


def test_names_that_are_there_twice_are_told(tmp_path: Path) -> None:
    source = load(tmp_path, rules="a: !include_dir_merge_named s\n", s__a="x: 1\n", s__b="\nx: 2\n")
    assert plain(source.root) == {"a": {"x": 2}}
    assert texts(source.problems) == ["s/b.yaml:2: 'x' is given twice, first in s/a.yaml:1; the last one counts"]


def test_a_secret_comes_from_the_nearest_file_above(tmp_path: Path) -> None:
    files = {"secrets": "one: outer\ntwo: outer\n", "deep__secrets": "one: inner\n"}
    text = "- !secret one\n- !secret two\n"
    source = load(tmp_path, {}, rules="a: !include deep/x.yaml\nb: !secret one\n", deep__x=text, **files)
    assert plain(source.root) == {"a": ["inner", "outer"], "b": "outer"}
    assert {tmp_path / "secrets.yaml", tmp_path / "deep" / "secrets.yaml"} <= source.needs.keys()


def test_a_secret_from_above_the_rules_is_none(tmp_path: Path) -> None:
    write(tmp_path, secrets="one: outer\n")
    (tmp_path / "rules").mkdir()
    assert "there is no secret 'one'" in fault(load(tmp_path / "rules", rules="a: !secret one\n"))


def test_a_link_to_secrets_of_somebody_else_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, others="one: outer\n")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "secrets.yaml").symlink_to(tmp_path / "others.yaml")
    text = fault(load(tmp_path / "rules", rules="a: !secret one\n"))
    assert text == "!secret: secrets.yaml is a link to the outside and is not read: copy the file itself"


@pytest.mark.parametrize(
    "content", ["pw: *hunter2", "pw: [hunter2", "hunter2", "a: \xff hunter2", "a: !secret hunter2"]
)
def test_a_faulty_file_of_secrets_shows_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "secrets.yaml").write_bytes(content.encode("latin-1"))
    text = fault(load(tmp_path, rules="a: !secret a\n"))
    assert text.startswith("!secret: secrets.yaml")
    assert "hunter2" not in text


def test_what_is_secret_is_masked(tmp_path: Path) -> None:
    secrets = "pw: 'hunter2, Two'\npin: 4711\nrow: [x1y2]\nflag: on\n"
    rules = "a: !secret pw\nb: !secret pin\nc: !secret row\nd: !secret flag\ne: !env_var KEY\n"
    source = load(tmp_path, {"RULES_KEY": "abc-def"}, rules=rules, secrets=secrets)
    assert plain(source.root) == {"a": "hunter2, Two", "b": 4711, "c": ["x1y2"], "d": True, "e": "abc-def"}
    mask = source.places.hidden.mask
    assert mask("must not be 'hunter2, Two'") == "must not be '!secret pw'"
    assert (
        mask("two: hunter2.x 4711 x1y2 ABC-DEF on")
        == "!secret pw: !secret pw.x !secret pin !secret row !env_var KEY on"
    )


def test_variables_of_the_environment_are_those_for_rules(tmp_path: Path) -> None:
    environment = {"HOME": "/home/anna", "RULES_ZONE": "Europe/Berlin", "TOKEN": "x"}
    rules = "a: !env_var ZONE\nb: !env_var RULES_ZONE\nc: !env_var TOKEN not given  here\nd: !env_var ZONE other\n"
    source = load(tmp_path, environment, rules=rules)
    assert plain(source.root) == {
        "a": "Europe/Berlin",
        "b": "Europe/Berlin",
        "c": "not given here",
        "d": "Europe/Berlin",
    }


def test_other_tags_stay(tmp_path: Path) -> None:
    source = load(tmp_path, rules="a: !ruby x\nb: !input y\n")
    assert fault(source) == "not supported yet: !ruby"
    assert fault(source, "b") == "!input stands in blueprints only"


def test_a_fifo_does_not_hold_anybody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert fault(load(tmp_path, rules="a: !include pipe.yaml\n")) == "!include: pipe.yaml:1: is no file"
