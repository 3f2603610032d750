"""The addresses of this room that need no proof: they are how one comes by one. Keeps nothing."""

from typing import Final

FILES: Final = (
    "/auth/authorize",
    "/auth/welcome",
    "/auth/auth.css",
    "/auth/auth.js",
    "/auth/words.js",
    "/auth/icon.svg",
)
"""The pages for signing in, and what they load; nothing of the home stands in them."""
HEALTH: Final = "/api/health"
SESSION: Final = "/api/session"
OPEN: Final = frozenset(
    {
        *((method, path) for path in FILES for method in ("GET", "HEAD")),
        ("GET", HEALTH),
        ("POST", SESSION),
        ("POST", "/api/auth/welcome"),
        ("POST", "/api/auth/invitations/look"),
        ("POST", "/api/auth/invitations/accept"),
        ("GET", "/auth/providers"),
        ("POST", "/auth/login_flow"),
        ("POST", "/auth/token"),
        ("POST", "/auth/revoke"),
    }
)
"""Method and path."""
FLOW: Final = "/auth/login_flow/"
"""What begins with this is one attempt to sign in, whose id follows: nobody guesses it."""
FLOW_METHODS: Final = ("POST", "DELETE")
