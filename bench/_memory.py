"""Peak memory of the processes of a run, by what they are."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from contracts.settings import Settings
from local_stack import supervision


class Peaks:
    """The most each role held at once, and the most all held together, in bytes (shared pages counted once)."""

    def __init__(self) -> None:
        self.by_role: Counter[str] = Counter()
        self.together = 0

    def take(self, held: Counter[str]) -> None:
        """Take one sample in."""
        self.by_role |= held
        self.together = max(self.together, held.total())


@contextmanager
def watched(settings: Settings, program: int, role: str) -> Iterator[Peaks]:
    """Samples the stack's services and the program with its children four times a second."""
    peaks, over = Peaks(), threading.Event()
    services = {state.name: psutil.Process(state.pid) for state in supervision.states(settings) if state.pid}

    def sample() -> None:
        while not over.wait(0.25):
            peaks.take(held(services, program, role))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def held(services: dict[str, psutil.Process], program: int, role: str) -> Counter[str]:
    """Bytes by service, by `role` for the program, and by kind for what the program started."""
    found: Counter[str] = Counter({name: _bytes(process) for name, process in services.items()})
    try:
        main = psutil.Process(program)
        found[role] += _bytes(main)
        for child in main.children(recursive=True):
            found["Spark's JVM" if child.name() == "java" else "Spark's Python workers"] += _bytes(child)
    except psutil.Error:
        pass  # it has just ended
    return found


def _bytes(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return 0
    return getattr(full, "pss", full.rss)
