"""Sends mended messages of the quarantine again, after showing them and asking.

python -m ingestion.retry_quarantined --file MENDED.ndjson
python -m ingestion.retry_quarantined --reason TEXT --set FIELD=VALUE …

What was rejected stays in quarantine. A mended event that keeps its event id is valid once; one whose id is valid in
raw already is not sent. It goes to its topic with the key that the contract gives it.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from ingestion.mended import Mended, mended_by, mended_lines, without_known
from ingestion.publisher import Publisher
from warehouse.client import connect
from warehouse.quarantine import rejected

_SHOWN = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 1 after a sentence on stderr or where nothing was sent."""
    options = _options(arguments)
    try:
        return _retry(options, load_settings())
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1


def _retry(options: argparse.Namespace, settings: Settings) -> int:
    messages = _mended(options, settings)
    good = [message for message in messages if not message.refused]
    _show(good, [message for message in messages if message.refused])
    if options.dry_run or not good:
        return int(not good)
    if not (options.yes or _agreed(len(good))):
        sys.stderr.write("Nothing was sent.\n")
        return 1
    publisher = Publisher(settings)
    publisher.send((message.topic, message.key, message.value) for message in good)
    publisher.flush()
    sys.stderr.write(f"{len(good):,} messages are sent; what was rejected stays in quarantine.\n")
    return 0


def _mended(options: argparse.Namespace, settings: Settings) -> list[Mended]:
    client = connect(settings, "reader")
    if options.file:
        try:
            lines = options.file.read_bytes().split(b"\n")
        except OSError as error:
            raise Problem(f"{options.file} cannot be read: {error.strerror}.") from error
        return without_known(client, mended_lines(options.file.name, lines))
    found = rejected(client, options.reason, options.limit, options.at)
    if not found:
        raise Problem("Nothing in quarantine fits.", "See ./retail quarantine list.")
    return without_known(client, mended_by(dict(options.set), found))


def _show(good: list[Mended], refused: list[Mended]) -> None:
    for message in good[:_SHOWN]:
        sys.stdout.write(f"{message.origin} -> {message.topic} [{message.key.decode()}] {message.value.decode()}\n")
    if len(good) > _SHOWN:
        sys.stdout.write(f"… and {len(good) - _SHOWN:,} more\n")
    for message in refused[:_SHOWN]:
        sys.stderr.write(f"{message.origin} is not sent: {message.refused}\n")
    if len(refused) > _SHOWN:
        sys.stderr.write(f"… and {len(refused) - _SHOWN:,} more are not sent\n")
    sys.stdout.flush()


def _agreed(count: int) -> bool:
    sys.stderr.write(f"Send {'this message' if count == 1 else f'these {count:,} messages'}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="quarantine retry", description="Send mended messages of the quarantine again; shows them and asks first."
    )
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--file", type=Path, help="mended events, one JSON object a line")
    way.add_argument("--set", type=_change, action="append", metavar="FIELD=VALUE", help="VALUE is JSON or a text")
    parser.add_argument("--reason", default="", metavar="TEXT", help="with --set: only where the reason contains this")
    parser.add_argument("--at", default="", metavar="TOPIC:PARTITION:OFFSET", help="with --set: only this message")
    parser.add_argument("--limit", type=int, default=1000, help="with --set: at most so many (default: 1000)")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be sent")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser.parse_args(arguments)


def _change(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise argparse.ArgumentTypeError("say FIELD=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


if __name__ == "__main__":
    sys.exit(main())
