"""What processes need of the machine, as psutil sees it: kept from one look to the next, for a share is of a time."""

import shutil
from pathlib import Path

import psutil

from homeserver import __version__
from homeserver.runtime.inspection_words import MachineLoad, ProcessLoad


class Loads:
    """Knows the processes that it has seen."""

    def __init__(self) -> None:
        self._seen: dict[int, psutil.Process] = {}

    def look(self, pids: dict[str, int], data: Path) -> MachineLoad:
        """Processes by name, one that is gone left out; `data` lies on the disk that is told of."""
        self._seen = {pid: one for pid, one in self._seen.items() if pid in pids.values()}
        memory, disk = psutil.virtual_memory(), shutil.disk_usage(data)
        return MachineLoad(
            version=__version__,
            processes=[load for name, pid in pids.items() if pid and (load := self._of(name, pid)) is not None],
            cores=psutil.cpu_count() or 1,
            memory=memory.total,
            memory_free=memory.available,
            disk=disk.total,
            disk_free=disk.free,
        )

    def _of(self, name: str, pid: int) -> ProcessLoad | None:
        try:
            known = self._seen.get(pid)
            if known is None or not known.is_running():  # the number may be another's by now
                self._seen[pid] = known = psutil.Process(pid)
                known.cpu_percent(None)
                cpu = None
            else:
                cpu = known.cpu_percent(None)
            return ProcessLoad(process=name, cpu=cpu, memory=known.memory_info().rss, since=known.create_time())
        except psutil.Error:
            return None
