"""Rules of the project's shape, checked over dbt's manifest: who reads whom, and what SQL may say."""

import re
from pathlib import Path
from typing import Any

from contracts.settings import PROJECT

# A step that facts share may begin with a dimension (a store's hours), so intermediate and core are one level.
LEVELS = {"staging": 0, "intermediate": 1, "core": 1, "kpi": 2, "features": 3, "monitoring": 4, "reporting": 5}
SOURCES = {"raw", "ml", "realtime", "batch", "monitoring"}
OF_PROGRAMS = ("stg_realtime__", "stg_ml__", "stg_batch__", "stg_quality__", "int_source")
CLOCKS = r"\b(?:now|now64|today|yesterday|nowInBlock|utcTimestamp)\s*\(|\bcurrent_(?:timestamp|date)\b"
ORDER_DEPENDENT = r"\b(any|anyLast|any_value|groupArray|groupUniqArray|quantile(?!s?Exact)|median|rand)\w*\("


def _layer(model: dict[str, Any]) -> str:
    return model["fqn"][1]


def test_only_staging_reads_sources(models: list[dict]) -> None:
    """What a model outside staging reads is a model."""
    readers = {m["name"]: _layer(m) for m in models if any(s.startswith("source.") for s in m["depends_on"]["nodes"])}
    assert set(readers.values()) == {"staging"}, readers


def test_layers_read_downwards(models: list[dict]) -> None:
    """A model reads its own level or one before it."""
    level = {model["unique_id"]: LEVELS[_layer(model)] for model in models}
    upwards = [
        (model["name"], parent)
        for model in models
        for parent in model["depends_on"]["nodes"]
        if level.get(parent, 0) > level[model["unique_id"]]
    ]
    assert upwards == []


def test_reporting_reads_the_star_and_the_marts(models: list[dict]) -> None:
    """What people read comes from core, kpi or monitoring; what our programs wrote, and what counts as now, aside."""
    layer = {model["unique_id"]: _layer(model) for model in models}
    strays = [
        (model["name"], parent)
        for model in models
        for parent in model["depends_on"]["nodes"]
        if _layer(model) == "reporting"
        and layer.get(parent) not in ("core", "kpi", "monitoring", "reporting")
        and not parent.split(".")[-1].startswith(OF_PROGRAMS)
        and model["name"] != "warehouse_summary"  # it counts the messages too
    ]
    assert strays == []


def test_nothing_reads_the_truth(manifest: dict[str, Any]) -> None:
    """No source is the simulator's truth, and no SQL names it."""
    assert {source["schema"] for source in manifest["sources"].values()} <= SOURCES
    assert [path for path in _sql_files() if re.search(r"\btruth\b", path.read_text())] == []


def test_names_tell_the_layer(models: list[dict]) -> None:
    """Prefixes follow the layer."""
    prefixes = {
        "staging": "stg_",
        "intermediate": "int_",
        "core": ("dim_", "fact_"),
        "kpi": "mart_",
        "features": "feat_",
    }
    strays = [m["name"] for m in models if not m["name"].startswith(prefixes.get(_layer(m), ""))]
    assert strays == []


def test_models_have_no_clock() -> None:
    """Neither models nor macros ask what time it is, but for the view of what happens now."""
    files = [path for path in _sql_files() if path.stem != "realtime_dashboard"]
    assert {path.name: found for path in files if (found := re.findall(CLOCKS, _code(path)))} == {}


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
