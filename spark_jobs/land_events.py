"""Lands every event of the three Kafka topics in the raw tables, each offset exactly once.

`python -m spark_jobs.land_events --once` lands what is there and ends; without `--once` it goes on until SIGTERM.
"""

import argparse
import sys
import threading

from contracts.settings import Settings, load_settings
from spark_jobs.hosting import exit_code, host, stop_event
from spark_jobs.landing_stream import Landing
from spark_jobs.landing_watch import LandingSummary


def land(settings: Settings, once: bool, stop: threading.Event | None = None) -> LandingSummary:
    """Land what Kafka holds (`once`), or go on until `stop` is set. Raises Problem."""
    landing = Landing(settings)
    host(settings, landing.name, [landing], once, stop or threading.Event())
    return landing.summary()


def main() -> int:
    """Exit code 0, or 1 after a sentence on stderr."""
    parser = argparse.ArgumentParser(description="Land the events of Kafka in ClickHouse, each offset exactly once.")
    parser.add_argument("--once", action="store_true", help="land what is there, then end")
    once, stop = parser.parse_args().once, stop_event()
    return exit_code(lambda: land(load_settings(), once, stop))


if __name__ == "__main__":
    sys.exit(main())
