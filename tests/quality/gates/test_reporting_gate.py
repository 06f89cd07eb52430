"""The gate of what people read: green over views that agree, each expectation red over its own fault."""

from datetime import UTC, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from quality.gates.checkpoint import Checkpoints
from quality.gates.publication import last_published, publications, shown_as_of
from quality.gates.reporting_gate import GATE, reporting_suites
from quality.gates.verdicts import Verdict
from tests.quality.gates.raw_messages import Messages
from warehouse.written_rows import write_rows

NOW = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
_MONEY = "Decimal(18, 2)"
VIEWS = {
    "reporting.sales": f"source String, store_id String, date_key Date, line_type String, currency String, net_amount {_MONEY}",  # noqa: E501
    "reporting.store_comparison": f"source String, store_id String, currency String, net_revenue {_MONEY}, margin_rate Float64, in_stock_rate Float64, revenue_share Float64",  # noqa: E501
    "reporting.category_performance": f"source String, store_id String, category String, currency String, net_revenue {_MONEY}, markdown_rate Float64",  # noqa: E501
    "reporting.seasonal_patterns": "source String, seasonal_index Float64",
    "reporting.customer_behavior_analysis": "source String, customers Int64",
    "reporting.inventory_turnover_analysis": "source String, store_id String, gmroi Float64",
    "reporting.warehouse_summary": "source String, figure String, value String",
    "intermediate.int_sources_dated": "source String, as_of DateTime64(3, 'UTC')",
    "monitoring.completeness": "source String, store_id String, date_key Date32, is_closed Bool, is_complete Bool",
}
# Each shop sells for 10.00 on each of thirty days.
SHOP = """
    INSERT INTO reporting.sales SELECT '{0}', 's1', toDate('2026-01-30') + number, 'merchandise', 'EUR', 10
        FROM numbers(30);
    INSERT INTO reporting.store_comparison VALUES ('{0}', 's1', 'EUR', 300, -0.1, 0.95, 1);
    INSERT INTO reporting.category_performance VALUES
        ('{0}', 's1', 'tea', 'EUR', 200, 0), ('{0}', 's1', 'mug', 'EUR', 100, 1);
    INSERT INTO reporting.seasonal_patterns VALUES ('{0}', 1.2);
    INSERT INTO reporting.customer_behavior_analysis VALUES ('{0}', 3);
    INSERT INTO reporting.inventory_turnover_analysis VALUES ('{0}', 's1', 2.5);
    INSERT INTO reporting.warehouse_summary VALUES ('{0}', 'revenue, EUR', '300.00'), ('', 'rows of fact_sales', '30');
    INSERT INTO intermediate.int_sources_dated VALUES ('{0}', '2026-03-01 00:00:00');
    INSERT INTO monitoring.completeness SELECT '{0}', 's1', toDate32('2026-02-01') + number, true, true
        FROM numbers(28);
"""
DAMAGE = {
    "nameless": "INSERT INTO reporting.store_comparison VALUES ('nameless', '', 'EUR', 0, 0, 0, 0)",
    "unseen": "DELETE FROM reporting.seasonal_patterns WHERE source = 'unseen'",
    "above one": "INSERT INTO reporting.store_comparison VALUES ('above one', 's2', 'EUR', 0, 0, 1.01, 0)",
    "below zero": "INSERT INTO reporting.category_performance VALUES ('below zero', 's2', 'tea', 'EUR', 0, -0.01)",
    "more than all": "INSERT INTO reporting.store_comparison VALUES ('more than all', 's2', 'EUR', 0, 0, 0, 1.5)",
    "less than nothing": "INSERT INTO reporting.store_comparison VALUES"
    " ('less than nothing', 's3', 'EUR', 0, 0, 0, -1)",
    "no number": "INSERT INTO reporting.seasonal_patterns VALUES ('no number', nan)",
    "endless": "INSERT INTO reporting.inventory_turnover_analysis VALUES ('endless', 's1', 2e12)",
    "hours late": "ALTER TABLE intermediate.int_sources_dated UPDATE as_of = '2026-02-28 20:00:00'"
    " WHERE source = 'hours late' SETTINGS mutations_sync = 1",
    "days late": "ALTER TABLE intermediate.int_sources_dated UPDATE as_of = '2026-02-26 00:00:00'"
    " WHERE source = 'days late' SETTINGS mutations_sync = 1",
    "a day short": "INSERT INTO monitoring.completeness VALUES ('a day short', 's2', '2026-02-20', true, false)",
    "weeks short": "INSERT INTO monitoring.completeness SELECT 'weeks short', 's2', toDate32('2026-02-01') + number,"
    " true, number > 14 FROM numbers(28)",
    "astray": "INSERT INTO reporting.store_comparison VALUES ('astray', 's2', 'EUR', 0.03, 0, 0, 0)",
}
_MEETS_0, _MEETS_1 = "least, floor", "ceiling, most"
FAULTS = {
    "nameless": ("reporting_views", "empty_keys", "critical", {"view": "store_comparison"}),
    "unseen": ("reporting_rows", "found", "critical", {"source": "unseen", "view": "seasonal_patterns"}),
    "above one": ("reporting_rates", _MEETS_1, "critical", {"column": "in_stock_rate"}),
    "below zero": ("reporting_rates", _MEETS_0, "critical", {"column": "markdown_rate"}),
    "more than all": ("reporting_shares", _MEETS_1, "warning", {"column": "revenue_share"}),
    "less than nothing": ("reporting_shares", _MEETS_0, "warning", {"column": "revenue_share"}),
    "no number": ("reporting_amounts", "not_finite", "critical", {"column": "seasonal_index"}),
    "endless": ("reporting_amounts", "largest", "critical", {"column": "gmroi"}),
    "hours late": ("reporting_freshness", "hours_behind", "warning", {"source": "hours late"}),
    "days late": ("reporting_freshness", "hours_behind", "critical", {"source": "days late"}),
    "a day short": ("reporting_completeness", "complete_share", "warning", {"source": "a day short"}),
    "weeks short": ("reporting_completeness", "complete_share", "critical", {"source": "weeks short"}),
    "astray": ("reporting_totals", "tolerance, difference", "critical", {"source": "astray"}),
}


