"""Grade one source: run every subject's query, or say why it cannot run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.tables import TRUTH
from quality.scorecard.subjects import Subject, read_subjects

SOURCES = "select distinct source from truth.demand order by source"
MODELS = ("staging", "intermediate", "core", "kpi", "monitoring")


@dataclass(frozen=True)
class Grade:
    """What came of a subject: rows by column, or in `missing` the words why there are none."""

    subject: Subject
    rows: list[dict[str, Any]] = field(default_factory=list)
    missing: str = ""


class NothingToGradeError(Problem):
    """No truth of that source."""


def graded_sources(client: Client) -> list[str]:
    """Sources whose truth is in the warehouse."""
    if (TRUTH, "demand") not in _tables(client):
        return []
    return [source for (source,) in client.query(SOURCES).result_rows]


def grade(client: Client, source: str, schema_prefix: str = "", subjects: Sequence[Subject] = ()) -> list[Grade]:
    """All subjects, or those given; one whose tables are not there says so. Raises NothingToGradeError."""
    _require_truth(client, source)
    there = _tables(client)
    return [_graded(client, subject, source, schema_prefix, there) for subject in subjects or read_subjects()]


def _require_truth(client: Client, source: str) -> None:
    known = graded_sources(client)
    if source in known:
        return
    has = f"There is truth of {', '.join(known)}." if known else "./retail demo simulates one."
    raise NothingToGradeError(f"There is no truth of {source!r}: only simulated sources can be graded.", has)


def _tables(client: Client) -> set[tuple[str, str]]:
    return {(database, name) for database, name in client.query("select database, name from system.tables").result_rows}


def _graded(client: Client, subject: Subject, source: str, prefix: str, there: set[tuple[str, str]]) -> Grade:
    wanted = {(_database(database, prefix), table) for database, table in subject.tables}
    if missing := sorted(f"{database}.{table}" for database, table in wanted - there):
        return Grade(subject, missing=f"Not graded, for want of {', '.join(missing)}: ./retail dbt build makes it.")
    answer = client.query(_prefixed(subject.query, prefix), {"source": source}, settings={"join_use_nulls": 1})
    return Grade(subject, [dict(zip(answer.column_names, row, strict=True)) for row in answer.result_rows])


def _database(name: str, prefix: str) -> str:
    return prefix + name if name in MODELS else name


def _prefixed(query: str, prefix: str) -> str:
    """The query over a developer's own databases."""
    return re.sub(rf"\b(from|join)\s+(?=(?:{'|'.join(MODELS)})\.)", rf"\1 {prefix}", query)
