"""What a metric can be split and filtered by, and how that is said in SQL."""

from dataclasses import dataclass
from difflib import get_close_matches

from contracts.problems import Problem
from warehouse.metrics.definitions import Metric, Registry, SemanticModel

NOT_STATED = "not stated"
# Periods of a metric's time, over a column of dates.
PERIODS = {
    "day": "{}",
    "week": "toStartOfWeek({}, 1)",
    "month": "toStartOfMonth({})",
    "quarter": "toStartOfQuarter({})",
    "year": "toStartOfYear({})",
    "weekday": "toDayOfWeek({})",
}


class UnknownNameError(Problem):
    """No metric or dimension has this name."""


class NotAllowedError(Problem):
    """A metric cannot be split or filtered like that."""


@dataclass(frozen=True)
class Own:
    """A dimension that is a column of the measures' own table."""

    expression: str


@dataclass(frozen=True)
class Joined:
    """A dimension of another table, reached by columns of this one."""

    columns: tuple[str, ...]
    model: SemanticModel
    expression: str


Place = Own | Joined


def dimensions_of(registry: Registry, metric: Metric) -> list[str]:
    """Names of what the metric can be split and filtered by, periods last."""
    models = registry.models_of(metric)
    shared = set.intersection(*(set(_places(registry, model)) for model in models))
    ordered = [name for name in _places(registry, models[0]) if name in shared]
    return ordered + periods_of(registry, metric)


def periods_of(registry: Registry, metric: Metric) -> list[str]:
    """The periods a metric can be split by: none of what is as of now."""
    return [] if any(model.is_as_of_now for model in registry.models_of(metric)) else list(PERIODS)


def place_of(registry: Registry, model: SemanticModel, dimension: str) -> Place:
    """Where the model finds a dimension that `checked_dimension` let through."""
    return _places(registry, model)[dimension]


def checked_metric(registry: Registry, name: str) -> Metric:
    """The metric of this name. Raises UnknownNameError."""
    if name in registry.metrics:
        return registry.metrics[name]
    raise UnknownNameError(f"There is no metric {name!r}.", _nearest(name, list(registry.metrics)))


def checked_dimension(registry: Registry, metric: Metric, name: str) -> str:
    """The full name of a dimension of the metric: `store` is `store_id`. Raises UnknownNameError, NotAllowedError."""
    allowed = dimensions_of(registry, metric)
    for candidate in (name, f"{name}_id", name.partition("__")[2]):
        if candidate and candidate in allowed:
            return candidate
    everywhere = {known for model in registry.models.values() for known in _places(registry, model)} | set(PERIODS)
    if {name, f"{name}_id"} & everywhere:
        raise NotAllowedError(f"{metric.label} is not known by {name}.", f"It is by {', '.join(allowed)}.")
    raise UnknownNameError(f"There is no dimension {name!r}.", _nearest(name, sorted(everywhere)))


def _places(registry: Registry, model: SemanticModel) -> dict[str, Place]:
    found: dict[str, Place] = {name: Own(expression) for name, expression in model.dimensions.items()}
    for entity, columns in model.entities.items():
        other = registry.joined.get(entity)
        if other and other is not model:
            for name, expression in other.dimensions.items():
                found.setdefault(name, Joined(columns, other, expression))
    return found


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.5) or [other for other in known if name in other][:3]
    return f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
