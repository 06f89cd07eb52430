"""Which model serves a class of demand, and why, in words a person can check."""

from collections.abc import Sequence
from dataclasses import dataclass

from spark_jobs.forecasting.backtest import Scored

MOST_BIAS = 0.05
COVERAGE = (0.87, 0.93)
UNJUDGED = "weekday_mean"  # serves where nothing could be compared

Figures = dict[str, dict[str, dict[object, float]]]  # model, measure, origin


@dataclass(frozen=True)
class Verdict:
    """The model that serves a class of demand ('' for all), and the reason."""

    demand_class: str
    model: str
    reason: str


def champion_of(scores: Sequence[Scored], baselines: Sequence[str], demand_class: str = "") -> str:
    """The model that serves when nothing has been released before."""
    return verdict_of(scores, baselines, demand_class).model


def verdict_of(
    scores: Sequence[Scored], baselines: Sequence[str], demand_class: str = "", incumbent: str = ""
) -> Verdict:
    """The rule of promotion.

    A challenger passes with a lower RMSSE than both baselines on most origins, a mean coverage of its intervals of 90 %
    within 0.87 to 0.93, and a mean bias within 5 %; where the demand moved so much that the best baseline itself is
    further off, with a bias no larger than that baseline's. An `incumbent` (what serves today) that passes is replaced
    only by one with a lower RMSSE than its own on most origins. Of those left the lowest mean RMSSE serves; if nobody
    passes, the best baseline does.
    """
    found = _by_model(scores, demand_class)
    standing = [name for name in baselines if name in found]
    if not standing:
        return Verdict(demand_class, UNJUDGED, "No series of this class could be compared, so a baseline serves.")
    best = min(standing, key=lambda name: _error(found, name))
    faults = {name: _fault(name, found, standing, best) for name in found if name not in baselines}
    passing = [name for name, fault in faults.items() if not fault]
    if incumbent in passing:
        passing = [name for name in passing if name == incumbent or _wins(name, incumbent, found)]
        passing = [name for name in passing if name != incumbent] or [incumbent]
    if not passing:
        return Verdict(demand_class, best, _no_challenger(best, faults, found))
    chosen = min(passing, key=lambda name: _error(found, name))
    return Verdict(demand_class, chosen, _praise(chosen, found, standing, best, incumbent))


def _fault(name: str, found: Figures, baselines: Sequence[str], best: str) -> str:
    """What keeps a challenger out; '' if nothing does."""
    for baseline in baselines:
        if not _wins(name, baseline, found):
            return f"RMSSE {_error(found, name):.3f}, not below {baseline}'s on most windows"
    bias, usual = _mean(found[name].get("bias", {})), _mean(found[best].get("bias", {}))
    if abs(bias) > max(MOST_BIAS, abs(usual)):
        return f"bias {_percent(bias)}, beyond 5 % and beyond {best}'s {_percent(usual)}"
    low, high = COVERAGE
    coverage = _mean(found[name].get("coverage_90", {}))
    if not low <= coverage <= high:
        return f"its intervals of 90 % held {coverage:.1%} of days"
    return ""


def _wins(name: str, other: str, found: Figures) -> bool:
    """Whether its RMSSE is lower on most of the origins at which anybody was judged."""
    own, theirs = found[name].get("rmsse", {}), found[other].get("rmsse", {})
    origins = {origin for measures in found.values() for origin in measures.get("rmsse", {})}
    return 2 * _windows_won(own, theirs) > len(origins)


def _windows_won(own: dict[object, float], theirs: dict[object, float]) -> int:
    return sum(own[origin] < theirs[origin] for origin in own.keys() & theirs.keys())


def _praise(chosen: str, found: Figures, baselines: Sequence[str], best: str, incumbent: str) -> str:
    own = found[chosen]
    against = ", ".join(
        f"{name} {_error(found, name):.3f} ({_windows_won(own['rmsse'], found[name]['rmsse'])} of {len(own['rmsse'])} "
        "windows won)"
        for name in (*baselines, *([incumbent] if incumbent in found and incumbent not in (chosen, *baselines) else []))
    )
    bias, usual = _mean(own.get("bias", {})), _mean(found[best].get("bias", {}))
    moved = f", beyond 5 % as demand itself moved: {best} is {_percent(usual)} off" if abs(bias) > MOST_BIAS else ""
    stays = "It served before and no challenger was better. " if chosen == incumbent else ""
    return (
        f"{stays}RMSSE {_error(found, chosen):.3f} against {against}; bias {_percent(bias)}{moved}; its intervals of "
        f"90 % held {_mean(own.get('coverage_90', {})):.1%} of days."
    )


def _no_challenger(best: str, faults: dict[str, str], found: Figures) -> str:
    said = "; ".join(f"{name}: {fault}" for name, fault in sorted(faults.items()))
    return f"The best baseline serves (RMSSE {_error(found, best):.3f}), for no challenger passed. {said}".strip() + "."


def _error(found: Figures, name: str) -> float:
    return _mean(found[name].get("rmsse", {}), nothing=float("inf"))


def _by_model(scores: Sequence[Scored], demand_class: str) -> Figures:
    found: Figures = {}
    for score in scores:
        if score.demand_class == demand_class and score.horizon_week == 0:
            found.setdefault(score.model, {}).setdefault(score.measure, {})[score.origin] = score.value
    return {name: measures for name, measures in found.items() if measures.get("rmsse")}


def _mean(by_origin: dict[object, float], nothing: float = 0.0) -> float:
    return sum(by_origin.values()) / len(by_origin) if by_origin else nothing


def _percent(share: float) -> str:
    return f"{100 * share:+.1f} %"
