"""Stock levels in a file, as people and other systems exchange them: CSV, a row per day made, location and product.

`from_date` is the first evening on which a level counts; without the column it is the day after `made_date`, the last
day that the levels know of. A later day made replaces an earlier one from then on.
"""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from contracts.problems import Problem

COLUMNS = ("made_date", "from_date", "store_id", "product_id", "reorder_point", "order_up_to")
_NEEDED = set(COLUMNS) - {"from_date"}
_ONE_DAY = timedelta(days=1)


class PolicyLevel(NamedTuple):
    """When the position is below `reorder_point`, order up to `order_up_to`; units."""

    made_date: date
    from_date: date
    store_id: str
    product_id: str
    reorder_point: float
    order_up_to: float


def write_policy_file(path: Path, levels: Iterable[PolicyLevel]) -> int:
    """Write the file as a whole; gives its rows. Raises Problem where it cannot be written."""
    draft = path.with_name(f"{path.name}.tmp")
    rows = sorted(levels)
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
        draft.replace(path)
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.", "Name a file in a folder of yours.") from None
    return len(rows)


def read_policy_file(path: Path) -> list[PolicyLevel]:
    """Its levels, in the order they were made. Raises Problem, which names the line."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.DictReader(file)
            if missing := _NEEDED - set(lines.fieldnames or ()):
                raise Problem(f"{path} has no column {', '.join(sorted(missing))}.", f"It needs {', '.join(COLUMNS)}.")
            return sorted(_level(path, number, line) for number, line in enumerate(lines, start=2))
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.", "./retail policies export FILE makes one.") from None


def _level(path: Path, number: int, line: dict[str, str]) -> PolicyLevel:
    try:
        made = date.fromisoformat(line["made_date"])
        begins = date.fromisoformat(line["from_date"]) if line.get("from_date") else made + _ONE_DAY
        reorder, up_to = float(line["reorder_point"]), float(line["order_up_to"])
    except (TypeError, ValueError):
        raise Problem(f"Line {number} of {path} does not fit.", "Dates are YYYY-MM-DD, levels are numbers.") from None
    if begins <= made or not 0 <= up_to < float("inf") or not reorder <= up_to:
        raise Problem(
            f"Line {number} of {path} cannot be: levels count after they are made, and a level is ordered up to from "
            "below.",
            "Correct made_date, from_date, reorder_point or order_up_to.",
        )
    return PolicyLevel(made, begins, line["store_id"], line["product_id"], reorder, up_to)
