"""What every model and source says about itself, checked over dbt's manifest."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.settings import PROJECT
from tests.dbt_project.warehouse_build import WarehouseBuild
from warehouse.dictionary.entries import entries

PUBLIC = ("core", "kpi", "reporting")
PAGES = {
    "Executive Overview",
    "Real-time Monitoring",
    "Inventory Management",
    "ML Insights",
    "Store Analytics",
}
TAGS = {
    "live",  # reads what streams write
    "predicted",  # reads predictions
    "estimated",  # infers, and says so in its names
}
DECIMALS = {f"Decimal(18, {scale})" for scale in (2, 3, 4, 6)}
BI_TYPES = {"Bool", "Int64", "Float64", "Date", "DateTime('UTC')", "String"} | DECIMALS
SELECTORS = ["before_ml", "after_ml", "staging", "intermediate", "core", "kpi", "features", "monitoring", "reporting"]


def _layer(model: dict[str, Any]) -> str:
    return model["fqn"][1]


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


def test_each_column_is_described(models: list[dict]) -> None:
    """Every column says what it is, and what people read says its type too."""
    bare = [
        f"{model['name']}.{name}"
        for model in models
        for name, column in model["columns"].items()
        if not column["description"] or (_layer(model) in PUBLIC and not column["data_type"])
    ]
    assert bare == []
    assert [model["name"] for model in models if not model["columns"]] == []


def test_the_dictionary_has_every_model_with_its_grain(manifest: dict[str, Any], models: list[dict]) -> None:
    """Every source and model once, each model with the columns that are unique together."""
    found = entries(manifest)
    names = [*(source["name"] for source in manifest["sources"].values()), *(model["name"] for model in models)]
    assert sorted(entry.name for entry in found if entry.layer != "seeds") == sorted(names)
    assert [entry.name for entry in found if entry.kind not in ("source", "seed") and not entry.grain] == []


def test_what_people_read_keeps_its_contract(models: list[dict]) -> None:
    """The star, the marts and the views enforce the columns and types they declare."""
    assert [m["name"] for m in models if _layer(m) in PUBLIC and not m["config"]["contract"]["enforced"]] == []


def test_what_bi_tools_read_has_types_they_know(models: list[dict]) -> None:
    """No NULL, no time zone but UTC, no unsigned or wide number in `reporting`."""
    strays = {
        f"{model['name']}.{name}": column["data_type"]
        for model in models
        for name, column in model["columns"].items()
        if _layer(model) == "reporting" and column["data_type"] not in BI_TYPES
    }
    assert strays == {}


def test_each_model_has_an_owner(manifest: dict[str, Any], models: list[dict]) -> None:
    """Every model is in a group, and every group says whom to ask."""
    owned = {group["name"] for group in manifest["groups"].values() if group["owner"]["name"]}
    assert [model["name"] for model in models if model["config"]["group"] not in owned] == []


def test_tags_are_known(models: list[dict]) -> None:
    """A tag is one of a short list, each with its meaning."""
    assert {tag for model in models for tag in model["tags"]} <= TAGS


def test_what_reads_predictions_is_tagged(manifest: dict[str, Any], models: list[dict]) -> None:
    """A model below the source `ml` carries the tag, and no other does."""
    roots = [name for name, source in manifest["sources"].items() if source["schema"] == "ml"]
    below, waiting = set(), list(roots)
    while waiting:
        for child in manifest["child_map"][waiting.pop()]:
            if child not in below:
                below.add(child)
                waiting.append(child)
    names = {model["name"] for model in models if model["unique_id"] in below}
    assert {model["name"] for model in models if "predicted" in model["tags"]} == names


def test_sources_say_when_they_are_stale(manifest: dict[str, Any]) -> None:
    """Every table that tells when its rows came has a threshold; quarantine and people may be quiet."""
    quiet = ("quarantine", "alert_acknowledgements")
    for source in manifest["sources"].values():
        limits = (source["freshness"] or {}).get("warn_after") or {}
        assert bool(limits.get("count")) == (source["name"] not in quiet), source["name"]
        assert source["description"].startswith("One row per "), source["name"]


def test_the_report_pages_are_declared(manifest: dict[str, Any]) -> None:
    """Each page is an exposure over views of `reporting`, with an owner."""
    exposures = list(manifest["exposures"].values())
    assert {exposure["label"] for exposure in exposures} >= PAGES
    for exposure in exposures:
        assert exposure["owner"]["name"]
        models = [manifest["nodes"][node] for node in exposure["depends_on"]["nodes"]]
        assert models
        assert {_layer(model) for model in models} == {"reporting"}, exposure["name"]


def test_each_view_is_on_a_page(manifest: dict[str, Any], models: list[dict]) -> None:
    """Whoever changes a view of `reporting` sees which page reads it."""
    shown = {node for exposure in manifest["exposures"].values() for node in exposure["depends_on"]["nodes"]}
    assert [model["name"] for model in models if _layer(model) == "reporting" and model["unique_id"] not in shown] == []


def test_selectors_are_there() -> None:
    """The loop around ML and every layer can be run by name."""
    text = (PROJECT / "dbt_project" / "selectors.yml").read_text()
    assert [selector["name"] for selector in yaml.safe_load(text)["selectors"]] == SELECTORS


def test_the_selectors_of_the_loop_share_nothing(built_once: WarehouseBuild, models: list[dict]) -> None:
    """What runs before ML and what runs after it are all models, each once."""
    before, after = (_models_of(built_once, selector) for selector in ("before_ml", "after_ml"))
    assert before & after == set()
    assert before | after == {model["name"] for model in models}
    assert {"fact_sales", "fact_inventory"} <= before
    assert "fact_ml_predictions" in after


def _models_of(build: WarehouseBuild, selector: str) -> set[str]:
    return {name.split(".")[-1] for name in build.listed("--selector", selector, "--resource-type", "model")}


@pytest.mark.parametrize("layer", ["staging", "intermediate", "core", "kpi", "monitoring", "reporting"])
def test_a_layer_can_be_run_by_name(built_once: WarehouseBuild, models: list[dict], layer: str) -> None:
    """A layer's selector gives the models of its folder."""
    assert _models_of(built_once, layer) == {model["name"] for model in models if _layer(model) == layer}
