"""A log in a real Kafka, a real engine behind HTTP, and landing runs that can be killed."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count as numbers
from itertools import islice
from pathlib import Path

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from contracts.settings import PROJECT, Settings, process_environment
from contracts.tables import RAW_TABLES
from ingestion.simulation.faults import read_faults
from ingestion.simulation.run import Run as SimulatedRun
from ingestion.simulation.run import simulate
from ingestion.simulation.truth import Truth
from local_stack.chaos.checkpoint import committed_batches
from local_stack.chaos.laboratory import Laboratory
from local_stack.chaos.waiting import wait_until as wait_until

Message = tuple[str, bytes | None, bytes]  # topic, value, key
FAULTS = "duplicate_same_id,duplicate_new_id,late,out_of_order,malformed,corrected,clock_off,back_dated_cost"


@dataclass
class Run:
    """A landing program and everything it started."""

    process: subprocess.Popen[str]

    def signal(self, number: signal.Signals) -> None:
        """To the program, its JVM and its Python workers alike."""
        os.killpg(self.process.pid, number)

    def end(self, seconds: float = 180) -> tuple[int, str]:
        """Wait; exit code and what it said."""
        _, said = self.process.communicate(timeout=seconds)
        return self.process.returncode, said

    def kill(self) -> None:
        """As a power cut would."""
        self.signal(signal.SIGKILL)
        self.process.communicate(timeout=30)


class Lab(Laboratory):
    """One stack; every test gets it with empty topics, empty raw tables and no checkpoint."""

    streams = ("landing",)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._runs: list[Run] = []
        self._messages = _messages()

    def empty(self) -> None:
        """Forget every message, row and checkpoint; the next messages are the first ones again."""
        super().empty()
        self._messages = _messages()

    def produce(self, count: int) -> None:
        """The next so many messages: a chain's year with its faults among texts, random bytes and tombstones."""
        producer = Producer({"bootstrap.servers": self.settings.kafka_bootstrap, "linger.ms": 20})
        for topic, value, key in islice(self._messages, count):
            while True:
                try:
                    producer.produce(topic, value, key=key)
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(60) == 0

    def delete_messages(self) -> None:
        """Let the broker forget everything it holds, as retention would."""
        admin = AdminClient({"bootstrap.servers": self.settings.kafka_bootstrap})
        topics = admin.list_topics(timeout=10).topics
        ends = [TopicPartition(name, number, -1) for name in RAW_TABLES for number in topics[name].partitions]
        for deleted in admin.delete_records(ends).values():
            deleted.result()

    def open_doors(self) -> set[str]:
        """Tables through which some run may insert."""
        doors = "SELECT name FROM system.tables WHERE database = 'raw' AND startsWith(name, 'door_')"
        return {name for (name,) in self.client.query(doors).result_rows}

    def committed_batches(self) -> list[Path]:
        """Spark's commit files, oldest first."""
        return committed_batches(self.checkpoint)

    def start(self, *arguments: str, **changes: object) -> Run:
        """Start the landing program with these settings changed."""
        settings = self.settings.model_copy(update=changes)
        run = Run(
            subprocess.Popen(
                [sys.executable, "-m", "spark_jobs.land_events", *arguments],
                env=process_environment(settings),
                cwd=PROJECT,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        self._runs.append(run)
        return run

    def land(self, **changes: object) -> str:
        """Land what is there; what the program said. Fails the test unless it succeeds."""
        code, said = self.start("--once", **changes).end(240)
        assert code == 0, said
        return said

    def end_runs(self) -> None:
        """Leave no program behind."""
        for run in self._runs:
            if run.process.poll() is None:
                run.kill()
        self._runs.clear()


def _messages() -> Iterator[Message]:
    chance, history = random.Random(1), iter(_history())
    for number in numbers():
        message = next(history, None) if chance.randrange(5) == 0 else None
        yield message or _filler(number, chance)


@cache
def _history() -> list[Message]:
    run = SimulatedRun("grocer", "tiny", 7, "twin", date(2025, 4, 1), read_faults(FAULTS))
    batches = simulate(run, date(2026, 3, 31), Truth())
    return [(message.topic, message.value, message.key) for batch in batches for message in batch.messages]


def _filler(number: int, chance: random.Random) -> Message:
    topic = list(RAW_TABLES)[min(2, chance.randrange(8) // 3)]
    return topic, _payload(number, chance), str(number).encode()


def _payload(number: int, chance: random.Random) -> bytes | None:
    kind = chance.randrange(100)
    if kind == 0:
        return None
    if kind == 1:
        return b""
    if kind == 2:
        return chance.randbytes(chance.randrange(300))
    return b'{"event_id":"%d","event_type":"sale","note":"%s"}' % (number, b"x" * (number % 150))
