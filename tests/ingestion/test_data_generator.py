"""The two programs of the simulator, as somebody calls them."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from contracts.events import CATALOG, TOPICS
from ingestion import create_sample_data, data_generator
from ingestion.data_generator import _months_before
from ingestion.journal import alone

TINY = ["--size", "tiny", "--until", "2026-02-28"]


def _lines(folder: Path) -> list[str]:
    return [line for path in sorted(folder.glob("*.ndjson")) for line in path.read_text().splitlines()]


def test_history_into_files_and_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first run writes sixty days that end as asked, the second writes nothing and says so."""
    assert data_generator.main([*TINY, "--faults", "none", "--to", str(tmp_path)]) == 0
    lines = _lines(tmp_path)
    days = {event["business_date"] for event in map(json.loads, lines) if "business_date" in event}
    assert (min(days), max(days), len(days)) == ("2025-12-31", "2026-02-28", 60)
    assert re.search(r"[\d,]+ events of demo up to 2026-02-28", capsys.readouterr().err)
    assert data_generator.main([*TINY, "--faults", "none", "--to", str(tmp_path)]) == 0
    assert _lines(tmp_path) == lines
    assert "nothing to do" in capsys.readouterr().err


def test_a_later_until_keeps_the_first_day(tmp_path: Path) -> None:
    """Asked for a later end, the program adds days; it does not begin another history."""
    assert data_generator.main([*TINY, "--to", str(tmp_path)]) == 0
    before = _lines(tmp_path)
    assert data_generator.main(["--size", "tiny", "--until", "2026-03-05", "--to", str(tmp_path)]) == 0
    days = [json.loads(line).get("business_date", "") for line in _lines(tmp_path)]
    assert max(days) == "2026-03-05"
    assert len(_lines(tmp_path)) > len(before)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--world", "moon"], "There is no world 'moon'"),
        (["--size", "huge"], "sizes tiny, small, medium"),
        (["--faults", "gremlins"], "Give none, modest, all"),
    ],
)
def test_mistakes_are_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    """A world, size or fault that does not exist gives one sentence and exit code 1."""
    assert data_generator.main([*arguments, "--to", str(tmp_path)]) == 1
    assert says in " ".join(capsys.readouterr().err.split())


def test_another_seed_under_the_same_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same source cannot be two histories."""
    assert data_generator.main([*TINY, "--to", str(tmp_path)]) == 0
    assert data_generator.main([*TINY, "--seed", "8", "--to", str(tmp_path)]) == 1
    assert "another --source" in " ".join(capsys.readouterr().err.split())


def test_what_is_not_named_is_as_it_was_begun(tmp_path: Path) -> None:
    """World, size, seed and faults of a source are those it was begun with, unless somebody asks for others."""
    begun = ["--world", "gifts", "--size", "tiny", "--seed", "8", "--faults", "late=0.1", "--to", str(tmp_path)]
    assert data_generator.main([*begun, "--until", "2026-02-28"]) == 0
    assert data_generator.main(["--until", "2026-03-01", "--to", str(tmp_path)]) == 0
    run = json.loads((tmp_path / "simulation" / "demo.json").read_text())["run"]
    assert (run["world"], run["size"], run["seed"], run["faults"]) == ("gifts", "tiny", 8, {"late": 0.1})


def test_a_source_is_sent_by_one_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second one for the same source says so and sends nothing; another source may be sent beside it."""
    with alone(tmp_path, "demo"):
        assert data_generator.main([*TINY, "--to", str(tmp_path)]) == 1
        assert "Another program is sending the source demo." in " ".join(capsys.readouterr().err.split())
        assert _lines(tmp_path) == []
        assert data_generator.main([*TINY, "--source", "other", "--to", str(tmp_path)]) == 0
    assert data_generator.main([*TINY, "--to", str(tmp_path)]) == 0


def test_months() -> None:
    """A history of 26 months that ends on 21 November 2026 begins on 22 September 2024."""
    assert _months_before(date(2026, 11, 21), 26) == date(2024, 9, 22)
    assert _months_before(date(2026, 2, 28), 1) == date(2026, 2, 1)
    assert _months_before(date(2026, 12, 31), 12) == date(2026, 1, 1)


def test_sample_data_is_the_catalogue(tmp_path: Path) -> None:
    """The catalogue program writes every kind of catalogue event, and no other event."""
    assert create_sample_data.main(["--size", "tiny", "--to", str(tmp_path)]) == 0
    kinds = {json.loads(line)["event_type"] for line in _lines(tmp_path)}
    assert kinds == set(TOPICS[CATALOG])
    assert [path.name for path in tmp_path.glob("*.ndjson")] == ["catalog_events.ndjson"]
