"""Ids that things had before they got their present ones, and that still lead to them: those of one kind."""


class Former:
    """`now` tells the present id by a former one, `of` the former ids by the present one."""

    def __init__(self) -> None:
        self.now: dict[str, str] = {}
        self.of: dict[str, tuple[str, ...]] = {}

    def learn(self, id: str, former: tuple[str, ...]) -> None:
        """What an entry says of a thing; nothing once there is no entry."""
        for one in self.of.pop(id, ()):
            if self.now.get(one) == id:  # else another thing has it by now
                del self.now[one]
        if former:
            self.of[id] = former
            self.now.update(dict.fromkeys(former, id))
