"""Find out whether the engine can open a data folder: over some damage it ends its process, so another one tries."""

import re
import subprocess
import sys

from contracts.problems import Problem
from local_stack.clickhouse_server.configuration import Folders

_REASON = re.compile(r"(?:DB::\w*Exception|Poco::Exception|Error)[^:]*: (.*)")


class Trial:
    """A process that opens the folder and closes it again, under way while this one does something else."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        command = [sys.executable, "-m", "local_stack.clickhouse_server.try_data_folder", str(folders.root)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def must_have_worked(self) -> None:
        """Wait for its end. Raises `Problem` with the engine's reason."""
        _, said = self._process.communicate()
        if self._process.returncode:
            reason = _reason(said.decode(errors="replace"))
            raise Problem(
                f"The engine cannot open the data folder {self._folders.data}: {reason}.",
                "Restore it from a backup, or move it away to start empty.",
            )


def _reason(said: str) -> str:
    """The first thing the engine complained of, in one line."""
    found = _REASON.search(said)
    text = " ".join((found.group(1) if found else said).split())
    text = re.sub(r" \([A-Z_]+\)\.?$", "", text)
    return text[:300].rstrip(" .") or "it gave no reason"
