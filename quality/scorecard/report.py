"""Grades as tables: for the terminal, and as Markdown."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rich.table import Table

from quality.scorecard.grading import Grade
from quality.scorecard.subjects import ERROR, SHARE

_HEADINGS = {ERROR: "error", "naive": "naive", SHARE: "right", "aim": "aim"}
LEGEND = (
    "error: inferred ÷ truth − 1, or a mean error as a share of the truth; right: share of what was inferred rightly;"
    " naive: the same score of the simple rule; aim: how large the error may be at most."
)


def as_tables(grades: Iterable[Grade]) -> Iterable[Table | str]:
    """A table, or a sentence, per subject."""
    for grade in grades:
        if not grade.rows:
            yield f"{grade.subject.title}: {grade.missing or 'nothing to grade.'}"
            continue
        cells = _cells(grade.rows)
        table = Table(*cells[0], title=grade.subject.title, title_justify="left", box=None, header_style="bold")
        for column in table.columns[_words(grade.rows) :]:
            column.justify = "right"
        for row in cells[1:]:
            table.add_row(*row)
        yield table


def as_markdown(source: str, until: date, grades: Iterable[Grade]) -> str:
    """A page with a section per subject."""
    parts = [f"# Scorecard of {source}", f"Truth of the simulator up to {until}. {LEGEND}"]
    for grade in grades:
        parts += [f"## {grade.subject.title}", grade.subject.about]
        parts.append(_markdown_table(grade.rows) if grade.rows else grade.missing or "Nothing to grade.")
    return "\n\n".join(parts) + "\n"


def headlines(grades: Iterable[Grade]) -> dict[tuple[str, str], str]:
    """The score in total of each subject and measure, as text."""
    found = {}
    for grade in grades:
        for row in grade.rows:
            if row.get("part") == "all" and _score(row) is not None:
                found[grade.subject.title, row["measure"]] = _scored(row)
    return found


def compare(worlds: dict[str, dict[tuple[str, str], str]]) -> list[list[str]]:
    """A row of cells per subject and measure, a column per world, headings first."""
    measures = list(dict.fromkeys(measure for found in worlds.values() for measure in found))
    rows = [[*measure, *(found.get(measure, "") for found in worlds.values())] for measure in measures]
    return [["subject", "measure", *worlds], *rows]


def markdown_rows(cells: Sequence[Sequence[str]], words: int = 2) -> str:
    """Cells, headings first, as a Markdown table; columns after the first `words` are aligned right."""
    rule = ["---"] * words + ["--:"] * (len(cells[0]) - words)
    return "\n".join(f"| {' | '.join(row)} |" for row in (cells[0], rule, *cells[1:]))


def _markdown_table(rows: list[dict[str, Any]]) -> str:
    return markdown_rows(_cells(rows), _words(rows))


def _words(rows: list[dict[str, Any]]) -> int:
    """How many columns at the left hold words."""
    return sum(isinstance(value, str) for value in rows[0].values())


def _cells(rows: list[dict[str, Any]]) -> list[list[str]]:
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    return [[_HEADINGS.get(name, name) for name in names], *([_cell(name, row) for name in names] for row in rows)]


def _cell(name: str, row: dict[str, Any]) -> str:
    value = row[name]
    if value is None or isinstance(value, str):
        return value or ""
    if name == "aim":
        return f"{value:.0%} {'met' if _meets(row) else 'missed'}"
    if name == ERROR or (name == "naive" and ERROR in row):
        return f"{value:+.1%}"
    if name in (SHARE, "naive"):
        return f"{value:.1%}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _scored(row: dict[str, Any]) -> str:
    naive = f" (naive {_cell('naive', row)})" if row["naive"] is not None else ""
    missed = "" if row["aim"] is None or _meets(row) else " ✗"
    return _cell(ERROR if ERROR in row else SHARE, row) + naive + missed


def _score(row: dict[str, Any]) -> float | None:
    return row.get(ERROR, row.get(SHARE))


def _meets(row: dict[str, Any]) -> bool:
    score = _score(row)
    return score is not None and abs(score) <= row["aim"]
