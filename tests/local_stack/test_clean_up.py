"""What is deleted, what stays."""

import os
import time
from pathlib import Path

from local_stack.clean_up import delete_old


def _write(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("said")
    written = time.time() - days * 86_400
    os.utime(path, (written, written))
    os.utime(path.parent, (written, written))
    return path


def test_what_is_old_goes_and_the_rest_stays(tmp_path: Path) -> None:
    """Files by their age; a folder that is left empty goes the next time, when it is old too."""
    old, new = _write(tmp_path / "a" / "old.log", 31), _write(tmp_path / "b" / "new.log", 29)
    assert delete_old(tmp_path, 30) == 1
    assert (old.exists(), new.exists()) == (False, True)
    assert delete_old(tmp_path, 30) == 0
