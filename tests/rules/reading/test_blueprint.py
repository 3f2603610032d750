"""Blueprints: their gaps filled, their faults told with both places, nothing of ours shown to strangers.

Facts: https://www.home-assistant.io/docs/blueprint/schema/ and .../docs/automation/using_blueprints/
"""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.reading.book import Book
from homeserver.rules.reading.rule_file import Reader
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.sources import Sources
from homeserver.view.templates import Templates

MOTION = """blueprint:
  name: Motion light
  description: A light with motion
  domain: automation
  author: Anna
  source_url: https://example.org/motion.yaml
  homeassistant:
    min_version: 2024.6.0
  input:
    motion:
      name: Sensor
      selector:
        entity:
          filter:
            - domain: binary_sensor
    lamps:
      name: Lamps
      icon: mdi:lamp
      collapsed: true
      input:
        lamp:
          selector:
            target: {}
        wait:
          default: 120
          selector:
            number: {min: 0, max: 3600}
    extra:
      default: []
      selector:
        action:
mode: restart
variables:
  seconds: !input wait
trigger:
  platform: state
  entity_id: !input motion
  to: "on"
action:
  - alias: lamp
    service: light.turn_on
    target: !input lamp
  - delay: !input wait
  - choose: []
    default: !input extra
  - if: "{{ seconds > 5 }}"
    then:
      - service: light.turn_off
        target: !input lamp
"""
INSTANCE = """- id: hall
  alias: Hall
  use_blueprint:
    path: anna/motion.yaml
    input:
      motion: binary_sensor.hall
      lamp:
        entity_id: light.hall
"""


def read(root: Path, text: str, *, name: str = "rules.yaml", **blueprints: str) -> Book:
    """`name` with `text`, and blueprints by name below blueprints/automation/anna."""
    for other, body in blueprints.items():
        path = root / "blueprints" / "automation" / "anna" / f"{other}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    reader, book = Reader(Sources(root), Templates()), Book(written={})
    for _ in reader.read(Source(reader.sources, root / name).load(), book):
        pass
    return book


def told(book: Book) -> list[str]:
    return [str(problem) for problem in book.problems]


def written(book: Book, key: str = "hall") -> Any:
    assert book.written is not None
    return book.written[key][0]


def test_an_instance_is_the_blueprint_with_its_gaps_filled(tmp_path: Path) -> None:
    book = read(tmp_path, INSTANCE, motion=MOTION)
    assert told(book) == []
    node = written(book)
    assert node["trigger"] == {"platform": "state", "entity_id": "binary_sensor.hall", "to": "on"}
    assert node["action"][0]["target"] == {"entity_id": "light.hall"}
    assert (node["action"][1], node["action"][2]["default"]) == ({"delay": 120}, [])
    assert node["variables"] == {"seconds": 120}
    assert "blueprint" not in node
    assert "use_blueprint" not in node
    rule = book.rules["hall"]
    assert (rule.alias, rule.mode, rule.file, rule.line) == ("Hall", "restart", "rules.yaml", 1)


def test_triggers_and_conditions_have_lines_of_the_file_of_the_rule(tmp_path: Path) -> None:
    """They are shown with it in traces: of what comes out of the blueprint, the line of its use."""
    more = "  condition:\n    - condition: state\n      entity_id: light.a\n      state: on\n"
    rule = read(tmp_path, f"\n{INSTANCE}{more}", motion=MOTION).rules["hall"]
    assert [trigger.line for trigger in rule.triggers] == [4]
    assert [leaf.line for leaf in rule.leaves][:1] == [11]


def test_what_is_given_counts_before_the_default(tmp_path: Path) -> None:
    more = "      wait: 5\n      extra:\n        - service: light.toggle\n          entity_id: light.b\n"
    node = written(read(tmp_path, INSTANCE + more, motion=MOTION))
    assert node["action"][1] == {"delay": 5}
    assert node["action"][2]["default"] == [{"service": "light.toggle", "entity_id": "light.b"}]


def test_fields_beside_the_use_count_before_those_of_the_blueprint(tmp_path: Path) -> None:
    """Whichever spelling: Home Assistant renames both before it puts them together."""
    book = read(tmp_path, INSTANCE + "  mode: queued\n  triggers: []\n  description: Ours\n", motion=MOTION)
    assert told(book) == []
    assert (book.rules["hall"].mode, book.rules["hall"].description) == ("queued", "Ours")
    assert book.rules["hall"].triggers == ()
    assert "trigger" not in written(book)


