"""What a file holds: packages, labelled blocks, lists, folders, and what nobody reads yet.

Facts: https://www.home-assistant.io/docs/configuration/packages/ and .../splitting_configuration/
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from homeserver.rules.reading.book import Book
from homeserver.rules.reading.merging import merged
from homeserver.rules.reading.rule_file import Reader, read_text
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.sources import Sources
from homeserver.rules.reading.yaml_source import read as yaml_read
from homeserver.view.templates import Templates

RULE = "{id: %s, triggers: [], actions: []}"
SCRIPT = "{sequence: []}"
SCENE = "{name: %s, entities: {light.a: on}}"


def read(text: str, name: str = "file.yaml") -> Book:
    return read_text(text, name, Templates())


def shape(book: Book) -> dict[str, list[str]]:
    kinds: dict[str, Mapping[str, object]] = {"rules": book.rules, "scripts": book.scripts, "scenes": book.scenes}
    found = {kind: list(things) for kind, things in kinds.items() if things}
    return found | ({"owned": [owned.key for owned in book.owned]} if book.owned else {})


def told(book: Book) -> list[str]:
    return [str(problem) for problem in book.problems]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("x.yaml", f"- {RULE % 'a'}\n- {RULE % 'b'}", {"rules": ["a", "b"]}),
        ("x.yaml", RULE % "a", {"rules": ["a"]}),
        ("x.yaml", f"- - {RULE % 'a'}\n- {RULE % 'b'}\n-\n", {"rules": ["a", "b"]}),
        ("x.yaml", "", {}),
        ("x.yaml", "automation:", {}),
        ("x.yaml", f"automation old: {RULE % 'a'}\nautomation manual:\n- {RULE % 'b'}", {"rules": ["a", "b"]}),
        ("x.yaml", f"script:\n  one: {SCRIPT}\nscript two:\n  two: {SCRIPT}", {"scripts": ["one", "two"]}),
        ("x.yaml", f"script:\n- one: {SCRIPT}\n- two: {SCRIPT}", {"scripts": ["one", "two"]}),
        ("x.yaml", f"one: {SCRIPT}\ntwo: {SCRIPT}", {"scripts": ["one", "two"]}),
        ("scripts.yaml", f"one: {SCRIPT}", {"scripts": ["one"]}),
        ("scripts.yaml", f"script: {SCRIPT}", {"scripts": ["script"]}),
        ("good_night.yaml", SCRIPT, {"scripts": ["good_night"]}),
        ("x.yaml", f"scene:\n- {SCENE % 'Film'}\n- {SCENE % 'Film'}", {"scenes": ["film", "film_2"]}),
        ("x.yaml", f"- {SCENE % 'Film'}", {"scenes": ["film"]}),
        ("scenes.yaml", f"- {SCENE % 'Film'}", {"scenes": ["film"]}),
        ("x.yaml", SCENE % "Film", {"scenes": ["film"]}),
        (
            "x.yaml",
            f"scene:\n- platform: homeassistant\n  states: [{SCENE % 'A'}, {SCENE % 'B'}]",
            {"scenes": ["a", "b"]},
        ),
        (
            "x.yaml",
            "input_boolean:\n  guests:\n  party: {name: Party}",
            {"owned": ["input_boolean.guests", "input_boolean.party"]},
        ),
        ("input_boolean.yaml", "guests:\nparty: {}", {"owned": ["input_boolean.guests", "input_boolean.party"]}),
        ("groups.yaml", "all: {name: x, entities: [light.a]}", {"owned": ["group.all"]}),
        ("x.yaml", "timer a: {x: }\ncounter: {y: }", {"owned": ["timer.x", "counter.y"]}),
        ("x.yaml", "template:\n- sensor: []\n- binary_sensor: []", {"owned": ["template.", "template."]}),
        ("templates.yaml", "- sensor: []", {"owned": ["template."]}),
        ("x.yaml", "sensor:\n- platform: template\n- {platform: min_max, name: x}", {"owned": ["sensor.", "sensor."]}),
        (
            "x.yaml",
            f"homeassistant:\n  packages:\n    x: {{automation: [{RULE % 'a'}]}}\n    y: {{script: {{b: {SCRIPT}}}}}\n",
            {"rules": ["a"], "scripts": ["b"]},
        ),
        ("packages/x.yaml", "timer: {x: }", {"owned": ["timer.x"]}),
    ],
)
def test_finds_what_a_file_holds(name: str, text: str, found: dict[str, list[str]]) -> None:
    book = read(text, name)
    assert told(book) == []
    assert shape(book) == found


def test_what_nobody_reads_is_told_once_and_harms_nothing() -> None:
    book = read(
        "rest_command: {a: {}}\nrest_command two: {}\nfrontend:\nlogger: {default: info}\nsensor:\n"
        "- platform: sql\n- platform: template\nhomeassistant:\n  name: Home\n  customize: {light.a: {}}\n"
        f"automation: {RULE % 'a'}\n"
    )
    assert shape(book) == {"rules": ["a"], "owned": ["sensor."]}
    assert told(book) == [
        "file.yaml:1: not supported yet: homeassistant.customize, rest_command, sensor with platform sql"
    ]
    assert (book.problems[0].code, book.problems[0].severity) == ("unsupported", "warning")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "script: {turn_on: {sequence: []}}",
            "1: turn_on: a script cannot be called turn_on: that is what all scripts",
        ),
        ("script: {Bad-Name: {sequence: []}}", "1: Bad-Name: 'Bad-Name' cannot be the name of a script: use a-z, 0-9"),
        ("script: {one: {alias: x}}", "1: sequence: sequence is missing: say what to do"),
        ("script: {one: 5}", "1: one: a script is a mapping, not 5"),
        ("script: [5]", "1: script: script must be a mapping by name, not 5"),
        (
            "script: {one: {sequence: [], fields: {x: {nmae: y}}}}",
            "1: fields.x.nmae: unknown field 'nmae'; did you mean name",
        ),
        ("script: {one: {sequence: [], fields: 5}}", "1: fields: fields must be a mapping, not 5"),
        ("script: {one: {sequence: [], mode: x}}", "1: mode: mode must be one of single"),
        ("input_boolean: {one: 5}", "1: one: an input_boolean is a mapping, not 5"),
        ("utility_meter: {one: 5}", "1: one: a utility_meter is a mapping, not 5"),
        ("scene: [5]", "1: [0]: a scene is a mapping, not 5"),
        ("scene: [{name: x}]", "1: entities: entities is missing: name the entities"),
        ("scene: [{entities: {}}]", "1: name: name is missing: give the scene a name"),
        ("scene: [{name: x, entities: {light: on}}]", "1: entities.light: 'light' is no entity id"),
        ("scene: [{name: x, entities: {light.a: }}]", "1: entities.light.a: say which state light.a is to have"),
        ("scene: [{name: x, entities: {light.a: {brightness: 5}}}]", "1: entities.light.a.state: state is missing"),
        ("scene: [{name: x, entities: {}, entity: y}]", "1: entity: unknown field 'entity'"),
        (
            "input_boolean: {Bad-Name: }",
            "1: Bad-Name: 'Bad-Name' cannot be a name: use a-z, 0-9 and _, such as bad_name",
        ),
        ("input_boolean: 5", "1: input_boolean: input_boolean must be a mapping by name, not 5"),
        ("automation: 5", "1: [0]: a rule is a mapping, not 5"),
        ("homeassistant: {packages: {x: 5}}", "1: homeassistant.packages: a package is a mapping of domains such as"),
        ("automation: !include gone.yaml", "1: automation: !include: gone.yaml:1: cannot be read: No such file"),
        ("homeassistant: {packages: !include_dir_named gone}", "1: there is no folder 'gone'"),
        ("light.hall: on", "1: holds no rules: write a list of rules, each with triggers and actions"),
    ],
)
def test_tells_what_is_wrong(text: str, problem: str) -> None:
    book = read(f"{text}\n")
    assert len(book.problems) == 1
    assert told(book)[0].startswith(f"file.yaml:{problem}")
    assert not book.scripts
    assert not book.scenes


def test_a_scene_of_another_platform_is_told() -> None:
    book = read("scene: [{platform: hue, name: x}]\n")
    assert told(book) == ["file.yaml:1: platform: not supported yet: scene with platform hue"]


def test_of_two_with_one_name_the_first_stays() -> None:
    """Home Assistant warns of a second script with one name, and of a key that two packages have."""
    book = read(
        f"script: {{a: {{alias: first, sequence: []}}}}\nscript two: {{a: {SCRIPT}}}\n"
        "timer: {x: {duration: 5}}\nhomeassistant: {packages: {p: {timer: {x: {duration: 6}}}}}\n"
    )
    assert told(book) == [
        "file.yaml:4: timer.x.duration: given already (file.yaml:3), and that counts: leave one out",
        "file.yaml:2: script.a: there is a script script.a already (file.yaml:1): give this one another name",
    ]
    assert book.scripts["a"].alias == "first"
    assert [owned.fields.node["duration"] for owned in book.owned] == [5]


def test_a_script_has_what_it_can_be_given() -> None:
    book = read(
        "script:\n  tell:\n    alias: Tell\n    icon: mdi:bell\n    mode: queued\n    max: 3\n    fields:\n"
        "      message: {name: Text, required: true, example: Hi, selector: {text: }}\n      to:\n"
        "      tone: {default: low, selector: {selct: {}}}\n    variables: {x: 1}\n    sequence: [{delay: 1}]\n"
    )
    script = book.scripts["tell"]
    assert (script.kind, script.alias, script.icon, script.mode, script.most) == (
        "script",
        "Tell",
        "mdi:bell",
        "queued",
        3,
    )
    assert [(field.name, field.label, field.required, field.default) for field in script.fields] == [
        ("message", "Text", True, None),
        ("to", "", False, None),
        ("tone", "", False, "low"),
    ]
    assert (script.fields[0].selector, script.fields[0].example) == ({"text": None}, "Hi")
    assert told(book) == ["file.yaml:10: fields.tone.selector: there is no selector 'selct'; did you mean select?"]
    assert book.problems[0].rule == "script.tell"


def test_a_scene_wants_states_and_attributes() -> None:
    """Documented: a state by itself or a mapping with `state`; YAML's on is the text on."""
    book = read(
        "- id: '17'\n  name: Film Night\n  icon: mdi:film\n  entities:\n    light.a: on\n"
        "    Light.B: {state: on, brightness: 5, rgb: [1, 2]}\n    input_number.x: 5\n  metadata: {}\n"
    )
    scene = book.scenes["film_night"]
    assert (scene.name, scene.given, scene.icon, scene.line) == ("Film Night", "17", "mdi:film", 1)
    assert {id: (wanted.state, wanted.attributes) for id, wanted in scene.entities.items()} == {
        "light.a": ("on", {}),
        "light.b": ("on", {"brightness": 5, "rgb": [1, 2]}),
        "input_number.x": ("5", {}),
    }


