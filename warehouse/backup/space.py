"""Is there room, before anything is begun."""

import shutil
from pathlib import Path

from contracts.problems import Problem

SPARE_BYTES = 500_000_000  # that must be left afterwards


def require_space(folder: Path, wanted: int, there: int = 0) -> None:
    """Raise Problem unless `wanted` bytes, of which a base has `there`, fit where `folder` lies."""
    free, needed = shutil.disk_usage(folder).free, max(0, wanted - there) + SPARE_BYTES
    if free < needed:
        raise Problem(
            f"{needed / 1e9:.1f} GB are needed where {folder} lies, {free / 1e9:.1f} GB are free.",
            "Free some, or set RETAIL_BACKUP_FOLDER to a folder on another disk.",
        )
