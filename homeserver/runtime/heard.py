"""What a handler is told about a message beside the message itself."""


class Heard:
    """Where a message was said. Fields:

    where      the parameters of the address, in the topic's order
    address    relative to the root prefix
    snapshot   True for what was already so when we began to listen: no trigger may fire on it
    received   on the clock's monotonic count, so that a `ttl` can be counted from it
    """

    __slots__ = ("address", "received", "snapshot", "where")

    def __init__(self, where: tuple[str, ...], address: str, snapshot: bool, received: float) -> None:
        self.where = where
        self.address = address
        self.snapshot = snapshot
        self.received = received

    @property
    def login(self) -> str:
        """Who spoke, on a topic whose last parameter is `login`; vouched for by the broker."""
        return self.where[-1]

    def __repr__(self) -> str:
        return f"Heard({self.address!r}{', snapshot' if self.snapshot else ''})"
