"""What the quality gates found: tables of `monitoring` that they write, and dbt and its readers read."""

from contracts.tables import PUBLICATION, QUALITY_RESULTS
from warehouse.written_tables import WrittenTable

_WORD = "LowCardinality(String)"
_INSTANT = "DateTime64(3, 'UTC')"


def _for_400_days(column: str) -> str:
    return f"toDateTime({column}) + INTERVAL 400 DAY"


QUALITY_TABLES: dict[str, WrittenTable] = {
    # One row per run of a gate, suite and expectation.
    QUALITY_RESULTS: WrittenTable(
        {
            "run_id": "String",
            "gate": _WORD,  # raw, reporting
            "suite": _WORD,
            "expectation": _WORD,  # its type, as Great Expectations calls it
            "column": "String",  # of the figures that it judges; two are joined by a comma
            "says": "String",  # in a sentence
            "severity": _WORD,  # critical: what follows stops; warning: it is shown
            "success": "Bool",
            "checked": "Int64",  # figures that were judged
            "unexpected": "Int64",  # of them
            "observed": "String",
            "expected": "String",
            "sample": "String",  # JSON: the first of what was not expected, by topic, source, view, ...; of no person
            "batch_from": _INSTANT,  # of a raw batch: rows ingested after this
            "batch_to": _INSTANT,  # and until this
            "run_at": _INSTANT,
        },
        ("gate", "run_at", "run_id", "suite", "expectation", "column", "severity"),
        "run_at",
        kept_until=_for_400_days("run_at"),
    ),
    # One row per source and check of what is published.
    PUBLICATION: WrittenTable(
        {
            "run_id": "String",
            "source": _WORD,
            "status": _WORD,  # ok, amber
            "as_of": _INSTANT,  # of the last figures that were ok; where none ever were, of those that are shown
            "reason": "String",  # '' if ok
            "since": _INSTANT,  # the status is what it is since this check
            "checked_at": _INSTANT,
        },
        ("source", "checked_at"),
        "checked_at",
        kept_until=_for_400_days("checked_at"),
    ),
}
