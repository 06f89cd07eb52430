"""Replay as a program: what reaches a real broker, once and for all."""

import csv
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from contracts.events import CATALOG, INVENTORY, SALES
from contracts.settings import PROJECT, Settings
from ingestion.publisher import Publisher
from ingestion.replay.problems import ReplayProblem
from ingestion.replay_files import replay
from ingestion.sources import AnotherSourceHeld, held_sources
from ingestion.topics import create_topics

MAPPING = """\
kind: sales
source: {source}
time_zone: UTC
columns:
  transaction_id: ticket
  line_number: line
  event_time: at
  product_id: sku
  quantity: units
  unit_price: price
constants: {{currency: GBP, store_id: s1}}
catalog:
  product:
    product_id: {{field: product_id}}
    product_name: {{field: product_id}}
    line_type: {{constant: merchandise}}
    status: {{constant: active}}
"""
HEADER = "ticket,line,at,sku,units,price\n"
PATIENCE = 60  # seconds


class Recorder:
    """A publisher that keeps what it is sent; it may be interrupted after a number of messages."""

    def __init__(self, patience: int = 10**9) -> None:
        self.held: list[tuple[str, bytes, bytes]] = []
        self._patience = patience

    def send(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        for record in records:
            if len(self.held) == self._patience:
                self._patience = 10**9
                raise KeyboardInterrupt
            self.held.append(record)

    def flush(self) -> None:
        pass


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a home of the test's own; nothing listens there."""
    return Settings(_env_file=None, retail_home=tmp_path / "home")


def _mapping(folder: Path, source: str = "shop", **replace: str) -> str:
    text = MAPPING.format(source=source)
    for old, new in replace.items():
        text = text.replace(old, new)
    (folder / f"{source}.yml").write_text(text)
    return str(folder / f"{source}.yml")


def _lines(count: int, start: int = 0) -> str:
    return "".join(f"t{i},1,2026-01-05 09:{i // 60 % 60:02}:{i % 60:02},p{i % 9},1,2.50\n" for i in range(start, count))


def _file(folder: Path, count: int, name: str = "sales.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + _lines(count))
    return path


def _send(file: Path, mapping: str, settings: Settings, recorder: Recorder, **more: object) -> object:
    return replay(file, mapping, settings, connect=lambda: recorder, **more)


def test_second_replay_sends_nothing(tmp_path: Path, settings: Settings) -> None:
    """A complete file is known by its content, under any name; --again sends the same bytes."""
    first, second, third = Recorder(), Recorder(), Recorder()
    mapping, file = _mapping(tmp_path), _file(tmp_path, 100)
    assert _send(file, mapping, settings, first).sent == 109
    report = _send(_file(tmp_path, 100, "copy.csv"), mapping, settings, second)
    assert (report.sent, second.held) == (0, [])
    assert "lines: 100 = 100 sale" in report.sentences()
    assert "nothing was sent. --again sends it again." in report.sentences()[-1]
    _send(file, mapping, settings, third, again=True)
    assert third.held == first.held


@pytest.mark.parametrize("patience", [0, 5, 2_000, 2_500, 7_777])
def test_interrupted_replay_goes_on(tmp_path: Path, settings: Settings, patience: int) -> None:
    """Stopped anywhere and started again, every event is there, and what is there twice is the same bytes."""
    whole, stopped, resumed = Recorder(), Recorder(patience), Recorder()
    mapping, file = _mapping(tmp_path), _file(tmp_path, 8_000)
    _send(file, mapping, Settings(_env_file=None, retail_home=tmp_path / "other"), whole)
    with pytest.raises(KeyboardInterrupt):
        _send(file, mapping, settings, stopped)
    report = _send(file, mapping, settings, resumed)
    assert set(stopped.held + resumed.held) == set(whole.held)
    assert len(whole.held) == len(set(whole.held)) == 8_009
    assert "lines: 8,000 = 8,000 sale" in report.sentences()
    assert len(stopped.held) + len(resumed.held) - 8_009 < 2_100  # the part that was under way, not the whole


def test_rejects_file_is_whole_after_resuming(tmp_path: Path, settings: Settings) -> None:
    """The rejects of both runs are in the file, once."""
    file = tmp_path / "sales.csv"
    file.write_text(HEADER + "t,1,never,a,1,1\n" + _lines(5_000) + "t,1,2026-01-05,a,b,1\n")
    with pytest.raises(KeyboardInterrupt):
        _send(file, _mapping(tmp_path), settings, Recorder(3_000))
    report = _send(file, _mapping(tmp_path), settings, Recorder())
    assert "lines: 5,002 = 5,000 sale + 2 rejected" in report.sentences()
    with report.rejects.open(newline="") as rejects:
        assert list(csv.reader(rejects)) == [
            ["line", "reason", *HEADER.strip().split(",")],
            ["2", "event_time: not a time like 2026-01-31 09:30:00: 'never'", "t", "1", "never", "a", "1", "1"],
            ["5003", "quantity: not a number: 'b'", "t", "1", "2026-01-05", "a", "b", "1"],
        ]


def test_rejects_file_goes_when_nothing_is_rejected(tmp_path: Path, settings: Settings) -> None:
    """What an earlier mapping rejected does not lie there when a better one accepts it."""
    file = tmp_path / "sales.csv"
    file.write_text(HEADER + "t,1,2026-01-05,a,1,1\n")
    strict = _mapping(tmp_path, **{"catalog:": "rules: [{reject: never}]\ncatalog:"})
    assert _send(file, strict, settings, Recorder()).rejects.exists()
    assert not _send(file, _mapping(tmp_path), settings, Recorder(), again=True).rejects.exists()


def test_another_mapping_for_a_sent_file_is_refused(tmp_path: Path, settings: Settings) -> None:
    """Ids stay, so events that changed would be in conflict with themselves."""
    file = _file(tmp_path, 10)
    _send(file, _mapping(tmp_path), settings, Recorder())
    with pytest.raises(ReplayProblem, match="was sent as shop with a mapping that said something else"):
        _send(file, _mapping(tmp_path, GBP="EUR"), settings, Recorder())


def test_grown_file_is_refused(tmp_path: Path, settings: Settings) -> None:
    """A file that repeats one that was sent, and goes on, would count its lines twice."""
    _send(_file(tmp_path, 10), _mapping(tmp_path), settings, Recorder())
    with pytest.raises(ReplayProblem, match=r"grown.csv begins with all of sales.csv, which was sent"):
        _send(_file(tmp_path, 12, "grown.csv"), _mapping(tmp_path), settings, Recorder())


def test_grown_file_with_ids_of_fields(tmp_path: Path, settings: Settings) -> None:
    """With ids made of fields the repeated lines are the same messages."""
    mapping = _mapping(tmp_path, **{"catalog:": "event_id: [transaction_id, line_number]\ncatalog:"})
    first, second = Recorder(), Recorder()
    _send(_file(tmp_path, 10), mapping, settings, first)
    _send(_file(tmp_path, 12, "grown.csv"), mapping, settings, second)
    sales = [{record for record in held if record[0] == SALES} for held in (first.held, second.held)]
    assert sales[0] < sales[1]
    assert len(sales[1]) == 12


def test_second_source_only_on_request(tmp_path: Path, settings: Settings) -> None:
    """Another source is refused before anything is sent, and goes beside the first one when asked for."""
    recorder = Recorder()
    file = _file(tmp_path, 3)
    _send(file, _mapping(tmp_path), settings, Recorder())
    with pytest.raises(AnotherSourceHeld, match="--add-source"):
        _send(file, _mapping(tmp_path, "other"), settings, recorder)
    assert recorder.held == []
    _send(file, _mapping(tmp_path, "other"), settings, recorder, add_source=True)
    assert sorted(held_sources(settings.home)) == ["other", "shop"]


def test_damaged_state_is_a_sentence(tmp_path: Path, settings: Settings) -> None:
    """Half a state file is said, with what to do."""
    file = _file(tmp_path, 3)
    _send(file, _mapping(tmp_path), settings, Recorder())
    (state,) = (settings.home / "replay" / "shop").glob("*.json")
    state.write_text("{")
    with pytest.raises(ReplayProblem, match=r"is damaged\. Delete it and replay again"):
        _send(file, _mapping(tmp_path), settings, Recorder())


# -- the program, with a real broker ----------------------------------------------------------------------------------


def _held(settings: Settings) -> list[tuple[str, bytes, bytes]]:
    """Every message of the three topics."""
    consumer = Consumer(
        {"bootstrap.servers": settings.kafka_bootstrap, "group.id": "test", "enable.auto.commit": False}
    )
    try:
        return [message for topic in (SALES, INVENTORY, CATALOG) for message in _read_topic(consumer, topic)]
    finally:
        consumer.close()


def _read_topic(consumer: Consumer, topic: str) -> list[tuple[str, bytes, bytes]]:
    parts = [TopicPartition(topic, number) for number in consumer.list_topics(topic).topics[topic].partitions]
    marks = [consumer.get_watermark_offsets(part) for part in parts]
    consumer.assign([TopicPartition(topic, part.partition, low) for part, (low, _) in zip(parts, marks, strict=True)])
    wanted, held = sum(high - low for low, high in marks), []
    deadline = time.monotonic() + PATIENCE
    while len(held) < wanted and time.monotonic() < deadline:
        messages = consumer.consume(min(1000, wanted - len(held)), 1.0)
        held += [(topic, message.key(), message.value()) for message in messages]
    return held


def _of(settings: Settings, source: str) -> list[tuple[str, bytes, bytes]]:
    """Messages of a source; others may share the broker, and theirs may be broken on purpose."""
    return [record for record in _held(settings) if f'"source":"{source}"'.encode() in record[2]]


def _program(settings: Settings, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "ingestion.replay_files", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=PROJECT, env=settings.environment() | {"PATH": "/usr/bin:/bin"}, **pipes)


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def stack(running_stack: Settings, tmp_path: Path) -> Settings:
    """The session's broker with its topics, and a home of the test's own."""
    create_topics(running_stack)
    return running_stack.model_copy(update={"retail_home": tmp_path / "home"})


def test_file_reaches_kafka_once(tmp_path: Path, stack: Settings) -> None:
    """Two runs of the program leave each event in Kafka once, under the contract's keys."""
    file, mapping = _file(tmp_path, 3_000), _mapping(tmp_path, "twice")
    said = [_program(stack, str(file), "--mapping", mapping).communicate(timeout=PATIENCE) for _ in range(2)]
    assert "3,009 events sent" in said[0][0]
    assert "nothing was sent" in said[1][0]
    held = _of(stack, "twice")
    assert Counter(topic for topic, _, _ in held) == {SALES: 3_000, CATALOG: 9}
    assert len({json.loads(value)["event_id"] for _, _, value in held}) == 3_009
    assert {key for topic, key, _ in held if topic == CATALOG} == {f"product:p{i}".encode() for i in range(9)}


def test_ctrl_c_in_the_middle_of_a_paced_replay(tmp_path: Path, stack: Settings) -> None:
    """Ctrl-C ends with 130; the next run sends the rest, and no event is in Kafka twice."""
    file, mapping = _file(tmp_path, 3_000), _mapping(tmp_path, "paced")
    began = time.monotonic()
    slow = _program(stack, str(file), "--mapping", mapping, "--speed", "30")
    _wait(lambda: len(_of(stack, "paced")) >= 9 + 30)
    assert time.monotonic() - began > 29 / 30  # the thirtieth line is 29 event seconds after the first
    slow.send_signal(signal.SIGINT)
    _, said = slow.communicate(timeout=PATIENCE)
    assert (slow.returncode, said.splitlines()[-1]) == (
        130,
        "Stopped. The same command goes on where this one ended.",
    )
    assert len(_of(stack, "paced")) < 9 + 3_000
    rest = _program(stack, str(file), "--mapping", mapping)
    rest.communicate(timeout=PATIENCE)
    ids = Counter(json.loads(value)["event_id"] for _, _, value in _of(stack, "paced"))
    assert len(ids) == 9 + 3_000
    assert set(ids.values()) == {1}


def test_broker_that_is_away_is_a_sentence(tmp_path: Path, settings: Settings) -> None:
    """Without a broker the program ends with 1 and one sentence, and claims nothing."""
    away = settings.model_copy(update={"kafka_port": 9})
    program = _program(away, str(_file(tmp_path, 3)), "--mapping", _mapping(tmp_path))
    said = program.communicate(timeout=PATIENCE)[1]
    assert program.returncode == 1
    assert said == (
        "No Kafka broker answers at 127.0.0.1:9. "
        "Start the stack with ./retail up, or correct KAFKA_HOST and KAFKA_PORT.\n"
    )
    assert held_sources(settings.home) == {}


def test_wrong_mapping_is_a_sentence(tmp_path: Path, settings: Settings) -> None:
    """A finding goes to stderr with exit code 1."""
    program = _program(settings, str(_file(tmp_path, 3)), "--mapping", _mapping(tmp_path, GBP="pound"))
    said = program.communicate(timeout=PATIENCE)[1]
    assert (program.returncode, said) == (
        1,
        "shop.yml line 11: constants.currency: 'pound' is not an ISO 4217 currency\n",
    )


def test_trial_sends_nothing(tmp_path: Path, settings: Settings) -> None:
    """--trial shows events and sums, needs no broker and leaves nothing behind."""
    program = _program(settings, str(_file(tmp_path, 3)), "--mapping", _mapping(tmp_path), "--trial")
    said = program.communicate(timeout=PATIENCE)[0]
    assert program.returncode == 0
    assert 'line 2 -> sales_events {"event_id":"shop:' in said
    assert said.endswith("lines: 3 = 3 sale\ncatalogue entries: 3 = 3 product\n")
    assert not settings.home.exists()


def test_publisher_fits() -> None:
    """The real publisher has what the sender uses."""
    assert {"send", "flush"} <= set(dir(Publisher))
