"""Writes or sends the catalogue as it stands on a history's first day, and nothing else.

python -m ingestion.create_sample_data [--world NAME] [--size NAME] [--to FOLDER]
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from contracts.events import CATALOG
from contracts.problems import Problem
from contracts.settings import load_settings
from ingestion.ndjson import NdjsonFiles
from ingestion.publisher import Publisher
from ingestion.simulation.faults import NONE
from ingestion.simulation.message import Message
from ingestion.simulation.run import Run, simulate
from ingestion.simulation.truth import Truth
from ingestion.simulation.world import world_names
from ingestion.sources import claim_source


def catalogue(run: Run) -> list[Message]:
    """The catalogue events of the run's first day."""
    batch = next(simulate(run, run.start, Truth()))
    return [message for message in batch.messages if message.topic == CATALOG]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    options = _options(arguments)
    settings = load_settings()
    try:
        messages = catalogue(Run(options.world, options.size, options.seed, options.source, options.start, NONE))
        if options.to is None:
            claim_source(settings.home, options.source, "simulation", add=options.add_source)
        out = NdjsonFiles(options.to) if options.to else Publisher(settings)
        out.send(messages)
        out.flush()
    except Problem as error:
        sys.stderr.write(f"{error}\n")
        return 1
    where = options.to or settings.kafka_bootstrap
    sys.stderr.write(f"{len(messages):,} catalogue events of {options.source} are in {where}.\n")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="create_sample_data", description="The catalogue events of a world.")
    parser.add_argument("--world", default="grocer", help=f"one of {', '.join(world_names())}")
    parser.add_argument("--size", default="small", help="tiny, small or medium")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--source", default="sample", help="name the events carry")
    today = datetime.now(UTC).date()
    parser.add_argument("--start", type=date.fromisoformat, default=today, help="day the catalogue is of")
    parser.add_argument("--add-source", action="store_true", help="put it beside another source")
    parser.add_argument("--to", type=Path, help="write NDJSON files into this folder instead of sending to Kafka")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
