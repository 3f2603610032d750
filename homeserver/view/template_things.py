"""Who brought a thing, and what is wrong with it: questions that Home Assistant asks of its integrations.

There are no integrations and no config entries here: the owner of an entity (`EntityConfig.owner`) stands for both, and
the program that announced it (`origin`) is found by its name too.
"""

from collections.abc import Callable
from typing import Any, Final

from homeserver.view.template_questions import Questions

_OWNERS: Final = {"mqtt": "home"}
"""What Home Assistant calls an owner of ours."""
_SHOWN: Final = ("domain", "title", "state", "source", "disabled_by", "pref_disable_polling")


class ThingQuestions(Questions):
    """Owners of entities, open issues, and what is shown to an assistant."""

    def functions(self) -> dict[str, Callable[..., Any]]:
        return {
            "integration_entities": self.integration_entities,
            "config_entry_id": self.config_entry_id,
            "config_entry_attr": self.config_entry_attr,
            "issues": self.issues,
            "issue": self.issue,
            "assist_exposed_entities": self.assist_exposed_entities,
        }

    def integration_entities(self, name: str) -> list[str]:
        """The entities of an owner (`home`, or `mqtt`; `rules`) or of the program that announced them."""
        wanted = _OWNERS.get(name, name)
        if not wanted:
            return []
        return [id for id, config in self.view.configs.items() if config.owner == wanted or _from(config.origin, name)]

    def config_entry_id(self, entity_id: str) -> str | None:
        """The owner of the entity."""
        config = self.view.config(entity_id)
        return config.owner if config is not None else None

    def config_entry_attr(self, config_entry_id: str, attr_name: str) -> Any:
        """`domain`, `title` and `state` of an owner."""
        if attr_name not in _SHOWN:
            raise ValueError(f"there is no {attr_name!r} of a config entry: use one of {', '.join(_SHOWN)}")
        if not any(config.owner == config_entry_id for config in self.view.configs.values()):
            return None
        known = {"domain": config_entry_id, "title": config_entry_id, "state": "loaded", "source": "user"}
        return known.get(attr_name, False if attr_name.startswith("pref") else None)

    def issues(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Home Assistant's repairs; there are none here, where problems are told by each worker."""
        return {}

    def issue(self, domain: str, issue_id: str) -> dict[str, Any] | None:
        """One of them."""
        return self.issues().get((domain, issue_id))

    def assist_exposed_entities(self) -> list[str]:
        """What an assistant may see: every entity that is neither hidden nor disabled."""
        entries = ((id, self.view.entry(id)) for id in self.view.known())
        return [id for id, entry in entries if not entry.hidden and not entry.disabled]


def _from(origin: str | None, name: str) -> bool:
    return origin is not None and origin.lower().startswith(name.lower())
