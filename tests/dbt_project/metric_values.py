"""What the metrics of the semantic layer come to, by its own definitions: MetricFlow does not know ClickHouse."""

import ast
import operator
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.dbt_project.warehouse_build import WarehouseBuild

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


@dataclass(frozen=True)
class Window:
    """Days from the first to the last, of a source; of one place, or of all."""

    source: str
    first: date
    last: date
    store_id: str = ""


class MetricValues:
    """What the metrics of a manifest say of a window. A ratio whose denominator is nothing has no value (None)."""

    def __init__(self, build: WarehouseBuild, manifest: dict[str, Any], window: Window) -> None:
        self._build, self._window = build, window
        self._metrics = {metric["name"]: metric for metric in manifest["metrics"].values()}
        models = manifest["semantic_models"].values()
        self._measures = {measure["name"]: (model, measure) for model in models for measure in model["measures"]}

    def value(self, name: str) -> float | None:
        """A metric's value."""
        metric = self._metrics[name]
        said = metric["type_params"]
        if metric["type"] == "simple":
            return self._measured(said["measure"]["name"])
        parts = f"{said['numerator']['name']} / {said['denominator']['name']}" if metric["type"] == "ratio" else ""
        try:
            return self._worked(ast.parse(parts or said["expr"], mode="eval").body)
        except ZeroDivisionError:
            return None

    def _worked(self, node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](self._worked(node.left), self._worked(node.right))
        if isinstance(node, ast.Name):
            return float(self.value(node.id) or 0)
        assert isinstance(node, ast.Constant), ast.dump(node)
        return float(node.value)

    def _measured(self, name: str) -> float:
        model, measure = self._measures[name]
        function = {"sum": "sum", "count_distinct": "uniqExact"}[measure["agg"]]
        relation, rows = model["node_relation"]["relation_name"], self._rows(model)
        only = measure["non_additive_dimension"]
        if only:
            day = f"select {only['window_choice']}({only['name']}) from {relation} where {rows}"
            rows += f" and {only['name']} = ({day})"
        [(value,)] = self._build.rows(f"select {function}({measure['expr']}) from {relation} where {rows}")
        return float(value)

    def _rows(self, model: dict[str, Any]) -> str:
        time = model["defaults"]["agg_time_dimension"]
        [dimension] = [dimension for dimension in model["dimensions"] if dimension["name"] == time]
        is_monthly = dimension["type_params"]["time_granularity"] == "month"
        first = self._window.first.replace(day=1) if is_monthly else self._window.first
        rows = f"source = '{self._window.source}' and {dimension['expr'] or time} between '{first}' and "
        place = f" and store_id = '{self._window.store_id}'" if self._window.store_id else ""
        return f"{rows}'{self._window.last}'{place}"