def test_packages_from_a_folder_know_their_files(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "one.yaml").write_text(f"\nautomation: [{RULE % 'a'}, {RULE % 'b'}]\ntimer: {{x: }}\n")
    (tmp_path / "packages" / "two.yaml").write_text(
        "\n\nautomation: [{id: c, triggers: [], action: [{x: y}]}]\nmqtt: {}\n"
    )
    (tmp_path / "configuration.yaml").write_text("homeassistant:\n  packages: !include_dir_named packages\n")
    reader, book = Reader(Sources(tmp_path), Templates()), Book()
    for _ in reader.read(Source(reader.sources, tmp_path / "configuration.yaml").load(), book):
        pass
    assert {id: (rule.file, rule.line) for id, rule in book.rules.items()} == {
        "a": ("packages/one.yaml", 2),
        "b": ("packages/one.yaml", 2),
    }
    assert [text.split(": ")[0] for text in told(book)] == ["packages/two.yaml:4", "packages/two.yaml:3"]
    assert (book.owned[0].file, book.owned[0].line) == ("packages/one.yaml", 3)


PACKAGES = """
homeassistant:
  packages:
    one: {input_boolean: {guests: {icon: mdi:bed}}, script: {night: {sequence: [{delay: 2}], mode: queued}}}
    two: {input_boolean: {guests: {name: Others}, party: }, automation: {id: b, triggers: [], actions: []}}
input_boolean: {guests: {name: Guests}, party: {name: Party}}
automation: {id: a, triggers: [], actions: []}
script:
  night:
    alias: Night
    fields: {who: {name: Who}}
    sequence: {delay: 1}
"""


