"""How much memory a piece of work takes, the processes it starts included."""

import threading
from types import TracebackType
from typing import Self

import psutil

_EVERY_S = 1.0
_MB = 1 << 20


class PeakMemory:
    """Watches this process, Spark's JVM and Python workers below it: resident megabytes, looked at every second."""

    def __init__(self) -> None:
        self._peak = 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()

    def peak_mb(self) -> float:
        """The most seen so far."""
        return max(self._peak, _resident()) / _MB

    def _look(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._peak = max(self._peak, _resident())


def _resident() -> int:
    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        try:
            total += _own_share(process)
        except psutil.NoSuchProcess:
            continue
    return total


def _own_share(process: psutil.Process) -> int:
    """Workers are forks of one process: what they share is counted once, where the system tells."""
    try:
        full = process.memory_full_info()
        return getattr(full, "pss", full.rss)
    except psutil.AccessDenied:
        return process.memory_info().rss
