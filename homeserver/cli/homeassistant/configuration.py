"""What Home Assistant's YAML says: `configuration.yaml` and its packages, items by kind; never secrets."""

from collections.abc import Iterator
from typing import Any, Final

from homeserver.cli.homeassistant.folder import Folder
from homeserver.topics.record import record

FILE: Final = "configuration.yaml"
HELPERS: Final = (
    *("input_boolean", "input_button", "input_datetime", "input_number", "input_select", "input_text"),
    *("timer", "counter", "schedule"),
)
"""Domains of what its pages make and keep in a file of each below `.storage`."""


@record
class Configuration:
    """`parts`: the file itself and each package, by name."""

    parts: dict[str, dict[Any, Any]]

    @classmethod
    def read(cls, folder: Folder) -> "Configuration":
        """Read it; raises `Failure`. Without the file there is nothing."""
        whole = folder.yaml(FILE)
        whole = whole if isinstance(whole, dict) else {}
        core = whole.get("homeassistant")
        packages = core.get("packages") if isinstance(core, dict) else None
        named = packages if isinstance(packages, dict) else {}
        return cls({FILE: whole} | {f"package {name}": part for name, part in named.items() if isinstance(part, dict)})

    @property
    def packages(self) -> list[str]:
        return [name.removeprefix("package ") for name in self.parts if name != FILE]

    @property
    def place(self) -> dict[Any, Any]:
        """The block `homeassistant`, which outweighs what is set on Home Assistant's pages."""
        block = self.parts[FILE].get("homeassistant")
        return block if isinstance(block, dict) else {}

    def blocks(self, domain: str) -> Iterator[Any]:
        """Each block of a domain, `automation kitchen:` among those of `automation`."""
        for part in self.parts.values():
            for key, block in part.items():
                if str(key).split(" ")[0] == domain:
                    yield block

    def items(self, domain: str) -> Iterator[tuple[str, Any]]:
        """The items of a domain with a name to show: lists by `alias`, `name` or `id`, objects by key."""
        for block in self.blocks(domain):
            if isinstance(block, list):
                for number, item in enumerate(block, 1):
                    yield title(item, f"{domain} {number}"), item
            elif isinstance(block, dict) and domain in _NAMED:
                yield from ((str(key), item) for key, item in block.items())
            elif isinstance(block, dict) and block:
                yield title(block, f"{domain} 1"), block


_NAMED: Final = frozenset(("script", *HELPERS))
"""Domains whose YAML is an object of items."""


def title(item: Any, otherwise: str) -> str:
    """What an item is called, to be shown."""
    fields = item if isinstance(item, dict) else {}
    found = next((fields[key] for key in ("alias", "name", "title", "id") if _is_text(fields.get(key))), otherwise)
    return str(found)[:100]


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int) and value != ""
