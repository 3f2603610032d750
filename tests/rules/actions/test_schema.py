"""Arguments are held against the announced schema as far as they are known."""

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field

from homeserver.rules.actions.schema import faults
from homeserver.view.templates import Templates


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: float = Field(ge=0)
    note: str | None = None


class Import(BaseModel):
    """Read a statement."""

    model_config = ConfigDict(extra="forbid")

    account: Annotated[str, Field(min_length=2, max_length=8, pattern="^[a-z]+$")]
    kind: Literal["ofx", "csv"] = "ofx"
    days: int = Field(30, gt=0, lt=400)
    rows: list[Row] = Field(default_factory=list, max_length=3)
    tags: dict[str, int] = {}
    either: int | Row | None = None
    sure: bool = False


SCHEMA = Import.model_json_schema()
TEMPLATE = Templates().compile("{{ 1 }}")


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({"account": "giro"}, []),
        ({"account": "giro", "rows": [{"amount": 1}], "tags": {"a": 1}, "either": None, "days": 30.0}, []),
        ({}, [("", "needs account")]),
        ({"account": 5}, [("account", "must be text, not 5")]),
        ({"account": "x"}, [("account", "must have at least 2 characters")]),
        ({"account": "GIRO"}, [("account", "must look like ^[a-z]+$, not 'GIRO'")]),
        ({"acount": "giro"}, [("", "needs account"), ("acount", "is not known; did you mean account?")]),
        ({"account": "giro", "kind": "ofxx"}, [("kind", "must be one of ofx, csv, not 'ofxx'; did you mean ofx?")]),
        ({"account": "giro", "days": 0}, [("days", "must be more than 0, not 0")]),
        ({"account": "giro", "days": 400}, [("days", "must be less than 400, not 400")]),
        ({"account": "giro", "days": True}, [("days", "must be a whole number, not True")]),
        ({"account": "giro", "sure": "yes"}, [("sure", "must be true or false, not 'yes'")]),
        ({"account": "giro", "rows": {}}, [("rows", "must be a list, not {}")]),
        ({"account": "giro", "rows": [{"amount": 1}] * 4}, [("rows", "must have at most 3 items")]),
        (
            {"account": "giro", "rows": [{"amount": 1}, {"amount": -1}]},
            [("rows[1].amount", "must be at least 0, not -1")],
        ),
        ({"account": "giro", "rows": [{}]}, [("rows[0]", "needs amount")]),
        ({"account": "giro", "tags": {"a": "b"}}, [("tags.a", "must be a whole number, not 'b'")]),
        ({"account": "giro", "either": {"amount": -1}}, [("either.amount", "must be at least 0, not -1")]),
        ("giro", [("", "must be a mapping, not 'giro'")]),
        # what a template decides is not known yet; the rest is
        ({"account": TEMPLATE, "rows": TEMPLATE, "days": 0}, [("days", "must be more than 0, not 0")]),
        (
            {"account": "giro", "rows": [{"amount": TEMPLATE, "x": TEMPLATE}]},
            [("rows[0].x", "is not known; it has amount, note")],
        ),
    ],
)
def test_tells_what_does_not_fit(args: Any, found: list[tuple[str, str]]) -> None:
    assert faults(args, SCHEMA) == found


def test_a_schema_that_refers_to_itself_ends() -> None:
    assert faults({"a": 1}, {"$ref": "#/$defs/x", "$defs": {"x": {"$ref": "#/$defs/x"}}}) == []


def test_what_is_not_known_of_a_schema_is_passed_over() -> None:
    assert (
        faults("x", {"type": "colour", "pattern": "(", "format": "date"}) == [] or faults("", {"type": "colour"}) != []
    )


_PLAIN = (
    st.none() | st.booleans() | st.integers(-500, 500) | st.sampled_from(["", "giro", "ofx", "GIRO", "toolongname"])
)
_ROW = st.dictionaries(st.sampled_from(["amount", "note", "x"]), _PLAIN)
_ARGS = st.fixed_dictionaries(
    {},
    optional={name: _PLAIN | _ROW | st.lists(_ROW, max_size=4) for name in (*Import.model_fields, "other")},
)


@given(_ARGS)
def test_agrees_with_json_schema(args: dict[str, Any]) -> None:
    assert (faults(args, SCHEMA) == []) == Draft202012Validator(SCHEMA).is_valid(args)
