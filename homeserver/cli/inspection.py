"""What the command line can tell of this machine, for the terminal and for the keeper of a running home alike."""

from collections.abc import Callable, Iterable

from homeserver import workers
from homeserver.cli import examinations
from homeserver.cli.examinations import Finding
from homeserver.runtime import inspection_words as words
from homeserver.runtime.inspecting import Inspection
from homeserver.runtime.journal import Journal
from homeserver.runtime.settings import Setting, Settings
from homeserver.runtime.settings_file import FILE


def inspection_of(
    settings: Settings, rows: Iterable[Setting], journal: Journal, pids: Callable[[], dict[str, int]]
) -> Inspection:
    """`rows`: the settings that the home was started with."""
    lines = [words.SettingLine(name=row.name, value=row.value, source=row.source) for row in rows]
    data = settings.home.data
    return Inspection(journal, lambda: _told(of_machine(settings)), lambda: lines, data / FILE, pids, data)


def _told(findings: list[Finding]) -> list[words.Finding]:
    return [words.Finding(what=one.what, state=one.state, found=one.found, cost=one.cost) for one in findings]


def of_machine(settings: Settings) -> list[Finding]:
    """All that can be looked at without asking the home."""
    home = settings.home
    return [
        examinations.python(),
        examinations.mosquitto(),
        examinations.uvloop(),
        examinations.data_folder(home.data),
        examinations.audit(home.data),
        examinations.logins(home.data),
        examinations.listeners(home.data),
        examinations.rules_folder(home.rules),
        *(examinations.port(home, what) for what in ("mqtt", "http")),
        *(_worker(name) for name in workers.names()),
    ]


def _worker(name: str) -> Finding:
    try:
        kind = workers.kind(name)
    except (LookupError, TypeError) as error:
        return Finding(f"worker {name}", "bad", str(error), "It does not run; the rest of the home does.")
    return Finding(f"worker {name}", "good", f"{kind.__module__}, answers {len(kind.table.answers)} calls")
