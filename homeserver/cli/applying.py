"""Changed logins take effect: a running home's keeper lets its broker read them again. No secret travels."""

from homeserver.cli.client import connected, talk
from homeserver.runtime.logins import Logins
from homeserver.runtime.preparation import write_logins
from homeserver.runtime.running import running
from homeserver.runtime.settings import Settings


def apply_logins(settings: Settings) -> bool:
    """True when a running home has taken them; False when none runs in this data folder."""
    folder = settings.home.mosquitto_folder
    if folder is not None:
        write_logins(folder, Logins(settings.home.data))  # whoever started that Mosquitto lets it read them
    if running(settings.home.data) is None:
        return folder is not None
    talk(_apply(settings))
    return True


async def _apply(settings: Settings) -> None:
    async with connected(settings) as client:
        await client.calls.ask("keeper", "apply_logins", {}, ttl=10.0)
