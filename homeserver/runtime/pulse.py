"""Pulse: asks a process at its health socket how it is. `python -m homeserver.runtime.pulse SOCKET`

Prints the answer and exits with 0 where the process is well, else with 1, also where nobody answers within `PATIENCE`.
Standard library only and quick to start: containers ask every few seconds. Keeps nothing.
"""

import json
import socket
import sys

PATIENCE = 3.0  # seconds
USAGE = "usage: python -m homeserver.runtime.pulse SOCKET"


def ask(path: str) -> str:
    """One line of JSON; raises OSError where nobody answers in time."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(PATIENCE)
        asking.connect(path)
        with asking.makefile(encoding="utf-8") as answer:
            return answer.readline().strip()


def main() -> int:
    if len(sys.argv) != 2:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        answer = ask(sys.argv[1])
        well = json.loads(answer)["healthy"] is True
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"no answer at {sys.argv[1]}: {error}")
        return 1
    print(answer)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
