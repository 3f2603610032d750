"""What the tests of the matrix share: counting, asking for what is not there, and what left for a device."""

from typing import Any

from homeserver.topics.services import SERVICES
from tests.bridge.homeassistant.talking import Talk
from tests.bridge.isolation.house import House

ABSENT = "nothing_of_the_kind"


class Count:
    """How much was looked at."""

    def __init__(self) -> None:
        self.checks = 0

    def check(self, holds: bool, *what: object) -> None:
        self.checks += 1
        assert holds, what


def absent_like(entity_id: str) -> str:
    return f"{entity_id.partition('.')[0]}.{ABSENT}"


def wishes(entity_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every service that takes no data, of the thing's own kind and of any kind."""
    domain = entity_id.partition(".")[0]
    own = [name for name, service in SERVICES[domain].items() if _takes_nothing(service.model)]
    asked = [(domain, name) for name in own] + [("homeassistant", name) for name in ("turn_on", "turn_off", "toggle")]
    return [(kind, name, {}) for kind, name in asked]


def _takes_nothing(model: Any) -> bool:
    return not any(field.is_required() for field in model.model_fields.values())


async def commanded(house: House, entity_id: str) -> int:
    topic = f"things/{entity_id.partition('.')[2]}/set"
    return sum(address == topic for address, _, _ in house.bridge_process.published)


async def talk_of(house: House, who: str) -> Talk:
    """A WebSocket of somebody."""
    return await Talk(house).let_in(f"as:{who}")
