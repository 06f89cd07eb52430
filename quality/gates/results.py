"""Verdicts as rows of `monitoring.quality_results`, and as a table for a person."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from quality.gates.raw_gate import Batch
from quality.gates.suites import CRITICAL
from quality.gates.verdicts import Verdict

_NO_BATCH = datetime(1970, 1, 1, tzinfo=UTC)


def result_rows(
    gate: str, run_id: str, run_at: datetime, verdicts: Iterable[Verdict], batch: Batch | None
) -> list[dict[str, Any]]:
    """A row per verdict; what is no batch of raw messages has no window."""
    return [
        {
            "run_id": run_id,
            "gate": gate,
            "suite": one.suite,
            "expectation": one.expectation,
            "column": one.column,
            "says": one.says,
            "severity": one.severity,
            "success": one.success,
            "checked": one.checked,
            "unexpected": len(one.offenders),
            "observed": one.observed,
            "expected": one.expected,
            "sample": one.sample,
            "batch_from": batch.since if batch else _NO_BATCH,
            "batch_to": batch.until if batch else _NO_BATCH,
            "run_at": run_at,
        }
        for one in verdicts
    ]


def as_table(title: str, verdicts: Sequence[Verdict]) -> Table:
    """Failures first, each with an example."""
    table = Table("", "expected", "observed", "limit", "for example", title=title, title_justify="left", box=None)
    for one in sorted(verdicts, key=lambda each: (each.success, each.severity != CRITICAL)):
        table.add_row(_mark(one), *map(escape, (one.says, one.observed, one.expected, _example(one))))
    return table


def _mark(verdict: Verdict) -> str:
    if verdict.success:
        return "[green]✓[/green]" if verdict.checked else "[dim]·[/dim]"
    return "[bold red]✗ critical[/bold red]" if verdict.stops else "[yellow]! warning[/yellow]"


def _example(verdict: Verdict) -> str:
    if not verdict.offenders:
        return ""
    first = ", ".join(f"{name} {value}" for name, value in verdict.offenders[0].items())
    return first if len(verdict.offenders) == 1 else f"{first}, and {len(verdict.offenders) - 1} more"
