"""What dbt says of each table, in the order data flows. Pure functions over dbt's manifest and catalog."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LAYERS = ("raw", "staging", "intermediate", "core", "kpi", "features", "monitoring", "reporting")
OUTSIDE = "written by programs"
_RAW = "raw"
_SEEDS = "seeds"
_GRAINS = ("unique_grain", "unique")
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column; `type_` is '' where neither the YAML nor a catalog says it."""

    name: str
    type_: str
    description: str
    tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A table or view: `grain` are the columns that are unique together, `tests` what else is checked of its rows,
    `examples` the unit tests of its SQL.
    """

    layer: str
    name: str
    relation: str
    kind: str
    description: str
    owner: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]
    tests: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def entries(manifest: Node, catalog: Node | None = None) -> list[Entry]:
    """Every source, seed and model, by layer in the order data flows, then by name."""
    types = _types(catalog or {})
    tests = _tests_by_node(manifest)
    examples = _examples_by_model(manifest)
    wanted = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    found = [_entry(node, tests, examples, types) for node in (*manifest["sources"].values(), *wanted)]
    return sorted(found, key=lambda entry: (layers().index(entry.layer), entry.name))


def layers() -> tuple[str, ...]:
    """Headings of the page, in order: what is written beside dbt stands before what reads it."""
    return (_RAW, OUTSIDE, _SEEDS, *LAYERS[1:])


def _entry(node: Node, tests: Mapping[str, list[Node]], examples: Mapping[str, list[str]], types: Node) -> Entry:
    own = tests.get(node["unique_id"], [])
    grains = [test for test in own if _kind(test) in _GRAINS]
    of_rows = [test for test in own if not test.get("column_name") and test not in grains]
    return Entry(
        layer=_layer(node),
        name=node["name"],
        relation=f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}",
        kind="source" if node["resource_type"] == "source" else node["config"]["materialized"],
        description=_one_line(node["description"]),
        owner=node.get("config", {}).get("group") or "",
        grain=_grain(grains),
        columns=tuple(_columns(node, own, types.get(node["unique_id"], {}))),
        tests=tuple(sorted(map(_said, of_rows))),
        examples=tuple(sorted(examples.get(node["unique_id"], []))),
    )


def _layer(node: Node) -> str:
    if node["resource_type"] == "source":
        return _RAW if node["source_name"] == "events" else OUTSIDE
    return _SEEDS if node["resource_type"] == "seed" else node["fqn"][1]


def _columns(node: Node, tests: list[Node], types: Mapping[str, str]) -> Iterator[Column]:
    """Those the YAML describes, in its order; where it describes none, those of the catalog."""
    described = node["columns"]
    for name in described or types:
        said = described.get(name, {})
        own = tuple(sorted(_said(test) for test in tests if test.get("column_name") == name))
        type_ = said.get("data_type") or types.get(name, "")
        yield Column(name, type_, _one_line(said.get("description", "")), own)


def _grain(tests: list[Node]) -> tuple[str, ...]:
    for test in tests:
        return tuple(test["test_metadata"]["kwargs"].get("columns") or [test["column_name"]])
    return ()


def _said(test: Node) -> str:
    """A data test in words."""
    told = (test.get("test_metadata") or {}).get("kwargs", {})
    match _kind(test):
        case "exists_in":
            return f"is in {_model_named(told['to'])}.{told['field']}"
        case "accepted_values":
            return f"one of {', '.join(map(str, told['values']))}"
        case "holds":
            return f"{_words(test['name'])}: {told['rule']}"
        case "not_null":
            return "never NULL"
        case _:
            return _words(test["name"])


def _kind(test: Node) -> str:
    return (test.get("test_metadata") or {}).get("name", "")


def _words(name: str) -> str:
    return name.replace("_", " ").strip()


def _model_named(reference: str) -> str:
    return reference.removeprefix("ref(").removesuffix(")").strip("'\"")


def _tests_by_node(manifest: Node) -> dict[str, list[Node]]:
    """Data tests by what they are attached to; one of its own file counts for each model it reads."""
    found: dict[str, list[Node]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            attached = node.get("attached_node")
            for of in [attached] if attached else node["depends_on"]["nodes"]:
                found.setdefault(of, []).append(node)
    return found


def _examples_by_model(manifest: Node) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for test in manifest.get("unit_tests", {}).values():
        for model in test["depends_on"]["nodes"]:
            if model.split(".")[-1] == test["model"]:
                found.setdefault(model, []).append(_words(test["name"]))
    return found


def _types(catalog: Node) -> dict[str, dict[str, str]]:
    """Types by node and column, as the database has them."""
    known = {**catalog.get("nodes", {}), **catalog.get("sources", {})}
    return {
        node: {column["name"]: column["type"] for column in sorted(said["columns"].values(), key=lambda c: c["index"])}
        for node, said in known.items()
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())
