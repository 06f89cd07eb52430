"""What `dbt_project/models/metrics` says, read from the YAML itself: there is no manifest before the first dbt run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from contracts.problems import Problem
from warehouse.metrics.formulas import Formula, MeasureName, measures_of, parsed

# Not by contracts.settings: its libraries take a second to import, and a page of a dashboard asks at once.
MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
AGGREGATIONS = {"sum": "sum", "count_distinct": "uniqExact", "average": "avg", "min": "min", "max": "max"}
# How a figure is written, in the words of Power BI and of spreadsheets.
FORMATS = {
    "money": "#,0.00",
    "ratio": "0.0 %",
    "units": "#,0",
    "count": "#,0",
    "days": "0.0",
    "minutes": "#,0",
    "times": "0.00",
}


@dataclass(frozen=True)
class Measure:
    """An aggregate over a semantic model; `at` says whether it is of the window's first or last day only."""

    name: str
    model: str
    aggregation: str
    expression: str
    at: str = ""  # "", "min", "max"


@dataclass(frozen=True)
class SemanticModel:
    """A table of the warehouse with its measures' time, its dimensions and what it can be joined by."""

    name: str
    layer: str
    table: str
    time: str  # SQL; "" where there are no measures
    is_as_of_now: bool
    where: str
    entities: dict[str, tuple[str, ...]]  # the columns of each
    primary: str
    dimensions: dict[str, str]  # SQL by name


@dataclass(frozen=True)
class Metric:
    """A KPI's figure: what it is called, what is better, and its formula over measures and other metrics."""

    name: str
    label: str
    description: str
    kpi: str
    unit: str
    better: str  # up, down, none
    formula: Formula

    @property
    def format(self) -> str:
        """How the figure is written, e.g. `0.0 %`."""
        return FORMATS[self.unit]


@dataclass(frozen=True)
class Registry:
    """Every metric, with the measures and semantic models below it."""

    metrics: dict[str, Metric]
    measures: dict[str, Measure]
    models: dict[str, SemanticModel]
    joined: dict[str, SemanticModel] = field(default_factory=dict)  # by the entity it is primary for

    def measures_of(self, metric: Metric) -> list[Measure]:
        """The measures a metric comes down to, each once, in the order of its formula."""
        return [self.measures[name] for name in measures_of(metric.formula, self.formula)]

    def models_of(self, metric: Metric) -> list[SemanticModel]:
        """The semantic models it reads, each once."""
        return list({measure.model: self.models[measure.model] for measure in self.measures_of(metric)}.values())

    def formula(self, name: str) -> Formula:
        """A metric's formula."""
        return self.metrics[name].formula


@lru_cache(maxsize=1)
def load_registry(folder: Path = MODELS / "metrics") -> Registry:
    """The metrics of the dbt project. Raises Problem where one says what we cannot compile."""
    said = [yaml.load(path.read_text(), Loader=_LOADER) for path in sorted(folder.glob("*.yml"))]  # noqa: S506  safe
    return registry_of(said)


def registry_of(pages: list[dict[str, Any]]) -> Registry:
    """A registry of parsed YAML pages. Raises Problem."""
    layers = {path.stem: path.relative_to(MODELS).parts[0] for path in MODELS.rglob("*.sql")}
    described = [entry for page in pages for entry in page.get("semantic_models", [])]
    models = {entry["name"]: _model(entry, layers) for entry in described}
    measures = {measure.name: measure for entry in described for measure in _measures(entry)}
    metrics = {entry["name"]: _metric(entry) for page in pages for entry in page.get("metrics", [])}
    joined = {model.primary: model for model in models.values() if model.primary}
    return Registry(metrics, measures, models, joined)


# Written in C where PyYAML has it: six times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _model(said: dict[str, Any], layers: dict[str, str]) -> SemanticModel:
    table = said["model"].removeprefix("ref('").removesuffix("')")
    if table not in layers:
        raise Problem(f"The semantic model {said['name']} is over {table}, which is no model of the dbt project.")
    meta = said.get("config", {}).get("meta", {})
    time_name = said.get("defaults", {}).get("agg_time_dimension", "")
    times = {entry["name"]: entry for entry in said["dimensions"] if entry["type"] == "time"}
    time = times.get(time_name, {"type_params": {"time_granularity": "day"}})
    if time["type_params"]["time_granularity"] != "day":
        raise Problem(f"The semantic model {said['name']} is not by day.", "Take its measures from a fact.")
    return SemanticModel(
        name=said["name"],
        layer=layers[table],
        table=table,
        time=time.get("expr", time_name),
        is_as_of_now=meta.get("as_of_now", False),
        where=meta.get("where", ""),
        entities={entry["name"]: _columns(entry.get("expr", entry["name"])) for entry in said["entities"]},
        primary=next((entry["name"] for entry in said["entities"] if entry["type"] == "primary"), ""),
        dimensions={
            entry["name"]: entry.get("expr", entry["name"])
            for entry in said["dimensions"]
            if entry["type"] == "categorical"
        },
    )


def _columns(expression: str) -> tuple[str, ...]:
    return tuple(column.strip() for column in expression.strip("() ").split(","))


def _measures(said: dict[str, Any]) -> Iterator[Measure]:
    for entry in said.get("measures", []):
        if entry["agg"] not in AGGREGATIONS:
            known = ", ".join(AGGREGATIONS)
            raise Problem(f"The measure {entry['name']} is a {entry['agg']}.", f"What can be compiled: {known}.")
        at = entry.get("non_additive_dimension", {}).get("window_choice", "")
        yield Measure(entry["name"], said["name"], entry["agg"], str(entry.get("expr", entry["name"])), at)


def _metric(said: dict[str, Any]) -> Metric:
    meta = said["config"]["meta"]
    return Metric(
        name=said["name"],
        label=said["label"],
        description=said["description"],
        kpi=meta["kpi"],
        unit=meta["unit"],
        better=meta["better"],
        formula=_formula(said),
    )


def _formula(said: dict[str, Any]) -> Formula:
    parameters = said["type_params"]
    if "filter" in said:
        raise Problem(f"The metric {said['name']} has a filter.", "Put the condition into its measure's `expr`.")
    if said["type"] == "simple":
        return MeasureName(parameters["measure"])
    if said["type"] == "ratio":
        return parsed(f"{parameters['numerator']} / {parameters['denominator']}")
    if said["type"] == "derived":
        return parsed(parameters["expr"])
    raise Problem(f"The metric {said['name']} is {said['type']}.", "What can be compiled: simple, ratio, derived.")
