"""A pipe by which a running statement reads data as if from a file."""

import contextlib
import os
import threading
from collections.abc import Iterable


class Feed:
    """Filled by the thread that talks to the client, emptied by the engine."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()
        self._lock = threading.Lock()

    @property
    def path(self) -> str:
        """The file name the engine reads from."""
        return f"/dev/fd/{self._read_end}"

    def fill(self, chunks: Iterable[bytes]) -> None:
        """Hand over all data; ends early if the statement has ended. Where `chunks` raises, the data has no end yet."""
        with contextlib.suppress(BrokenPipeError):
            for chunk in chunks:
                write_all(self._write_end, chunk)
        self.close()

    def close(self) -> None:
        """The end of the data, for the reader."""
        if self._write_end >= 0:
            os.close(self._write_end)
            self._write_end = -1

    def end(self) -> None:
        """Nobody reads any more."""
        with self._lock:
            if self._read_end >= 0:
                os.close(self._read_end)
                self._read_end = -1


def write_all(fd: int, data: bytes) -> None:
    """Write to a pipe, however often that takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
