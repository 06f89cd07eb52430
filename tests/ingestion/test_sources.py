"""One source per stack unless somebody asks for two."""

from pathlib import Path

import pytest

from contracts.problems import Problem
from ingestion.sources import AnotherSourceHeld, claim_source, held_sources


def test_first_source_is_recorded(tmp_path: Path) -> None:
    """The first source needs no leave, and the home need not exist."""
    claim_source(tmp_path / "home", "shop", "replay")
    assert held_sources(tmp_path / "home") == {"shop": "replay"}


def test_same_source_again(tmp_path: Path) -> None:
    """More of the same source is always welcome."""
    claim_source(tmp_path, "shop", "replay")
    claim_source(tmp_path, "shop", "replay")
    assert held_sources(tmp_path) == {"shop": "replay"}


def test_another_source_is_refused(tmp_path: Path) -> None:
    """A second source is refused with both names and the way out, and nothing is recorded."""
    claim_source(tmp_path, "small", "data_generator")
    with pytest.raises(
        AnotherSourceHeld, match=r"already hold the source small\. Give --add-source to put shop beside"
    ):
        claim_source(tmp_path, "shop", "replay")
    assert held_sources(tmp_path) == {"small": "data_generator"}


def test_damaged_record_is_a_sentence(tmp_path: Path) -> None:
    """A record that cannot be read is said, with what to write."""
    (tmp_path / "sources.json").write_text("{")
    with pytest.raises(Problem, match=r"sources.json is damaged\. Write"):
        claim_source(tmp_path, "shop", "replay")


def test_another_source_on_request(tmp_path: Path) -> None:
    """Asked for, both are recorded."""
    claim_source(tmp_path, "small", "data_generator")
    claim_source(tmp_path, "shop", "replay", add=True)
    assert held_sources(tmp_path) == {"shop": "replay", "small": "data_generator"}
