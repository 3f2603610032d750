"""A page that a worker brings to the dashboard: announced by the worker, its module fetched by the bridge alone.

The module runs with all rights of whoever opens the page; so the bridge shows only pages of workers that the setting
`bridge.pages` names. Why so: docs/decisions/0040.
"""

from dataclasses import field
from typing import Final

from pydantic import BaseModel

from homeserver.topics.blob import Blob
from homeserver.topics.call import Call, Role
from homeserver.topics.record import record
from homeserver.topics.topic import Retained

LARGEST: Final = 1024 * 1024
"""Bytes of a module."""


@record
class WorkerPage:
    """`titles`: the title in other languages, by their short names; `icon`: one of those of the dashboard; `role`: the
    least that opens it; `sha256`: of the module, in hex."""

    title: str
    sha256: str
    role: Role = "adult"
    icon: str = "code"
    titles: dict[str, str] = field(default_factory=dict)


class AskModule(BaseModel):
    """Give the module of the page, to a process of the home."""


WORKER_PAGE: Final = Retained("worker/{name}/{process}/page", WorkerPage)
MODULE: Final = "page_module"


def page_module(worker: str) -> Call[AskModule, Blob]:
    """The call by which the bridge gets the module; every worker with a page answers it."""
    return Call(worker, MODULE, AskModule, Blob, role="owner", reads=True)