def test_packages_are_put_together_key_by_key() -> None:
    """Mappings are merged and lists follow each other; what can be given once only is told, and the first counts."""
    book = read(PACKAGES)
    assert shape(book) == {
        "rules": ["a", "b"],
        "scripts": ["night"],
        "owned": ["input_boolean.guests", "input_boolean.party"],
    }
    guests = next(owned for owned in book.owned if owned.object_id == "guests")
    assert dict(guests.fields.node) == {"name": "Guests", "icon": "mdi:bed"}
    night = book.scripts["night"]
    assert (night.alias, night.mode, len(night.program.steps), night.line) == ("Night", "queued", 2, 9)
    assert told(book) == [
        "file.yaml:5: input_boolean.guests.name: given already (file.yaml:6), and that counts: leave one out",
        "file.yaml:5: input_boolean.party: given already (file.yaml:6), and that counts: leave one out",
    ]


def test_a_fault_in_a_merged_script_is_told_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "two.yaml").write_text("\nscript:\n  night:\n    sequence:\n      - delay: soon\n")
    entry = tmp_path / "configuration.yaml"
    entry.write_text(
        "homeassistant: {packages: !include_dir_named packages}\nscript: {night: {sequence: [{delay: 1}]}}\n"
    )
    sources, book = Sources(tmp_path), Book()
    for _ in Reader(sources, Templates()).read(Source(sources, entry).load(), book):
        pass
    assert [problem.rule for problem in book.problems] == ["script.night"]
    assert told(book)[0].startswith("packages/two.yaml:5: sequence[1].delay: 'soon' is no length of time")


