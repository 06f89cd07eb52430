"""Which model a backtest names champion."""

from collections.abc import Sequence

from spark_jobs.forecasting.backtest import Scored

MOST_BIAS = 0.05
COVERAGE = (0.87, 0.93)


def champion_of(scores: Sequence[Scored], baselines: Sequence[str], demand_class: str = "") -> str:
    """The model with the lowest mean RMSSE of those that pass; the best baseline if none does.

    A challenger passes with a lower RMSSE than every baseline on most origins, a mean bias within 5 % and a mean
    coverage of its intervals of 90 % within 0.87 to 0.93.
    """
    found = _by_model(scores, demand_class)
    passing = [name for name in found if name not in baselines and _passes(name, found, baselines)]
    return min(passing or [name for name in baselines if name in found], key=lambda name: _mean(found[name]["rmsse"]))


Figures = dict[str, dict[str, dict[object, float]]]  # model, measure, origin


def _passes(name: str, found: Figures, baselines: Sequence[str]) -> bool:
    own = found[name]
    for baseline in baselines:
        theirs = found[baseline]["rmsse"]
        better = sum(own["rmsse"][origin] < theirs[origin] for origin in theirs)
        if 2 * better <= len(theirs):
            return False
    low, high = COVERAGE
    return abs(_mean(own.get("bias", {}))) <= MOST_BIAS and low <= _mean(own.get("coverage_90", {})) <= high


def _by_model(scores: Sequence[Scored], demand_class: str) -> Figures:
    found: Figures = {}
    for score in scores:
        if score.demand_class == demand_class and score.horizon_week == 0:
            found.setdefault(score.model, {}).setdefault(score.measure, {})[score.origin] = score.value
    return found


def _mean(by_origin: dict[object, float]) -> float:
    return sum(by_origin.values()) / len(by_origin) if by_origin else 0.0