def test_is_found_beside_the_file_too(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "own.yaml").write_text(MOTION)
    book = read(tmp_path, INSTANCE.replace("anna/motion", "own"), name="deep/rules.yaml")
    assert told(book) == []


AT = "rules.yaml:4: use_blueprint.path: "


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            ("anna/motion.yaml", "anna/moton.yaml"),
            f"{AT}there is no blueprint 'anna/moton.yaml' in blueprints/automation "
            "or beside this file; did you mean anna/motion.yaml?",
        ),
        (("anna/motion.yaml", "../../../../x.yaml"), f"{AT}'../../../../x.yaml' lies outside the folder of the rules"),
        (("anna/motion.yaml", "anna/motion"), f"{AT}path must end in .yaml, not 'anna/motion'"),
        (
            ("anna/motion.yaml", "anna/script.yaml"),
            f"{AT}blueprints/automation/anna/script.yaml is a blueprint for script",
        ),
        (
            ("anna/motion.yaml", "anna/none.yaml"),
            f"{AT}blueprint blueprints/automation/anna/none.yaml:1: holds no blueprint",
        ),
        (("anna/motion.yaml", "anna/bad.yaml"), f"{AT}blueprint blueprints/automation/anna/bad.yaml:2: no YAML: "),
        (
            ("      motion: binary_sensor.hall\n", ""),
            "rules.yaml:5: use_blueprint.input: input is missing for blueprint "
            "blueprints/automation/anna/motion.yaml: motion (line 10)",
        ),
        (("    path: anna/motion.yaml\n", ""), "rules.yaml:4: use_blueprint.path: path is missing: name the file"),
        (("path: ", "paths: x\n    path: "), "rules.yaml:4: use_blueprint.paths: unknown field 'paths'; did you mean"),
        (
            ("motion: binary_sensor.hall", "motion: !input x"),
            "rules.yaml:6: trigger.entity_id: !input stands in blueprints",
        ),
    ],
)
def test_tells_what_is_wrong_with_the_use(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    blueprints = {"script": MOTION.replace("domain: automation", "domain: script"), "none": "- 1\n", "bad": "a: [\n"}
    book = read(tmp_path, INSTANCE.replace(*change), motion=MOTION, **blueprints)
    assert told(book)[0].startswith(problem)
    assert (list(book.rules), list(book.refused)) == ([], ["hall"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("  name: Motion light", "  nam: x"), "2: blueprint.nam: unknown field 'nam'"),
        (
            ("domain: automation", "domain: scene"),
            "4: blueprint.domain: domain must be one of automation, script, template",
        ),
        (("  domain: automation\n", ""), "2: blueprint.domain: domain is missing"),
        (("2024.6.0", "'2024.6'"), "8: blueprint.homeassistant.min_version: min_version must look like 2024.6.0"),
        (("!input motion", "!input moton"), "37: !input moton: the blueprint has no such input; did you mean motion?"),
        (
            ("        lamp:\n", "        motion:\n"),
            "21: blueprint.input.lamps.input.motion: input 'motion' is there twice",
        ),
    ],
)
def test_tells_what_is_wrong_with_the_blueprint(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    book = read(tmp_path, INSTANCE, motion=MOTION.replace(*change))
    line, text = problem.split(": ", 1)
    assert told(book)[0].startswith(f"{AT}blueprint blueprints/automation/anna/motion.yaml:{line}: {text}")


def test_a_fault_in_the_blueprint_names_the_line_of_the_use_too(tmp_path: Path) -> None:
    book = read(tmp_path, INSTANCE, motion=MOTION.replace('to: "on"', "too: x"))
    assert told(book) == [
        "rules.yaml:3: trigger.too: unknown field 'too'; did you mean to? "
        "(blueprint blueprints/automation/anna/motion.yaml:38)"
    ]


def test_a_fault_in_what_was_given_names_where_it_is_used(tmp_path: Path) -> None:
    more = "      wait: soon\n      extra:\n        - servce: light.toggle\n  mode: fast\n"
    book = read(tmp_path, INSTANCE + more, motion=MOTION)
    assert told(book)[0] == "rules.yaml:12: mode: mode must be one of single, restart, queued, parallel, not 'fast'"
    book = read(tmp_path, INSTANCE + more.replace("  mode: fast\n", ""), motion=MOTION)
    place = "of blueprint blueprints/automation/anna/motion.yaml"
    assert told(book)[0].startswith("rules.yaml:9: action[1].delay: ")
    assert told(book)[0].endswith(f"(input wait {place}:43)")
    assert told(book)[1].startswith("rules.yaml:11: action[2].default[0]: no action is known by servce")
    assert told(book)[1].endswith(f"(input extra {place}:45)")


def test_values_that_do_not_fit_are_doubts(tmp_path: Path) -> None:
    """Home Assistant checks them in its forms only: the rule runs."""
    more = "      wait: 5000\n      wat: 5\n"
    book = read(tmp_path, INSTANCE.replace("binary_sensor.hall", "light.a") + more, motion=MOTION)
    place = "blueprint blueprints/automation/anna/motion.yaml"
    assert told(book) == [
        f"rules.yaml:6: use_blueprint.input.motion: light.a is none of binary_sensor (input motion of {place}:10)",
        f"rules.yaml:9: use_blueprint.input.wait: 5000 is above 3600 (input wait of {place}:24)",
        f"rules.yaml:10: use_blueprint.input.wat: {place} has no input 'wat'; did you mean wait?",
    ]
    assert {problem.severity for problem in book.problems} == {"warning"}
    assert list(book.rules) == ["hall"]


def test_a_newer_blueprint_and_a_strange_selector_are_doubts(tmp_path: Path) -> None:
    body = MOTION.replace("2024.6.0", "2031.1.0").replace("number: {", "nubmer: {")
    book = read(tmp_path, INSTANCE, motion=body)
    assert [text.split(": ", 3)[3] for text in told(book)] == [
        "wants Home Assistant 2031.1.0, whose language may be newer than what is understood here",
        "there is no selector 'nubmer'; did you mean number?",
    ]
    assert list(book.rules) == ["hall"]


@pytest.mark.parametrize("tag", ["!secret password", "!include ../../../secrets.yaml", "!env_var KEY x"])
def test_a_blueprint_of_a_stranger_learns_nothing(tmp_path: Path, tag: str) -> None:
    """Documented: secrets are not supported in blueprints."""
    (tmp_path / "secrets.yaml").write_text("password: hunter2\n")
    book = read(tmp_path, INSTANCE, motion=MOTION.replace("service: light.turn_on", f"service: {tag}"))
    assert len(book.problems) == 1
    assert f"{tag.split()[0]} is not read in blueprints, which may come from strangers" in told(book)[0]
    assert "hunter2" not in told(book)[0]


def test_a_secret_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text("sensor: binary_sensor.hunter2\n")
    book = read(tmp_path, INSTANCE.replace("binary_sensor.hall", "!secret sensor"), motion=MOTION)
    assert told(book) == []
    assert written(book)["trigger"]["entity_id"] == "binary_sensor.hunter2"


def test_what_is_given_is_counted_each_time_it_is_used(tmp_path: Path) -> None:
    """A list of ten thousand in thirty places is more than a file may hold."""
    body = MOTION.replace("default: !input extra", "default: [" + ", ".join(["!input extra"] * 30) + "]")
    more = "      extra: [" + ", ".join(["1"] * 10_000) + "]\n"
    book = read(tmp_path, INSTANCE + more, motion=body)
    assert "more than 200000 values with what was given" in told(book)[0]


def test_what_is_given_counts_as_nested(tmp_path: Path) -> None:
    body = MOTION.replace("default: !input extra", f"default: {'[' * 60}!input extra{']' * 60}")
    book = read(tmp_path, INSTANCE + f"      extra: {'[' * 60}{']' * 60}\n", motion=body)
    assert "nested more than 100 deep with what was given" in told(book)[0]


def test_a_blueprint_beside_rules_is_none_and_is_looked_at(tmp_path: Path) -> None:
    book = read(tmp_path, MOTION)
    assert (told(book), book.rules) == ([], {})
    assert told(read(tmp_path, MOTION.replace("!input wait", "!input wat")))[0].startswith("rules.yaml:34: !input wat")


def test_scripts_and_templates_have_blueprints_too(tmp_path: Path) -> None:
    for domain, body in (
        ("script", "sequence:\n  - delay: !input wait\n"),
        ("template", "sensor:\n  state: !input wait\n"),
    ):
        path = tmp_path / "blueprints" / domain / "own.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(f"blueprint:\n  name: x\n  domain: {domain}\n  input:\n    wait:\n{body}")
    use = "use_blueprint: {path: own.yaml, input: {wait: 3}}"
    book = read(tmp_path, f"script:\n  pause:\n    alias: Pause\n    {use}\ntemplate:\n  - {use}\n")
    assert told(book) == []
    assert book.scripts["pause"].alias == "Pause"
    assert written(book, "script.pause")["sequence"] == [{"delay": 3}]
    assert [(owned.domain, dict(owned.fields.node)) for owned in book.owned] == [("template", {"sensor": {"state": 3}})]
