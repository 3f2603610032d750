"""The command `homeserver`: runs the home, looks at it and speaks to it.

Exit codes: 0 done; 1 it failed, as said; 2 wrong usage or settings; 3 no home or broker could be reached; 130 Ctrl+C.
"""

from homeserver.cli.entry import main

__all__ = ["main"]
