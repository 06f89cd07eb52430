"""What state is everything in? `python -m local_stack.report_health [--name NAME]` prints it and keeps it."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack.telling import complain, tell
from warehouse.client import connect

SECTIONS = {
    "Data as of (event time, UTC)": """
        SELECT source, toString(as_of) FROM intermediate.int_sources_dated ORDER BY source""",
    "Landed in the last hour": """
        SELECT name, toString(n) FROM (
            SELECT 'sales events' AS name, count() AS n
            FROM raw.raw_sales_events WHERE _ingested_at > now() - INTERVAL 1 HOUR
            UNION ALL
            SELECT 'inventory events', count()
            FROM raw.raw_inventory_events WHERE _ingested_at > now() - INTERVAL 1 HOUR
            UNION ALL
            SELECT 'catalog events', count()
            FROM raw.raw_catalog_events WHERE _ingested_at > now() - INTERVAL 1 HOUR
            UNION ALL
            SELECT 'quarantined, ever', count() FROM raw.quarantine
        )""",
    "dbt in the last 24 hours": """
        SELECT command, concat(
            toString(count()), ' runs, ', toString(round(max(seconds))), ' s the longest, ',
            toString(sum(errors)), ' errors, ', toString(sum(failures)), ' failed tests, ',
            toString(sum(warnings)), ' warnings'
        )
        FROM monitoring.dbt_invocations WHERE started_at > now() - INTERVAL 1 DAY GROUP BY command ORDER BY command""",
    "Store days of the last week that miss tickets": """
        SELECT source, concat(toString(countIf(is_closed AND NOT is_complete)), ' of ', toString(countIf(is_closed)))
        FROM monitoring.completeness
        INNER JOIN intermediate.int_sources_dated USING (source)
        WHERE date_key >= subtractDays(toDate32(as_of), 7) GROUP BY source ORDER BY source""",
}


def main() -> int:
    """Exit code 0, or 1 after a sentence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="health", help="of the file, reports/NAME.md in the home")
    options, settings = parser.parse_args(), load_settings()
    try:
        text = report(connect(settings, "reader"))
    except Problem as problem:
        complain(problem)
        return 1
    tell(text)
    _keep(settings, options.name, text)
    return 0


def report(client: Client) -> str:
    """Markdown, a section for each question."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return "\n".join([f"# Health, {now}", *_sections(client), ""])


def _sections(client: Client) -> Iterator[str]:
    for title, query in SECTIONS.items():
        yield f"\n## {title}\n"
        rows = client.query(query).result_rows
        yield "\n".join(f"- {name}: {value}" for name, value in rows) or "- nothing"


def _keep(settings: Settings, name: str, text: str) -> None:
    folder = settings.home / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text)


if __name__ == "__main__":
    sys.exit(main())
