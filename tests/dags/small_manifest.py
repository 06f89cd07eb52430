"""A dbt manifest of seven models, small enough to see through.

sales ─► fact_sales ─► int_demand ─► mart_demand ─► demand_view        (staging, core, intermediate, kpi, reporting)
days ──► dim_date ─────────────────────┘   └─► feat_demand             (features)
"""

from typing import Any

READS = {
    "seed.retail.segments": ([], "seed"),
    "model.retail.sales": ([], "staging"),
    "model.retail.days": ([], "staging"),
    "model.retail.fact_sales": (["model.retail.sales"], "core"),
    "model.retail.dim_date": (["model.retail.days"], "core"),
    "model.retail.int_demand": (["model.retail.fact_sales"], "intermediate"),
    "model.retail.mart_demand": (
        ["model.retail.int_demand", "model.retail.dim_date", "seed.retail.segments"],
        "kpi",
    ),
    "model.retail.feat_demand": (["model.retail.int_demand"], "features"),
    "model.retail.demand_view": (["model.retail.mart_demand"], "reporting"),
}
TESTS = {
    "sales_are_unique": ["model.retail.sales"],
    "demand_agrees_with_sales": ["model.retail.mart_demand", "model.retail.fact_sales"],  # the one reads the other
    "sales_have_a_date": ["model.retail.fact_sales", "model.retail.dim_date"],  # neither reads the other
    "joins_give_null": [],  # reads no model
}


def small_manifest() -> dict[str, Any]:
    """The manifest, with what Cosmos and our own functions read of it."""
    nodes = {node: _node(node, reads, layer) for node, (reads, layer) in READS.items()}
    nodes |= {f"test.retail.{name}": _test(name, reads) for name, reads in TESTS.items()}
    parents = {node: parts["depends_on"]["nodes"] for node, parts in nodes.items()}
    return {"nodes": nodes, "sources": {}, "exposures": {}, "selectors": {}, "parent_map": parents, "child_map": {}}


def _node(node: str, reads: list[str], layer: str) -> dict[str, Any]:
    kind, _, name = node.split(".")
    return _common(node, name, kind, reads) | {
        "fqn": ["retail", layer, name] if kind == "model" else ["retail", name],
        "schema": layer,
        "alias": name,
        "config": {"materialized": "seed" if kind == "seed" else "table", "tags": [], "meta": {}},
        "original_file_path": f"models/{layer}/{name}.sql",
        "path": f"{layer}/{name}.sql",
    }


def _test(name: str, reads: list[str]) -> dict[str, Any]:
    return _common(f"test.retail.{name}", name, "test", reads) | {
        "fqn": ["retail", name],
        "schema": "tests",
        "alias": name,
        "config": {"materialized": "test", "tags": [], "meta": {}},
        "original_file_path": f"tests/{name}.sql",
        "path": f"{name}.sql",
    }


def _common(node: str, name: str, kind: str, reads: list[str]) -> dict[str, Any]:
    return {
        "unique_id": node,
        "name": name,
        "resource_type": kind,
        "package_name": "retail",
        "depends_on": {"nodes": reads},
        "tags": [],
        "meta": {},
    }
