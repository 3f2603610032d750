"""Files of rules tell of everything in the home and may do everything in it: who sees all reads them, owners write."""

from typing import Any

from tests.bridge.isolation.checks import Count
from tests.bridge.isolation.house import STRANGERS, THINGS, USERS, House, leaks

EVERYBODY = (*USERS, *STRANGERS)
READING = ("files", "read", "file_log", "file_diff")
WRITING = ("write", "remove", "restore")
MORE: dict[str, dict[str, Any]] = {"write": {"text": "[]"}, "restore": {"version": 1}}


async def test_who_may_read_and_write_them(house: House, count: Count) -> None:
    file = house.core.process.settings.home.rules / "hall.yaml"
    for entity_id in THINGS:
        text = f"- triggers: []\n  actions: [{{action: {entity_id}.x}}]"
        for who in EVERYBODY:
            async with house.rest(who) as client:
                answer = await house.during(client.post("/api/calls/rules/check", json={"text": text}))
                count.check(not leaks(who, answer.text, entity_id), who, answer.text)
    file.write_text("".join(f"# {mark}\n" for mark, _ in THINGS.values()))
    for who in EVERYBODY:
        async with house.rest(who) as client:
            for verb in (*READING, *WRITING):
                body = {} if verb == "files" else {"path": "hall.yaml", **MORE.get(verb, {})}
                answer = await house.during(client.post(f"/api/calls/rules/{verb}", json=body))
                denied = 401 if who in STRANGERS else 403
                if USERS.get(who) != "owner":  # adam is an adult who does not see one room
                    count.check(answer.status_code == denied, who, verb, answer.text)
                elif verb in READING:
                    count.check(answer.status_code == 200, who, verb, answer.text)
                else:
                    count.check(answer.status_code in (404, 409), who, verb, answer.text)
                count.check(not leaks(who, answer.text), who, verb, answer.text)
    assert file.exists()
