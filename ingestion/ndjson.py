"""The stream as files: one line of JSON per event, a file per topic."""

from collections.abc import Iterable
from pathlib import Path


class NdjsonFiles:
    """Takes messages as `Publisher` does and appends their values to `<folder>/<topic>.ndjson`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[str, list[bytes]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def send(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Keep the values until the next flush."""
        for topic, _key, value in records:
            self._lines.setdefault(topic, []).append(value + b"\n")

    def flush(self) -> None:
        """Append what was sent since the last flush."""
        for topic, lines in self._lines.items():
            with (self._folder / f"{topic}.ndjson").open("ab") as file:
                file.writelines(lines)
        self._lines.clear()
