"""A stack that may be broken: its log can be emptied, its programs killed, its checkpoints lost."""

import contextlib
import os
import shutil
import signal
import xmlrpc.client
from collections.abc import Collection, Iterable
from pathlib import Path

import psutil
import urllib3
from clickhouse_connect.driver.exceptions import ClickHouseError

from contracts.settings import Settings
from contracts.tables import REALTIME
from local_stack import stack, supervision
from local_stack.chaos import checkpoint, kafka_log, raw_log
from local_stack.chaos.kafka_log import Row
from local_stack.chaos.waiting import wait_until
from local_stack.kafka_broker.client import broker_answers
from quality.model_copies import drop_models
from spark_jobs.kafka_log import Bounds, bounds
from spark_jobs.run_streams import STREAMS
from spark_jobs.session import checkpoint_folder
from warehouse.client import connect

SPARK, BROKER, DATABASE = "streaming", "kafka", "clickhouse"  # names of the supervised services
_UP_S = 120


class Laboratory:
    """One stack of which nothing is precious."""

    streams: Collection[str] = STREAMS  # that its streaming program hosts

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client = connect(settings)

    def empty(self) -> None:
        """Forget every message, row and checkpoint."""
        kafka_log.empty_topics(self.settings)
        self.forget_landing()

    def forget_landing(self) -> None:
        """Empty what streams write and delete their checkpoints; the log stays."""
        raw_log.empty_raw(self.client)
        for (table,) in self.client.query(f"SELECT name FROM system.tables WHERE database = '{REALTIME}'").result_rows:
            self.client.command(f"TRUNCATE TABLE {REALTIME}.{table}")
        self.lose_checkpoints()

    def lose_checkpoints(self) -> None:
        """Delete the checkpoint of every streaming query."""
        shutil.rmtree(self.checkpoint.parent, ignore_errors=True)

    def drop_models(self) -> None:
        """Leave no model."""
        drop_models(self.client)

    def send(self, messages: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Add (topic, key, value) to the log."""
        kafka_log.send(self.settings, messages)

    def log(self) -> list[Row]:
        """Every message as a plain consumer sees it."""
        return kafka_log.read_log(self.settings)

    def raw(self) -> list[Row]:
        """Every row of the raw tables."""
        return raw_log.raw_rows(self.client)

    def landed(self) -> int:
        """How many rows raw has."""
        return raw_log.landed(self.client)

    def landed_if_up(self) -> int | None:
        """The same, or None while the database does not answer."""
        try:
            return self.landed()
        except (ClickHouseError, urllib3.exceptions.HTTPError, OSError):
            return None

    @property
    def checkpoint(self) -> Path:
        """Of the landing query."""
        return checkpoint_folder(self.settings, "landing")

    def committed(self) -> int:
        """How many messages landing has noted as landed."""
        return checkpoint.committed_messages(self.checkpoint)

    def has_committed_since(self, instant: float) -> bool:
        """True if landing committed a batch after an instant (seconds since 1970)."""
        commits = checkpoint.committed_batches(self.checkpoint)
        return bool(commits) and commits[-1].stat().st_mtime > instant

    def has_caught_up(self) -> bool:
        """True if every hosted stream has begun, and its newest checkpoint has all that Kafka holds of its topics."""
        root = self.checkpoint.parent
        begun = [folder for folder in root.iterdir() if folder.is_dir()] if root.exists() else []
        if len(begun) < len(self.streams):
            return False
        held = bounds(self.settings)
        return all(any(self._is_committed(at.parent, held) for at in of.glob("**/offsets")) for of in begun)

    @staticmethod
    def _is_committed(folder: Path, held: Bounds) -> bool:
        ends = checkpoint.committed_ends(folder)
        return bool(ends) and all(
            ends[topic].get(number, 0) >= end for topic in ends for number, (_, end) in held[topic].items()
        )

    def answers(self) -> bool:
        """True if the database is there."""
        return stack.clickhouse_answers(self.settings)

    def all_answer(self) -> bool:
        """True if database, broker and streaming program are there."""
        return self.answers() and broker_answers(self.settings) and self._pid(SPARK) > 0

    def service(self, name: str) -> psutil.Process:
        """The process of a supervised service."""
        return psutil.Process(self._pid(name))

    def _pid(self, name: str) -> int:
        return next((state.pid for state in supervision.states(self.settings) if state.name == name), 0)

    def _state(self, name: str) -> str:
        return next((state.state for state in supervision.states(self.settings) if state.name == name), "")

    def start_streaming(self) -> None:
        """Start the streaming program under supervision."""
        supervision.start_service(self.settings, SPARK)

    def stop_streaming(self) -> None:
        """Stop it between two batches, or keep it from coming back after a kill."""
        wait_until(self._stopped, _UP_S, "the streaming program to stop")

    def _stopped(self) -> bool:
        with contextlib.suppress(xmlrpc.client.Fault):  # it ended in that moment
            supervision.stop_service(self.settings, SPARK)
        return self._state(SPARK) in ("STOPPED", "FATAL")

    def kill_streaming_for_good(self) -> None:
        """As a power cut would, and keep it from coming back. Raises Problem.

        The supervisor is told first: a program started anew and asked to stop in the same instant does not hear it.
        """
        supervision.stop_service(self.settings, SPARK, wait=False)
        wait_until(lambda: self._killed(SPARK) or self._stopped(), _UP_S, "the streaming program to die")
        self.stop_streaming()

    def has_given_up(self) -> bool:
        """True if the supervisor starts the streaming program no more."""
        return supervision.has_failed(self.settings, SPARK)

    def kill(self, name: str) -> None:
        """As a power cut would: a service with everything it started, as soon as it runs. Raises Problem."""
        wait_until(lambda: self._killed(name), _UP_S, f"{name} to run, so that it can be killed")

    def _killed(self, name: str) -> bool:
        pid = self._pid(name)
        try:
            return pid > 0 and os.killpg(pid, signal.SIGKILL) is None  # the supervisor makes a service lead a group
        except (ProcessLookupError, PermissionError):
            return False  # it had just ended, or is just beginning
