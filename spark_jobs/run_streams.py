"""Runs all streams in one Spark session: on a laptop one JVM serves landing, windows and stock.

python -m spark_jobs.run_streams [NAME …] [--once]
"""

import argparse
import sys
import threading
from collections.abc import Sequence
from importlib import import_module

from contracts.settings import Settings, load_settings
from spark_jobs.hosting import exit_code, host, stop_event
from spark_jobs.stream import Stream

# Name, then where the class is that makes it of the settings. A module is imported when its stream is hosted.
STREAMS = {
    "landing": "spark_jobs.landing_stream:Landing",
    "sales": "spark_jobs.sales_streaming:SalesStream",
    "inventory": "spark_jobs.inventory_streaming:InventoryStream",
}


def run_streams(settings: Settings, names: Sequence[str], once: bool, stop: threading.Event) -> None:
    """Run the named streams until they end (`once`) or `stop` is set. Raises Problem."""
    host(settings, "streaming", [_made(name, settings) for name in names], once, stop)


def _made(name: str, settings: Settings) -> Stream:
    module, _, maker = STREAMS[name].partition(":")
    return getattr(import_module(module), maker)(settings)


def main() -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    parser = argparse.ArgumentParser(description="Run streams in one Spark session until Ctrl-C or SIGTERM.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(STREAMS)}; without one: all")
    parser.add_argument("--once", action="store_true", help="work off what Kafka holds, then end")
    options, stop = parser.parse_args(), stop_event()
    if unknown := [name for name in options.names if name not in STREAMS]:
        parser.error(f"there is no stream {unknown[0]!r}; there are: {', '.join(STREAMS)}")
    return exit_code(lambda: run_streams(load_settings(), options.names or list(STREAMS), options.once, stop))


if __name__ == "__main__":
    sys.exit(main())
