"""All that an importer may read, and what it may say of it."""

from functools import cached_property
from typing import Any

from homeserver.cli.homeassistant.configuration import Configuration
from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.made_on_pages import MadeOnPages
from homeserver.cli.homeassistant.registries import Registries
from homeserver.home.import_words import Row
from homeserver.topics.record import record


class Source:
    """A configuration folder; each part is read when it is asked for first. Reading raises `Failure`."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    @cached_property
    def registries(self) -> Registries:
        return Registries.read(self.folder)

    @cached_property
    def configuration(self) -> Configuration:
        return Configuration.read(self.folder)

    @cached_property
    def made_on_pages(self) -> MadeOnPages:
        return MadeOnPages.read(self.folder, self.registries)


@record
class Stays:
    """What does not come over: `later` if only not yet, and why, with what a person can do. `names`: which."""

    kind: str
    names: tuple[str, ...]
    why: str
    later: bool = False


@record
class Wanted:
    """A setting of the home as it is there."""

    name: str
    value: Any


@record
class RuleFile:
    """A file for the folder of the rules: its name from there, its text, and the secrets that it names, or that are
    new in it. `marks`: what is remembered of its parts instead of the whole."""

    name: str
    text: str
    secrets: tuple[str, ...] = ()
    is_private: bool = False
    marks: tuple[tuple[str, str], ...] = ()


@record
class Comes:
    """What comes over in files of rules: its kind, and the names of all of it."""

    kind: str
    names: tuple[str, ...]


@record
class Lives:
    """Somebody who lives there, by the id that he has there, and the trackers that tell where he is."""

    key: str
    name: str
    trackers: tuple[str, ...] = ()


Found = Row | Stays | Wanted | RuleFile | Comes | Lives
