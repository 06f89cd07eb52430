"""How models fall into groups: over a manifest of seven models, the groups written by hand."""

import sys

import pytest

from contracts.settings import PROJECT
from tests.dags.small_manifest import small_manifest

sys.path.append(str(PROJECT / "airflow" / "dags"))
import _layers


def test_each_model_is_in_one_group_after_what_it_reads() -> None:
    """A step of `intermediate` and a seed go with the first group that needs them."""
    assert _layers.groups(small_manifest()) == {
        "staging": ["days", "sales"],
        "core": ["dim_date", "fact_sales"],
        "kpi": ["feat_demand", "int_demand", "mart_demand", "segments"],
        "reporting": ["demand_view"],
    }


def test_a_folder_that_no_group_names_is_an_error() -> None:
    """A model in a new folder is not left out in silence."""
    manifest = small_manifest()
    manifest["nodes"]["model.retail.demand_view"]["fqn"][1] = "export"
    with pytest.raises(ValueError, match=r"No group builds model\.retail\.demand_view"):
        _layers.groups(manifest)


def test_tests_that_no_model_covers_run_after_their_last_group() -> None:
    """Of two models that do not read each other after both; of none after the first; all others go with a model."""
    found = _layers.tests_between(small_manifest())
    assert found == {
        "staging": ["joins_give_null"],
        "core": ["sales_have_a_date"],
        "kpi": [],
        "reporting": [],
    }


def test_steps_of_intermediate_are_no_assets() -> None:
    """Assets are what others may read."""
    names = ["int_demand", "mart_demand", "segments"]
    assert _layers.tables(small_manifest(), names) == [("kpi", "mart_demand")]


def test_a_missing_manifest_says_how_to_make_it(tmp_path) -> None:
    """The DAG's import error tells the command."""
    with pytest.raises(FileNotFoundError, match="retail airflow up"):
        _layers.read_manifest(tmp_path / "manifest.json")
