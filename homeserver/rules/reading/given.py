"""What a file says of one entity that the rules are to own: a helper, a script, a scene, a sensor of a template."""

from typing import TYPE_CHECKING

from homeserver.topics.record import record

if TYPE_CHECKING:
    from homeserver.rules.owned.thing import Thing
    from homeserver.rules.rule import Compiled


@record
class Given:
    """`thing` is what was made of it, at rest: whoever takes it lets it begin. `print` tells whether it changed since it
    was last read. `compiled` is what a script does."""

    entity_id: str
    file: str
    line: int
    print: str
    thing: "Thing"
    compiled: "Compiled | None" = None
