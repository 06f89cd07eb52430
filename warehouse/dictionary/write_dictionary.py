"""Writes `$RETAIL_HOME/dbt/data_dictionary.html` from what `./retail docs` (or `./retail dbt docs generate`) left.

python -m warehouse.dictionary.write_dictionary
"""

import json
import sys
from pathlib import Path

from contracts.problems import Problem
from contracts.settings import load_settings
from warehouse.dictionary.entries import Node, entries
from warehouse.dictionary.page import page

NAME = "data_dictionary.html"


def write_dictionary(artefacts: Path, folder: Path) -> Path:
    """The page of dbt's artefacts, into `folder`; types of columns only where there is a catalog. Raises Problem."""
    manifest, catalog = _read(artefacts / "manifest.json"), _read(artefacts / "catalog.json")
    if manifest is None:
        raise Problem(f"There is no manifest in {artefacts}.", "Make one with ./retail docs or ./retail dbt parse.")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / NAME
    file.write_text(page(entries(manifest, catalog)), encoding="utf-8")
    return file


def _read(file: Path) -> Node | None:
    return json.loads(file.read_bytes()) if file.is_file() else None


def main() -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    home = load_settings().home
    try:
        file = write_dictionary(home / "dbt" / "target", home / "dbt")
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stderr.write(f"The data dictionary: {file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
