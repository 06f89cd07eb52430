"""Simulates a retail chain into Kafka: a history, and then, if asked, a life that goes on.

python -m ingestion.data_generator [--world NAME] [--size NAME] [--until DATE] [--live [RATE]] …

A second run for the same source sends only what is missing: nothing, the rest of an interrupted history, or the days up
to a later `--until`; what it does not name is as the source was begun. Ctrl-C stops between two events and leaves a
consistent state.
"""

import argparse
import gc
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from ingestion.journal import Entry, alone, read_journal
from ingestion.ndjson import NdjsonFiles
from ingestion.publisher import Publisher
from ingestion.sending import Sender
from ingestion.simulation.chain import horizon
from ingestion.simulation.faults import MODEST, Faults, read_faults
from ingestion.simulation.run import Run
from ingestion.simulation.world import load_world, world_names
from ingestion.sources import claim_source
from ingestion.topics import create_topics

INTERRUPTED = 130
# Events are short-lived and without cycles: looking for cycles less often saves a third of the processor time.
GARBAGE_THRESHOLDS = (200_000, 20, 100)


class Interruption:
    """Turns Ctrl-C and SIGTERM into a wish that is asked for between steps."""

    def __init__(self) -> None:
        self._wished = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._wish)

    def _wish(self, _number: int, _frame: object) -> None:
        self._wished = True

    def __call__(self) -> bool:
        """Whether somebody wants the program to stop."""
        return self._wished


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 after a sentence on stderr, or 130 when it was stopped before the history was whole."""
    options = _options(arguments)
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    settings, stopped = load_settings(), Interruption()
    console = Console(stderr=True)
    try:
        run = _run(options, settings)
        home = options.to or settings.home
        with alone(home, run.source):
            sender = Sender(home, run, _out(options, settings, run.source), stopped)
            done = _history(sender, options.until, console)
            if options.live is not None and done:
                _live(sender, options.live or settings.retail_live_rate, console)
    except Problem as error:
        console.print(str(error), style="red", highlight=False, soft_wrap=True)
        return 1
    return 0 if done else INTERRUPTED


def _run(options: argparse.Namespace, settings: Settings) -> Run:
    """What is asked for; the rest is as in the journal where there is one."""
    entry = read_journal(options.to or settings.home, options.source)
    begun = entry.run if entry else {}
    name, size = options.world or begun.get("world", "grocer"), options.size or begun.get("size", "small")
    seed = begun.get("seed", 7) if options.seed is None else options.seed
    faults = read_faults(options.faults) if options.faults else Faults(**begun["faults"]) if begun else MODEST
    start = options.start or (date.fromisoformat(begun["start"]) if begun else _first_day(options, name, size))
    return Run(name, size, seed, options.source, start, faults, _policy(options, entry))


def _policy(options: argparse.Namespace, entry: Entry | None) -> Path | None:
    """The file of levels that is named, or was before."""
    named = options.policy or (Path(entry.policy) if entry and entry.policy else None)
    return named.resolve() if named else None


def _first_day(options: argparse.Namespace, name: str, size: str) -> date:
    world = load_world(name, size)
    if months := options.months or world.size.months:
        return _months_before(options.until, months)
    return options.until - timedelta(days=horizon(world) - 1)


def _months_before(day: date, months: int) -> date:
    """The first day of a history of so many months that ends on `day`."""
    after = day + timedelta(days=1)
    number = after.year * 12 + after.month - 1 - months
    return date(number // 12, number % 12 + 1, min(after.day, 28))


def _out(options: argparse.Namespace, settings: Settings, source: str) -> Publisher | NdjsonFiles:
    if options.to:
        return NdjsonFiles(options.to)
    create_topics(settings)
    claim_source(settings.home, source, "simulation", add=options.add_source)
    return Publisher(settings)


def _history(sender: Sender, until: date, console: Console) -> bool:
    """Send what is missing of the history. True when it is whole."""
    begun = time.monotonic()
    missing = (until - sender.next_day).days + 1
    if missing <= 0:
        console.print(f"{sender.run.source} is there up to {sender.last_day}: nothing to do.", highlight=False)
        return True
    with _progress(console) as progress:
        task = progress.add_task(f"simulating {sender.run.source}", total=missing, events=0)
        sender.on_day = lambda _day, sent: progress.update(task, advance=1, events=sent)
        sender.history(until)
    seconds = time.monotonic() - begun
    console.print(
        f"{sender.sent:,} events of {sender.run.source} up to {sender.last_day} in {seconds:.0f} s "
        f"({sender.sent / max(seconds, 0.001):,.0f}/s).",
        highlight=False,
    )
    return sender.next_day > until


def _live(sender: Sender, rate: float, console: Console) -> None:
    console.print(f"{sender.run.source} lives on at {rate:g} events/s; Ctrl-C stops it.", highlight=False)
    sender.live(rate)
    console.print(f"{sender.sent:,} events sent, the last of {sender.next_day}.", highlight=False)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"))
    return Progress(*columns, TextColumn("{task.fields[events]:,} events"), TimeElapsedColumn(), console=console)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="data_generator", description="Simulate a retail chain into Kafka.")
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    parser.add_argument("--world", help=f"one of {', '.join(world_names())} (of a new source: grocer)")
    parser.add_argument("--size", help="tiny, small or medium (of a new source: small)")
    parser.add_argument("--seed", type=int, help="of a new source: 7")
    parser.add_argument("--source", default="demo", help="name the events carry")
    parser.add_argument("--until", type=date.fromisoformat, default=yesterday, help="last day (default: yesterday)")
    parser.add_argument("--months", type=int, help="length of a new history (default: the size's)")
    parser.add_argument("--start", type=date.fromisoformat, help="first day of a new history, instead of --months")
    rate = "then live on at so many events a second (without RATE: RETAIL_LIVE_RATE)"
    parser.add_argument("--live", type=_rate, nargs="?", const=0.0, metavar="RATE", help=rate)
    parser.add_argument("--faults", help="none, modest, all, or name=rate,… (of a new source: modest)")
    parser.add_argument("--add-source", action="store_true", help="put it beside another source")
    policy = "file of levels that stores order by instead of their own rule (./retail policies export FILE)"
    parser.add_argument("--policy", type=Path, metavar="FILE", help=policy)
    parser.add_argument("--to", type=Path, help="write NDJSON, journal and truth into this folder instead of Kafka")
    return parser.parse_args(arguments)


def _rate(text: str) -> float:
    rate = float(text)
    if not rate > 0:
        raise argparse.ArgumentTypeError("a rate is above zero")
    return rate


if __name__ == "__main__":
    sys.exit(main())
