"""A phone's app, as the tests have it."""

from typing import Any

import httpx

from tests.bridge.conftest import Home, client_of

PHONE = {
    "app_id": "org.example.app",
    "app_name": "Example",
    "app_version": "1.0",
    "device_name": "Pixel 7",
    "manufacturer": "Google",
    "model": "Pixel",
    "os_name": "Android",
    "os_version": "16",
    "device_id": "d7",
    "supports_encryption": False,
    "app_data": {"push_websocket_channel": True},
    "of_a_later_version": 1,
}
REGISTRATIONS = "/api/mobile_app/registrations"


class App:
    """An app of a phone, without a key but its webhook."""

    def __init__(self, home: Home, told: dict[str, Any]) -> None:
        self.home = home
        self.told = told
        self.path = f"/api/webhook/{told['webhook_id']}"

    async def say(self, type: str, data: Any = None, **more: Any) -> httpx.Response:
        body = {"type": type, **({} if data is None else {"data": data}), **more}
        async with client_of(self.home.bridge, self.home.client.base_url) as client:
            return await self.home.during(client.post(self.path, json=body))


async def register(home: Home, **more: Any) -> App:
    answer = await home.post(REGISTRATIONS, PHONE | more)
    assert answer.status_code == 201, answer.text
    await home.settle()
    return App(home, answer.json())
