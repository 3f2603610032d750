"""`homeserver rules schema`: the schema of rule files, for editors that complete and mark while somebody writes."""

from homeserver.cli.printing import print_json
from homeserver.rules.editor_schema import editor_schema


def schema() -> None:
    """Print a JSON Schema of rule files for editors.

    Save it beside the rules and name it in the editor's settings for YAML, or in the first line of a file:
    # yaml-language-server: $schema=rules.schema.json
    """
    print_json(editor_schema())
