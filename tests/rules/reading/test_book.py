"""What is put together of several files: nothing is lost, names are given once."""

from dataclasses import replace

from homeserver.rules.reading.book import Book, Scene
from homeserver.rules.reading.problem import Problem
from homeserver.rules.rule import Compiled

RULE = Compiled("hall", "Hall", "", "a.yaml", 1, "x")
OTHER = replace(RULE, file="b.yaml", line=5)
FAULT = Problem("b.yaml", 5, "hall", "mode", "no")


def books(second: Compiled, *problems: Problem, refused: bool = False) -> Book:
    """A book that has the rule, and then takes in one that has another with the same id."""
    book, other = Book(), Book()
    book.rule(RULE, [], False)
    other.rule(second, list(problems), refused)
    book.add(other)
    return book


def test_of_two_given_ids_the_first_stays() -> None:
    book = books(replace(OTHER, id_line=6), FAULT, refused=True)
    assert (book.rules, book.refused) == ({"hall": RULE}, {})
    assert [str(problem) for problem in book.problems] == [
        "b.yaml:6: id: another rule has the id 'hall' (a.yaml:1): give this one its own"
    ]


def test_an_id_that_was_made_of_a_name_is_made_another() -> None:
    book = books(replace(OTHER, named=False), FAULT, refused=True)
    assert list(book.rules) == ["hall"]
    assert [rule.id for rule in book.refused.values()] == ["hall_2"]
    assert book.problems == [replace(FAULT, rule="hall_2")]
    assert book.problems_of("hall_2") == book.problems


def test_numbers_go_on() -> None:
    book = books(replace(OTHER, named=False))
    again = Book()
    again.rule(replace(OTHER, named=False), [], False)
    book.add(again)
    assert list(book.rules) == ["hall", "hall_2", "hall_3"]
    assert list(again.rules) == ["hall"], "the other book is as it was"


def test_of_two_scripts_the_first_stays() -> None:
    script = replace(RULE, kind="script")
    book, other = Book(), Book()
    book.script(script, [], False)
    other.script(replace(script, file="b.yaml"), [replace(FAULT, rule="script.hall")], True)
    book.add(other)
    assert (book.scripts, book.refused_scripts) == ({"hall": script}, {})
    assert [str(problem) for problem in book.problems] == [
        "b.yaml:1: script.hall: there is a script script.hall already (a.yaml:1): give this one another name"
    ]


def test_scenes_with_one_name_get_numbers() -> None:
    scene = Scene("film", "Film", "", "", {}, "a.yaml", 1, "x")
    book, other = Book(), Book()
    book.scene(scene)
    other.scene(scene)
    other.scene(scene)
    book.add(other)
    assert [(id, made.id) for id, made in book.scenes.items()] == [
        ("film", "film"),
        ("film_2", "film_2"),
        ("film_2_2", "film_2_2"),
    ]


def test_problems_of_whole_files_are_kept() -> None:
    book, other = Book(), Book()
    other.problems.append(Problem("b.yaml", 1, "", "", "is no YAML", "yaml"))
    book.add(other)
    assert book.problems == other.problems
