"""Why a program that hosts streams broke off, in a sentence."""

import re

from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import RAW
from spark_jobs.kafka_log import unreachable
from spark_jobs.session import checkpoint_folder, log_file

_OURS = re.compile(r"contracts\.problems\.Problem: (.*)|(?:warehouse|spark_jobs)\.\w+\.\w+Error: (.*)")
_SAID = re.compile(r"Code: \d+\. DB::Exception: .{0,200}")
_LOST = ("data may have been lost", "KAFKA_DATA_LOSS", "OffsetOutOfRange", "have been aged out", "may have been missed")
_BROKER = (
    "KafkaException",
    "TimeoutException",
    "DisconnectException",
    "UnknownTopicOrPartition",
    "No resolvable bootstrap",
)
_CONCURRENT = ("CONCURRENT_STREAM_LOG_UPDATE", "concurrently", "Multiple streaming")
_DATABASE = ("OperationalError", "DatabaseError", "ProtocolError")


def explained(error: Exception, settings: Settings, program: str) -> Problem:
    """The Problem behind an exception of Spark, ClickHouse or Kafka; a note of `follow` names the stream."""
    text, stream = f"{type(error).__name__}: {error}", getattr(error, "__notes__", [program])[-1]
    if ours := _OURS.search(text):
        return Problem((ours[1] or ours[2]).strip())
    if any(word in text for word in _LOST):
        return Problem(
            f"Kafka no longer has offsets that {stream} did not take yet: events are lost.",
            f"To go on without them delete {checkpoint_folder(settings, stream)} and start it again.",
        )
    if "UNKNOWN_TABLE" in text and f"{RAW}.door_" in text:
        return Problem("A newer landing run has taken over.", "Look who started it.")
    if any(word in text for word in _CONCURRENT):
        return Problem(f"Another run of {stream} works on the same checkpoint.", "Stop one of the two.")
    if any(word in text for word in _DATABASE):
        said = _SAID.search(text)
        reason = said[0] if said else "it went away"
        return Problem(f"ClickHouse did not take a batch of {stream} ({reason}).", "See its log, then start again.")
    if any(word in text for word in _BROKER):
        return unreachable(settings, _line(text, _BROKER))
    return Problem(
        f"The stream {stream} broke off: {str(error).strip().splitlines()[0]}",
        f"See {log_file(settings, program)}; nothing is lost or doubled.",
    )


def _line(text: str, words: tuple[str, ...]) -> str:
    line = next(line for line in text.splitlines() if any(word in line for word in words))
    return line.strip()[:300]
