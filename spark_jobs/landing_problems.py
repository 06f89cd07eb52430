"""Why a landing run broke off, in a sentence."""

import re

from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import RAW
from spark_jobs.kafka_log import unreachable
from spark_jobs.session import log_file

_OURS = re.compile(r"contracts\.problems\.Problem: (.*)|(?:warehouse|spark_jobs)\.\w+\.\w+Error: (.*)")
_SAID = re.compile(r"Code: \d+\. DB::Exception: .{0,200}")
_LOST = ("data may have been lost", "KAFKA_DATA_LOSS", "OffsetOutOfRange", "have been aged out", "may have been missed")
_BROKER = ("TimeoutException", "DisconnectException", "UnknownTopicOrPartition", "No resolvable bootstrap")
_CONCURRENT = ("CONCURRENT_STREAM_LOG_UPDATE", "concurrently", "Multiple streaming")
_DATABASE = ("OperationalError", "DatabaseError", "ProtocolError")


def explained(error: Exception, settings: Settings) -> Problem:
    """The Problem behind an exception of Spark's."""
    text = str(error)
    if ours := _OURS.search(text):
        return Problem((ours[1] or ours[2]).strip())
    if any(word in text for word in _LOST):
        return Problem(
            "Kafka no longer has offsets that were not landed yet: events are lost.",
            f"To go on without them delete {settings.home / 'checkpoints'} and land again.",
        )
    if "UNKNOWN_TABLE" in text and f"{RAW}.door_" in text:
        return Problem("A newer landing run has taken over.", "Look who started it.")
    if any(word in text for word in _CONCURRENT):
        return Problem("Another landing run works on the same checkpoint.", "Stop one of the two.")
    if any(word in text for word in _DATABASE):
        said = _SAID.search(text)
        reason = said[0] if said else "it went away"
        return Problem(f"ClickHouse did not take a batch ({reason}).", "See its log, then land again.")
    if any(word in text for word in _BROKER):
        return unreachable(settings, _line(text, _BROKER))
    return Problem(
        f"Landing broke off: {text.strip().splitlines()[0]}",
        f"See {log_file(settings, 'landing')}; nothing is lost or doubled.",
    )


def _line(text: str, words: tuple[str, ...]) -> str:
    line = next(line for line in text.splitlines() if any(word in line for word in words))
    return line.strip()[:300]
