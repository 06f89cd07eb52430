"""Spark reads the topics as landing does and writes nowhere: `python -m bench._spark_reading` prints events/s."""

import sys
import tempfile

from bench.landing import steady_rate
from contracts.settings import load_settings
from spark_jobs.kafka_source import read_messages
from spark_jobs.session import build_session


def main() -> int:
    """Print the rate in steady state."""
    settings = load_settings()
    messages = read_messages(build_session("reading", settings), settings)
    with tempfile.TemporaryDirectory() as checkpoint:
        query = messages.writeStream.format("noop").option("checkpointLocation", checkpoint)
        query = query.trigger(availableNow=True).start()
        query.awaitTermination()
    print(
        steady_rate(
            [(step["numInputRows"], step["durationMs"]["triggerExecution"] / 1e3) for step in query.recentProgress]
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