@pytest.fixture(scope="module")
def verdicts(client: Client) -> tuple[list[Verdict], list[Verdict], list[Verdict]]:
    """Without views, over good ones, and over the same with every fault."""
    empty = _judged(client)
    for view, columns in VIEWS.items():
        client.command(f"CREATE TABLE {view} ({columns}) ENGINE = MergeTree ORDER BY source")
    messages = Messages(client)
    for source in ("good", *DAMAGE):
        for statement in SHOP.format(source).split(";")[:-1]:
            client.command(statement)
        messages.land(datetime(2026, 2, 28, 23, 58, tzinfo=UTC), 1, source=source)
    good = _judged(client)
    for statement in DAMAGE.values():
        client.command(statement)
    return empty, good, _judged(client)


def _judged(client: Client) -> list[Verdict]:
    suites = reporting_suites(client, "", NOW)
    if not client.command("EXISTS TABLE reporting.sales"):
        suites = suites[:1]
    return Checkpoints(GATE, NOW).judge(suites)


Found = tuple[list[Verdict], list[Verdict], list[Verdict]]


def test_good_views_pass(verdicts: Found) -> None:
    """Views that agree meet every expectation, and each suite had something to judge."""
    assert [(one.says, one.offenders) for one in verdicts[1] if not one.success] == []
    assert {one.suite for one in verdicts[1] if not one.checked} == set()


def test_without_views_the_gate_is_shut(verdicts: Found) -> None:
    """Nothing to read is not the same as nothing wrong."""
    assert [one.stops for one in verdicts[0] if not one.column] == [True]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_turns_its_expectation_red(verdicts: Found, fault: str) -> None:
    """The expectation fails and names the view, column or source that does not meet it."""
    suite, column, severity, subject = FAULTS[fault]
    [found] = [one for one in verdicts[2] if (one.suite, one.column, one.severity) == (suite, column, severity)]
    assert not found.success
    assert any(subject.items() <= offender.items() for offender in found.offenders), found.offenders
    assert "good" not in {offender.get("source") for offender in found.offenders}


def test_every_expectation_was_seen_red(verdicts: Found) -> None:
    """Each has a fault of its own; that there are views was seen without any."""
    seen = {fault[:3] for fault in FAULTS.values()} | {("reporting_views", "", "critical")}
    assert {(one.suite, one.column, one.severity) for one in verdicts[1]} == seen


def test_amber_is_of_those_whom_it_concerns(client: Client) -> None:
    """A failure that names a source turns it amber as of its last good figures; one that names none, every source."""
    before, first, second = NOW - timedelta(hours=2), NOW - timedelta(hours=1), NOW
    as_of = {"a": before, "b": before}
    late = Verdict("s", "e", "c", "Views are fresh", "critical", False, 2, "", "", [{"source": "a", "hours": 30}])
    warned = Verdict("s", "e", "c", "Odd", "warning", False, 2, "", "", [{"source": "b"}])
    write_rows(client, "monitoring.publication", publications([warned], as_of, last_published(client), "r1", before))
    assert {source: one.status for source, one in last_published(client).items()} == {"a": "ok", "b": "ok"}

    newer = {"a": first, "b": first}
    write_rows(client, "monitoring.publication", publications([late], newer, last_published(client), "r2", first))
    found = last_published(client)
    assert (found["a"].status, found["a"].since, found["a"].as_of) == ("amber", first, before)
    assert (found["b"].status, found["b"].since, found["b"].as_of) == ("ok", before, first)

    broken = Verdict("s", "e", "c", "Rates", "critical", False, 1, "", "", [{"view": "v", "column": "c"}])
    rows = publications([late, broken], newer, found, "r3", second)
    assert [(row["source"], row["status"], row["since"]) for row in rows] == [
        ("a", "amber", first),
        ("b", "amber", second),
    ]
    assert rows[0]["reason"] == "Not so: views are fresh (30); Not so: rates (v, c)"
    assert rows[1]["reason"] == "Not so: rates (v, c)"


def test_every_source_is_published(client: Client, verdicts: Found) -> None:
    """What the views know, readers are told about."""
    assert set(shown_as_of(client, "")) == {"good", *DAMAGE}
