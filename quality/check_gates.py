"""Holds what entered (raw) and what people read (reporting) to what is expected of them.

python -m quality.check_gates [raw|reporting|all] [--docs] [--since 2026-01-31T00:00:00Z|24h|7d|now]

Exit code 0: all that is critical holds; 1: it does not; 2: it could not be checked.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from rich.console import Console

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from contracts.tables import PUBLICATION, QUALITY_RESULTS
from quality.gates import raw_gate, reporting_gate
from quality.gates.checkpoint import Checkpoints
from quality.gates.publication import last_published, publications, shown_as_of
from quality.gates.results import as_table, result_rows
from quality.gates.verdicts import Verdict
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.written_rows import write_rows

GATES = (raw_gate.GATE, reporting_gate.GATE)
HOLDS, FAILS, UNCHECKED = 0, 1, 2
_SPAN = {"m": "minutes", "h": "hours", "d": "days"}
_WIDE = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 or 2; 130 after Ctrl-C."""
    options = _options(arguments)
    said = Console(stderr=True, highlight=False)
    try:
        settings = load_settings()
        client = connect(settings)
        create_tables(client)
        gates = GATES if options.gate == "all" else (options.gate,)
        stopped = [_checked(gate, client, settings, options, said) for gate in gates]
    except Problem as problem:
        said.print(f"Not checked. {problem}", style="red", soft_wrap=True)
        return UNCHECKED
    except ClickHouseError as error:
        words = str(error).strip().splitlines()[0][:500]
        said.print(f"Not checked. ClickHouse says: {words}", style="red", soft_wrap=True, markup=False)
        return UNCHECKED
    except KeyboardInterrupt:
        return 130
    return FAILS if any(stopped) else HOLDS


def _checked(gate: str, client: Client, settings: Settings, options: argparse.Namespace, said: Console) -> bool:
    """Judge one gate, write and show what was found; whether it stops what follows."""
    now = datetime.now(UTC)
    run = Checkpoints(gate, now)
    prefix = settings.retail_schema_prefix
    if gate == raw_gate.GATE:
        batch = raw_gate.next_batch(client, options.since)
        verdicts = run.judge(raw_gate.raw_suites(client, batch))
    else:
        batch = None
        _require_models(client, prefix)
        verdicts = run.judge(reporting_gate.reporting_suites(client, prefix, now))
        if not prefix:  # a developer's own databases are published to nobody
            _publish(client, verdicts, run.run_id, now)
    write_rows(client, QUALITY_RESULTS, result_rows(gate, run.run_id, now, verdicts, batch))
    _show(gate, verdicts, batch, said)
    if options.docs:
        _show_docs(run.build_docs(settings.home / "quality" / gate, verdicts), options.open, said)
    return any(verdict.stops for verdict in verdicts)


def _require_models(client: Client, prefix: str) -> None:
    if not client.command(f"EXISTS TABLE {prefix}intermediate.int_sources_dated"):
        raise Problem("There is nothing to read yet: the models are not built.", "Build them with ./retail dbt build.")


def _publish(client: Client, verdicts: list[Verdict], run_id: str, now: datetime) -> None:
    rows = publications(verdicts, shown_as_of(client, ""), last_published(client), run_id, now)
    write_rows(client, PUBLICATION, rows)


def _show(gate: str, verdicts: list[Verdict], batch: raw_gate.Batch | None, said: Console) -> None:
    output = Console(highlight=False)
    output = output if output.is_terminal else Console(highlight=False, width=_WIDE)
    window = f", ingested after {batch.since:%F %T} UTC" if batch else ""
    output.print(as_table(f"Gate {gate}{window}", verdicts), "")
    failed = [verdict for verdict in verdicts if not verdict.success]
    stopping = sum(verdict.stops for verdict in failed)
    said.print(f"{len(verdicts)} expectations, {stopping} critical failures, {len(failed) - stopping} warnings.")
    if stopping and batch:
        said.print("The next check takes these messages again. Once looked into: ./retail quality raw --since now.")


def _show_docs(page: Path, opens: bool, said: Console) -> None:
    said.print(f"Data Docs: {page.as_uri()}", soft_wrap=True)
    if opens:
        import webbrowser

        webbrowser.open(page.as_uri())


def _since(text: str) -> datetime:
    """An instant, `now`, or so long ago: 24h, 7d."""
    now = datetime.now(UTC)
    if text == "now":
        return now
    if span := re.fullmatch(r"(\d+)([mhd])", text):
        return now - timedelta(**{_SPAN[span[2]]: int(span[1])})
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("give an instant like 2026-01-31T00:00:00Z, a span like 24h, or now") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./retail quality", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("gate", nargs="?", choices=(*GATES, "all"), default="all", help="which gate (default: all)")
    parser.add_argument(
        "--since", type=_since, help="raw: messages ingested since then (default: since the last passed)"
    )
    parser.add_argument("--docs", action="store_true", help="make the Data Docs site, and say where it is")
    parser.add_argument("--open", action="store_true", help="with --docs: open it in a browser")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