@pytest.mark.parametrize(
    ("first", "second", "held"),
    [
        ("{a: 1}", "{b: 2}", {"a": 1, "b": 2}),
        ("{a: [1]}", "{a: [2, 3]}", {"a": [1, 2, 3]}),
        ("{a: 1}", "{a: [2]}", {"a": [1, 2]}),
        ("{a: }", "{a: 1}", {"a": 1}),
        ("{a: {b: 1}}", "{a: {c: 2}}", {"a": {"b": 1, "c": 2}}),
        ("{a: 1}", "{a: {}}", {"a": 1}),
        ("{a: 1}", "{a: {b: 2}}", {"a": 1, "told": "way.a"}),
        ("{a: {b: 1}}", "{a: {b: 2}}", {"a": {"b": 1}, "told": "way.a.b"}),
        ("{a: 1}", "{a: 2}", {"a": 1, "told": "way.a"}),
        ("{a: 1}", "{a: }", {"a": 1, "told": "way.a"}),
    ],
)
def test_merging(first: str, second: str, held: dict[str, object]) -> None:
    one, other = yaml_read(first).root, yaml_read(second).root
    twice: list[str] = []
    made = merged(one, other, lambda way, place, before: twice.append(way), "way")
    assert made | ({"told": twice[0]} if twice else {}) == held
    assert set(made.lines) == set(made)
    assert one == yaml_read(first).root
