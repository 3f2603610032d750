"""Who lives here and what each of them may: retained, said by `people`, heard by every process that lets anybody do
something.

What is said is what is in force now. Hours of the day, guests' days and who is locked out are reckoned by `people`
alone; whoever enforces needs no calendar. The one table stands in the store of `people`; what is here is made of it.
"""

from datetime import datetime
from typing import Final, Literal

from homeserver.topics.record import record
from homeserver.topics.topic import Retained

PersonRole = Literal["owner", "adult", "child", "guest", "service"]
"""What somebody is here. A service is a program with a key of its own: it may what its grants name, and nothing
else."""
Verb = Literal["see", "control", "edit"]
VERBS: Final[tuple[Verb, ...]] = ("see", "control", "edit")
"""In rising order: who may control an entity sees it, who may edit one controls it."""
Scope = Literal["all", "domain", "area", "label", "entity", "call"]
"""What a grant is about. `call`: a call of a worker, `rules.check`, or all of one, `rules.*`."""


@record
class Grant:
    """One line of what somebody may. `allow`: `verb` and all that comes before it. Else: not `verb`, nor what comes
    after it. `what`: an id as `scope` says, empty for `all`. `own`: given to this very person, not to a role.

    Of lines that contradict each other the one about the narrower scope holds (in the order of `Scope`, entity last),
    then the person's own, then the one that forbids.
    """

    scope: Scope
    what: str
    verb: Verb
    allow: bool = True
    own: bool = False


@record
class Ahead:
    """What somebody may from a moment to come on, in place of what he may before it; `until` as that of `Person`."""

    begins: datetime
    grants: tuple[Grant, ...] = ()
    until: datetime | None = None


@record
class Person:
    """Somebody who may come in now. `name` is for people; the login is `person.<id>`. `epoch` rises when every key and
    session is to end. After `until` nothing here counts any more; None: no end is in sight. `ahead`: what is in force
    after the next changes of hours, in order, so that they come to the second, whoever is late to say so."""

    name: str
    role: PersonRole
    grants: tuple[Grant, ...] = ()
    epoch: int = 0
    until: datetime | None = None
    ahead: tuple[Ahead, ...] = ()


@record
class Reach:
    """What somebody's own login at the broker may, of those who have one: the same grants, spelt out for an access
    list. A `*` stands for all of its kind.

    see       entities whose state and configuration he may read
    control   entities that he may see and command
    registry  entries that he may read: `entity/light.hall`, `area/kitchen`
    calls     what he may call: `rules.check`
    until     after it nothing of this holds; None: no end is in sight
    """

    see: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    registry: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    until: datetime | None = None


PERSON: Final = Retained("people/person/{id}", Person)
REACH: Final = Retained("people/reach/{id}", Reach)
