"""What a home runs: its processes, the workers of each, and the logins that they speak with."""

import logging
from collections.abc import Callable, Iterable, Mapping

from homeserver.runtime.worker import Worker
from homeserver.topics.record import record

log = logging.getLogger(__name__)


@record
class Post:
    """One process: its name, its workers, and the device logins it uses. `guest`: an outside package's worker."""

    process: str
    workers: tuple[str, ...]
    devices: tuple[str, ...] = ()
    guest: bool = False

    @property
    def login(self) -> str:
        return f"process.{self.process}"


def guest_post(worker: str) -> Post:
    """An outside worker's own process."""
    return Post(f"x-{worker}"[:32], (worker,), guest=True)


class Plan:
    """The posts of a home. `kind` finds a worker's class by name without running it; it raises LookupError."""

    def __init__(self, posts: Iterable[Post], kind: Callable[[str], type[Worker]]) -> None:
        self.posts = {post.process: post for post in posts}
        self.kind = kind

    def of(self, worker: str) -> Post | None:
        """The post whose process is to run a worker."""
        return next((post for post in self.posts.values() if worker in post.workers), None)

    def add(self, post: Post) -> None:
        self.posts[post.process] = post

    def kinds(self, post: Post) -> Mapping[str, type[Worker]]:
        """The classes of a post's workers, by name."""
        return {name: self.kind(name) for name in post.workers}

    def sound(self) -> dict[str, type[Worker]]:
        """The classes of all workers, without those of guests that cannot be loaded: a fault there is not ours."""
        found: dict[str, type[Worker]] = {}
        for post in self.posts.values():
            try:
                found.update(self.kinds(post))
            except Exception:
                if not post.guest:
                    raise
                log.debug("the outside worker of %s cannot be loaded", post.process, exc_info=True)
        return found
