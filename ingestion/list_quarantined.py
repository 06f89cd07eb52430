"""Lists the messages that broke a rule of the contract, by reason, with examples.

python -m ingestion.list_quarantined [--reason TEXT] [--limit N] [--format table|tsv|json]
"""

import argparse
import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from contracts.problems import Problem
from contracts.settings import load_settings
from warehouse.client import connect
from warehouse.quarantine import Rejected, reasons, rejected

_PAYLOAD_CHARACTERS = 100  # of an example in the table; the other formats give it whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    options = _options(arguments)
    try:
        client = connect(load_settings(), "reader")
        counts, examples = reasons(client, options.reason), rejected(client, options.reason, options.limit)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    if options.format == "table":
        _print_tables(counts, examples)
    else:
        for message in examples:
            sys.stdout.write(_line(message, options.format))
    return 0


def _print_tables(counts: list[tuple[str, str, int]], examples: list[Rejected]) -> None:
    console = Console(highlight=False, soft_wrap=False)
    if not counts:
        console.print("Nothing is in quarantine.")
        return
    by_reason = Table("messages", "topic", "reason", box=None, header_style="bold")
    by_reason.columns[0].justify = "right"
    for topic, reason, count in counts:
        by_reason.add_row(f"{count:,}", topic, reason)
    console.print(by_reason)
    listed = Table("topic:partition:offset", "reason", "message", box=None, header_style="bold")
    for message in examples:
        listed.add_row(message.place, message.reason, repr(message.payload[:_PAYLOAD_CHARACTERS])[1:-1])
    console.print()
    console.print(listed, markup=False)
    console.print("\nMend and send again: ./retail quarantine retry --reason TEXT --set FIELD=VALUE", markup=False)


def _line(message: Rejected, form: str) -> str:
    if form == "json":
        return json.dumps({"place": message.place, "reason": message.reason, "payload": message.payload}) + "\n"
    escaped = message.payload.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
    return f"{message.place}\t{message.reason}\t{escaped}\n"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="quarantine list", description="Messages that broke a rule of the contract.")
    parser.add_argument("--reason", default="", metavar="TEXT", help="only where the reason contains this")
    parser.add_argument("--limit", type=int, default=10, help="examples (default: 10), the last to arrive first")
    formats = ("table", "tsv", "json")
    parser.add_argument("--format", choices=formats, default="table", help="tsv and json: only the messages, whole")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
