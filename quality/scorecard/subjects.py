"""What is graded: one SQL file each, beside this module.

A file begins with comments: the title, then what is compared with what. Its query has the parameter `{source:String}`
and gives the columns part, measure, inferred, truth, a score, naive (the score of a simple rule) and aim (the largest
error wished for). The score is a `relative_error` (inferred ÷ truth − 1, or an error as a share of the truth) or a
`share` (of what was right). A matrix has columns of its own.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ERROR, SHARE = "relative_error", "share"
ORDER = (
    "lost_sales",
    "lost_sales_episodes",
    "demand",
    "promotions",
    "unknown_loss",
    "phantom_stock",
    "stock_alerts",
    "root_causes",
    "root_causes_confused",
    "lead_times",
    "duplicates",
    "completeness",
    "sales_anomalies",
    "elasticities",
    "customers_left",
)
_SHARED = {"root_causes": "root_causes_judged", "root_causes_confused": "root_causes_judged"}  # what both begin with
_READS = re.compile(r"\b(?:from|join)\s+(\w+)\.(\w+)")


@dataclass(frozen=True)
class Subject:
    """A title, what is compared in words, the query."""

    name: str
    title: str
    about: str
    query: str

    @property
    def tables(self) -> set[tuple[str, str]]:
        """(database, table) of all that the query reads."""
        return set(_READS.findall(self.query))


def read_subjects() -> list[Subject]:
    """All subjects in the order of the report."""
    return [_read(Path(__file__).with_name(f"{name}.sql")) for name in ORDER]


def _read(path: Path) -> Subject:
    (title, *about), query = _comments_and_query(path)
    if shared := _SHARED.get(path.stem):
        query = _comments_and_query(path.with_stem(shared))[1] + "\n\n" + query
    return Subject(path.stem, title, " ".join(about), query)


def _comments_and_query(path: Path) -> tuple[list[str], str]:
    lines = path.read_text().splitlines()
    length = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    return [line.removeprefix("--").strip() for line in lines[:length]], "\n".join(lines[length:]).strip()
