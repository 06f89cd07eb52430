"""Rules of the project's shape, checked over dbt's manifest."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from contracts.settings import PROJECT
from tests.dbt_project.warehouse_build import WarehouseBuild

LAYERS = ["staging", "intermediate", "core", "kpi", "features", "monitoring", "reporting"]
CLOCKS = r"\b(now|now64|today|yesterday|current_timestamp|current_date|nowInBlock|utcTimestamp)\s*\(?"
ORDER_DEPENDENT = r"\b(any|anyLast|any_value|groupArray|groupUniqArray|quantile|median|rand)\w*\("


@pytest.fixture(scope="module")
def manifest(built_once: WarehouseBuild) -> dict[str, Any]:
    """dbt's manifest of the project as it is."""
    built_once.dbt("parse")
    return json.loads(built_once.artefact("manifest.json").read_text())


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The project's models."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def _layer(model: dict[str, Any]) -> str:
    return model["fqn"][1]


def test_only_staging_reads_sources(models: list[dict]) -> None:
    """What a model outside staging reads is a model."""
    readers = {m["name"]: _layer(m) for m in models if any(s.startswith("source.") for s in m["depends_on"]["nodes"])}
    assert set(readers.values()) == {"staging"}, readers


def test_layers_read_downwards(models: list[dict]) -> None:
    """A model reads its own layer or one before it."""
    layer = {model["unique_id"]: _layer(model) for model in models}
    upwards = [
        (model["name"], parent)
        for model in models
        for parent in model["depends_on"]["nodes"]
        if parent in layer and LAYERS.index(layer[parent]) > LAYERS.index(_layer(model))
    ]
    assert upwards == []


def test_nothing_reads_the_truth(manifest: dict[str, Any]) -> None:
    """No source is the simulator's truth, and no SQL names it."""
    assert {source["schema"] for source in manifest["sources"].values()} == {"raw"}
    assert [path for path in _sql_files() if re.search(r"\btruth\b", path.read_text())] == []


def test_descriptions_state_the_grain(models: list[dict]) -> None:
    """A description begins with what a row is."""
    assert [model["name"] for model in models if not model["description"].startswith("One row per ")] == []


def test_each_model_has_a_yaml_of_its_stem(models: list[dict]) -> None:
    """`fact_sales.sql` is described in `fact_sales.yml` beside it."""
    strays = [
        model["name"]
        for model in models
        if (model["patch_path"] or "").split("://")[-1] != str(Path(model["original_file_path"]).with_suffix(".yml"))
    ]
    assert strays == []


def test_each_model_is_tested_for_its_grain(manifest: dict[str, Any], models: list[dict]) -> None:
    """Every model has a test that its grain is unique."""
    tested = {
        parent
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") in ("unique", "unique_grain")
        for parent in node["depends_on"]["nodes"]
    }
    assert [model["name"] for model in models if model["unique_id"] not in tested] == []


def test_models_have_no_clock() -> None:
    """Neither models nor macros ask what time it is."""
    assert {path.name: found for path in _sql_files() if (found := re.findall(CLOCKS, _code(path)))} == {}


def test_models_do_not_depend_on_the_order_of_rows() -> None:
    """No aggregate that takes whichever row comes first, unless its result is sorted."""
    for path in _sql_files():
        code = re.sub(r"arraySort\(group(Uniq)?Array\(", "", _code(path))
        assert re.findall(ORDER_DEPENDENT, code) == [], path.name


def test_incremental_models_name_their_strategy(models: list[dict]) -> None:
    """The adapter's default copies the whole table, so every incremental model says delete_insert and by what."""
    for model in models:
        if model["config"]["materialized"] == "incremental":
            assert model["config"]["incremental_strategy"] == "delete_insert", model["name"]
            assert model["config"]["unique_key"], model["name"]
            assert "mark_" in model["config"]["pre-hook"][0]["sql"], model["name"]


def test_partitions_are_months(models: list[dict]) -> None:
    """Where a model is partitioned, it is by month."""
    partitions = {m["name"]: m["config"].get("partition_by") for m in models if m["config"].get("partition_by")}
    assert all(re.fullmatch(r"toYYYYMM\(\w+\)", by) for by in partitions.values()), partitions


def test_names_tell_the_layer(models: list[dict]) -> None:
    """Prefixes follow the layer."""
    prefixes = {"staging": "stg_", "intermediate": "int_", "core": ("dim_", "fact_"), "kpi": "mart_"}
    strays = [m["name"] for m in models if not m["name"].startswith(prefixes.get(_layer(m), ""))]
    assert strays == []


def test_no_packages_are_fetched() -> None:
    """The project needs nothing from the network."""
    assert not [name for name in ("packages.yml", "dependencies.yml") if (PROJECT / "dbt_project" / name).exists()]


def _sql_files() -> list[Path]:
    folder = PROJECT / "dbt_project"
    return [path for part in ("models", "macros", "tests") for path in (folder / part).rglob("*.sql")]


def _code(path: Path) -> str:
    """The SQL without its comments."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"--.*", "", text)
