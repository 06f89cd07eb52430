"""How dbt's models fall into the groups that run one after the other. Pure functions over dbt's manifest."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Manifest = dict[str, Any]

# A group: the named folders of models, and what they need that no group before has (steps of `intermediate`, seeds).
GROUPS = {
    "staging": ("staging",),
    "core": ("core",),
    "kpi": ("kpi", "features"),
    "reporting": ("reporting", "monitoring"),
}
_BUILT = ("model", "seed", "snapshot")


def read_manifest(path: Path) -> Manifest:
    """dbt's manifest. Raises FileNotFoundError that says how to make it."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there. ./retail airflow up writes it, or: dbt parse --target-path …")
    return json.loads(path.read_bytes())


def groups(manifest: Manifest) -> dict[str, list[str]]:
    """Names of the nodes that each group builds, ordered by name; every model is in exactly one."""
    placed: set[str] = set()
    found = {}
    for group, folders in GROUPS.items():
        own = {node for node in _of_kind(manifest, ("model",)) if manifest["nodes"][node]["fqn"][1] in folders}
        wanted = _with_ancestors(manifest, own) - placed
        placed |= wanted
        found[group] = sorted(manifest["nodes"][node]["name"] for node in wanted)
    if left := set(_of_kind(manifest, ("model",))) - placed:
        raise ValueError(f"No group builds {', '.join(sorted(left))}: name its folder in _layers.GROUPS.")
    return found


def tests_between(manifest: Manifest) -> dict[str, list[str]]:
    """Names of the tests that no single model's own tests cover, by the group after which they can run.

    dbt runs a test with a model if everything else it reads is that model's ancestor (`buildable`); a test of two
    models neither of which reads the other belongs to none, nor does one that reads no model.
    """
    group_of = {name: group for group, names in groups(manifest).items() for name in names}
    order = list(GROUPS)
    found: dict[str, list[str]] = {group: [] for group in order}
    for node in _of_kind(manifest, ("test",)):
        parents = [parent for parent in _parents(manifest, node) if parent in manifest["nodes"]]
        if any(set(parents) - {last} <= _ancestors(manifest, last) for last in parents):
            continue
        last = max((order.index(group_of[manifest["nodes"][parent]["name"]]) for parent in parents), default=0)
        found[order[last]].append(manifest["nodes"][node]["name"])
    return {group: sorted(names) for group, names in found.items()}


def tables(manifest: Manifest, names: Iterable[str]) -> list[tuple[str, str]]:
    """Database and table of some models, but for the steps of `intermediate`, which are nobody's to read."""
    wanted = set(names)
    nodes = [manifest["nodes"][node] for node in _of_kind(manifest, ("model",))]
    return sorted(
        (node["schema"], node["alias"]) for node in nodes if node["name"] in wanted and node["fqn"][1] != "intermediate"
    )


def _of_kind(manifest: Manifest, kinds: tuple[str, ...]) -> list[str]:
    return sorted(node for node, is_ in manifest["nodes"].items() if is_["resource_type"] in kinds)


def _parents(manifest: Manifest, node: str) -> list[str]:
    return manifest["nodes"][node]["depends_on"].get("nodes", [])


def _with_ancestors(manifest: Manifest, nodes: set[str]) -> set[str]:
    found, waiting = set[str](), list(nodes)
    while waiting:
        node = waiting.pop()
        if node in found or node not in manifest["nodes"] or manifest["nodes"][node]["resource_type"] not in _BUILT:
            continue
        found.add(node)
        waiting += _parents(manifest, node)
    return found


def _ancestors(manifest: Manifest, node: str) -> set[str]:
    return _with_ancestors(manifest, set(_parents(manifest, node)))
