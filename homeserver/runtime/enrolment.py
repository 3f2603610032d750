"""Enrolment: the logins of all that a home runs itself, each with the rights that its workers' declarations need.

The same for a home that starts its processes itself and for one whose processes others start. Keeps nothing beside the
logins.
"""

import logging
from collections.abc import Iterable

from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.logins import Logins, device_rights
from homeserver.runtime.plan import Plan, Post
from homeserver.runtime.rights import CLIENT, NotForGuestsError, client_rights, rights_of

log = logging.getLogger(__name__)


def enrol(logins: Logins, plan: Plan, home: HomeSettings, more: Iterable[Post] = ()) -> dict[str, str]:
    """Bring the logins of all posts up to date, and that of the command line.

    An outside worker that cannot be given one is taken off the plan; the answer says why, by process.
    """
    refused = {}
    for post in (*plan.posts.values(), *more):
        try:
            enrol_post(logins, plan, post, home)
        except NotForGuestsError as error:
            refused[post.process] = str(error)
        except Exception as error:
            if not post.guest:
                raise
            log.exception("the outside worker %s cannot be loaded", ", ".join(post.workers))
            # somebody else's fault must not keep the home from starting
            refused[post.process] = f"it cannot be loaded: {type(error).__name__}: {error}"
    for process in refused:
        del plan.posts[process]
    logins.ensure(CLIENT, *client_rights(home.root))
    return refused


def enrol_post(logins: Logins, plan: Plan, post: Post, home: HomeSettings) -> None:
    """The login of one process and those of the devices that it speaks as; raises `NotForGuestsError`."""
    logins.ensure(post.login, *rights_of(post, plan.kinds(post), home.root))
    for device in post.devices:
        logins.ensure(device_login(device), *device_rights(device, root=home.root, prefix=home.discovery_prefix))


def device_login(device: str) -> str:
    """The login that a device of this name has."""
    return f"device.{device}"


def secrets_of(post: Post) -> list[str]:
    """The logins whose secrets the process of a post must have."""
    return [post.login, *(device_login(device) for device in post.devices)]
