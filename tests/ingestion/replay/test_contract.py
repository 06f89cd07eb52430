"""Whatever a file holds, what leaves is right by the contract."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.events import TOPICS
from contracts.settings import PROJECT
from contracts.verdict import verdict
from ingestion.replay.mapping_file import load_mapping
from ingestion.replay.readers import read_content
from ingestion.replay.stream import Step, replay_steps

EXAMPLES = PROJECT / "docs" / "own_files"
ONLINE_RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
CELLS = {
    "InvoiceNo": st.sampled_from(["536365", "C536379", "A563185", "", "é", "5,5"]),
    "StockCode": st.sampled_from(["85123A", "POST", "", "x" * 201, " D "]),
    "Description": st.sampled_from(["RED MUG", "?", "", "x\ny", "y" * 1001]),
    "Quantity": st.sampled_from(["1", "-1", "0", "1.5", "1e3", "9" * 16, "", "one", "-0"]),
    "InvoiceDate": st.sampled_from(["2010-12-01 08:26:00", "2011-03-27 01:30:00", "1800-01-01 00:00:00", "", "today"]),
    "UnitPrice": st.sampled_from(["2.55", "0", "-1", "0.00001", "9" * 15, "", "0.0"]),
    "CustomerID": st.sampled_from(["17850.0", "", "ann", "z" * 300]),
    "Country": st.sampled_from(["United Kingdom", "EIRE", "", "日本", "Côte d'Ivoire"]),
}


def _judge(steps: list[Step]) -> None:
    for step in steps:
        for topic, key, value in step.messages:
            assert verdict(topic, value) == "", value
            event = json.loads(value)
            assert TOPICS[topic][event["event_type"]].model_validate(event).key.encode() == key


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*CELLS.values()), min_size=1, max_size=6))
def test_any_line_is_an_event_or_a_reject(rows: list[tuple[str, ...]], tmp_path: Path) -> None:
    """Each line is a message that the contract accepts under its own key, or a reject with a reason."""
    quoted = ["\n" + ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path = tmp_path / "f.csv"
    path.write_text(ONLINE_RETAIL + "".join(quoted), encoding="utf-8")
    steps = list(replay_steps(path, load_mapping("online_retail"), read_content(path).fingerprint))
    lines = [step for step in steps if step.is_line]
    assert len(lines) == len(rows)
    assert all(bool(step.messages) != bool(step.reason) for step in steps)
    _judge(steps)


@pytest.mark.parametrize("mapping", sorted(path.stem for path in EXAMPLES.glob("*.yml")))
def test_events_of_the_examples_are_right(mapping: str, example: Callable[[str], list[Step]]) -> None:
    """Every event of every worked example passes the contract."""
    _judge(example(mapping))
