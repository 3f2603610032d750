"""`homeserver rules schema`: the schema of rule files, for editors that complete and mark while somebody writes."""

import importlib
from typing import Annotated

import typer

from homeserver.cli.printing import print_json
from homeserver.rules.editor_schema import editor_schema


def schema(
    tests: Annotated[bool, typer.Option("--tests", help="Of the tests beside rules instead.")] = False,
) -> None:
    """Print a JSON Schema of rule files for editors.

    Save it beside the rules and name it in the editor's settings for YAML, or in the first line of a file:
    # yaml-language-server: $schema=rules.schema.json
    """
    made = (
        importlib.import_module("homeserver.rules.testing.schema_of_tests").schema_of_tests if tests else editor_schema
    )
    print_json(made())
