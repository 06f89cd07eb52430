"""Rejected messages are listed by reason, mended, judged again, and sent to where they belong."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, TopicPartition

from contracts.events import INVENTORY, SALES
from contracts.settings import Settings
from contracts.tables import RAW_TABLES
from ingestion import list_quarantined, retry_quarantined
from ingestion.mended import judged, mended_by, mended_lines
from warehouse.client import connect
from warehouse.quarantine import Rejected

VOID = {
    "event_id": "v1",
    "event_type": "void",
    "schema_version": 1,
    "event_time": "2026-01-02T10:00:00.000Z",
    "source": "quarantine-test",
    "store_id": "S1",
    "register_id": "R1",
    "business_date": "2026-01-02",
    "transaction_id": "T1",
    "line_number": 1,
}
OURS = 7_780  # a partition that no other test writes


def _without(field: str, **changes: object) -> dict[str, object]:
    return {name: value for name, value in (VOID | changes).items() if name != field}


@pytest.fixture
def stack(running_stack: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A raw table with two events without a store, one without an id, one that is no JSON, and a good one."""
    messages = [
        json.dumps(_without("store_id")),
        json.dumps(_without("store_id", event_id="v2")),
        json.dumps(_without("event_id")),
        "{half a messa",
        json.dumps(VOID | {"event_id": "v3"}),
    ]
    client, raw = connect(running_stack), RAW_TABLES[SALES]
    rows = [[SALES, OURS, offset, offset, text] for offset, text in enumerate(messages)]
    columns = ["_topic", "_partition", "_offset", "_kafka_timestamp", "payload"]
    # The same rows come for every test: the engine would take them for a repetition.
    client.insert(raw, rows, column_names=columns, settings={"insert_deduplication_token": str(uuid4())})
    for program in (list_quarantined, retry_quarantined):
        monkeypatch.setattr(program, "load_settings", lambda: running_stack)
    yield running_stack
    client.command(f"ALTER TABLE {raw} DELETE WHERE _partition = {OURS}", settings={"mutations_sync": 1})


def _sent(settings: Settings) -> list[tuple[bytes, bytes]]:
    """Key and value of every void of ours in Kafka."""
    consumer = Consumer({"bootstrap.servers": settings.kafka_bootstrap, "group.id": "quarantine-test"})
    partitions = [TopicPartition(SALES, number, 0) for number in consumer.list_topics(SALES).topics[SALES].partitions]
    left = sum(consumer.get_watermark_offsets(partition)[1] for partition in partitions)
    consumer.assign(partitions)
    found = []
    while left:
        batch = consumer.consume(1_000, timeout=5)
        left -= len(batch)
        found += [
            (message.key(), message.value()) for message in batch if b"quarantine-test" in (message.value() or b"")
        ]
    consumer.close()
    return sorted(found)


def test_listed_by_reason(stack: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, most frequent first, and examples with their places; a part of the reason picks."""
    assert list_quarantined.main(["--reason", "store_id"]) == 0
    said = capsys.readouterr().out
    assert "2  sales_events  store_id: missing" in " ".join(said.split("\n")).replace("   ", "  ")
    assert f"{SALES}:{OURS}:1" in said
    assert "half a messa" not in said


def test_listed_for_programs(stack: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """One line of JSON or of tab-separated text per message, the last to arrive first, the payload whole."""
    assert list_quarantined.main(["--format", "json", "--limit", "1", "--reason", "JSON"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "place": f"{SALES}:{OURS}:3",
        "reason": "not a JSON object",
        "payload": "{half a messa",
    }
    assert list_quarantined.main(["--format", "tsv", "--reason", "store_id"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [
        [f"{SALES}:{OURS}:1", "store_id: missing"],
        [f"{SALES}:{OURS}:0", "store_id: missing"],
    ]


def test_mended_and_sent_with_its_key(stack: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A field set, the event goes to its topic under its key; what is still wrong or valid already does not."""
    assert retry_quarantined.main(["--set", "store_id=S9", "--yes"]) == 0
    said = capsys.readouterr()
    assert "2 messages are sent" in said.err
    assert f"{SALES}:{OURS}:2 is not sent: event_id: missing" in said.err
    assert f"{SALES}:{OURS}:3 is not sent: not a JSON object: mend it in a file" in said.err
    keys, values = zip(*_sent(stack), strict=True)
    assert keys == (b"S9:T1", b"S9:T1")
    assert sorted(json.loads(value)["event_id"] for value in values) == ["v1", "v2"]
    assert retry_quarantined.main(["--set", "event_id=v3", "--reason", "event_id", "--yes"]) == 1
    assert "v3 is valid already" in capsys.readouterr().err
    assert len(_sent(stack)) == 2


def test_nothing_is_sent_without_a_yes(
    stack: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows the message and asks; anything but yes sends nothing, and a dry run does not ask."""
    before = _sent(stack)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert retry_quarantined.main(["--set", "store_id=S9", "--at", f"{SALES}:{OURS}:0"]) == 1
    said = capsys.readouterr()
    assert f"{SALES}:{OURS}:0 -> {SALES} [S9:T1] " in said.out
    assert "Send this message? [y/N] Nothing was sent." in said.err
    assert retry_quarantined.main(["--set", "store_id=S9", "--dry-run"]) == 0
    assert _sent(stack) == before


def test_a_file_of_mended_events(stack: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line goes to the topic of its event type; an event that comes twice is sent once."""
    good = json.dumps(VOID | {"event_id": "v7"})
    file = tmp_path / "mended.ndjson"
    file.write_text(f"{good}\n\n{good}\n" + json.dumps({"event_type": "unheard"}) + "\nnonsense\n")
    before = len(_sent(stack))
    assert retry_quarantined.main(["--file", str(file), "--yes"]) == 0
    said = capsys.readouterr().err
    assert "mended.ndjson:3 is not sent: v7 is valid already" in said
    assert "mended.ndjson:4 is not sent: event_type: not one of any topic's" in said
    assert "mended.ndjson:5 is not sent" in said
    assert len(_sent(stack)) == before + 1


def test_mending_changes_only_what_is_named() -> None:
    """Fields are set, null takes one away, everything else stays, unknown fields too."""
    message = Rejected(SALES, 0, 7, "store_id: missing", json.dumps(_without("store_id", note="ü", customer_id=3)))
    (mended,) = mended_by({"store_id": "S9", "customer_id": None}, [message])
    assert json.loads(mended.value) == _without("customer_id", store_id="S9", note="ü")
    assert (mended.origin, mended.key, mended.event, mended.refused) == (
        f"{SALES}:0:7",
        b"S9:T1",
        ("quarantine-test", "v1"),
        "",
    )


def test_a_line_finds_its_topic() -> None:
    """An inventory event of a file is judged by the rules of its own topic."""
    line = json.dumps({"event_type": "receipt", "event_id": "r"}).encode()
    (mended,) = mended_lines("f", [line])
    assert (mended.topic, mended.refused) == (INVENTORY, "schema_version: missing")


def test_what_is_still_wrong_says_why() -> None:
    """In the words of the contract."""
    assert judged("o", SALES, b"[]").refused == "not a JSON object"
