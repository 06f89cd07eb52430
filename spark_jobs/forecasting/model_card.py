"""What a person should know of a release before relying on it, as Markdown."""

from collections.abc import Mapping

from spark_jobs.forecasting.registry import BASELINES
from spark_jobs.forecasting.release import Release

_SHOWN = {"rmsse": "RMSSE", "wape": "WAPE", "bias": "bias", "coverage_90": "held by intervals"}
_CARD = """\
# Forecasts of {source}: release {release_id}

**What for.** Units wanted by location, product and day for the 28 days after the last day known, with intervals that
are to hold 90 % of days: for replenishment and for planning staff and space. Not for prices, for single customers, or
for products without history (see *Limits*).

**Data.** {series} series of `features.feat_product_store_daily`, {trained_from} to {trained_to}. The demand is what was
sold and an estimate of what was not sold for want of stock.

**Method.** Compared were {compared}, in {windows}.
Parameters were chosen before the first of them. A model serves a class of demand only if its RMSSE is below both
baselines' (and below that of the model that served before) on most windows, its bias is within 5 % (or, where demand
itself moved, no larger than the best baseline's), and its intervals hold 87 to 93 % of days; else the best baseline
serves. Intervals are split-conformal: from the errors of the last window, in units of each series' own spread. What
serves was learnt anew from everything until {trained_to}. Code {code_version}, seed {seed}, backtest `{run_id}`, made
{made_at}.

## What serves, and why

{serving}

## Figures

Means over the windows. RMSSE below 1 beats "tomorrow is like today"; bias above 0 means too much was forecast.

{figures}

## Limits

- Series under 26 weeks are forecast by rule: their own weekdays, or under 28 days the mean of their category.
- Lost sales are estimated with weeks on both sides of a day, so the demand of the last days may still change a little.
- Intervals are of single days. Sums over products or days have no such interval: the mart of sums says how wide they
  are if errors come together and if they do not.
- What nothing of the past resembles (a new feast, a closed road, a competitor) is not in it.
- The windows are the last {days} days: a season that is not among them was not judged.

## Going back

{back}
"""


def model_card(release: Release, before: str) -> str:
    """`before` is the id of the release that serves until this one does; '' if there is none."""
    windows = f"{len(release.windows)} windows of 28 days (last days known: {', '.join(release.windows)})"
    words = {
        "compared": ", ".join(sorted(release.scores.get("", {}))) or "no models",
        "windows": windows if release.windows else "no window: history is too short",
        "serving": _serving(release),
        "figures": "\n".join(_figures(release)) or "None: nothing could be compared.",
        "days": 28 * len(release.windows),
        "back": _back(before),
    }
    plain = {name: getattr(release, name) for name in Release.__dataclass_fields__ if name not in words}
    return _CARD.format(**words, **plain)


def _serving(release: Release) -> str:
    lines = []
    for name, one in release.serving.items():
        model = release.models[one.key]
        said = ", ".join(f"{key} {value}" for key, value in sorted(model.parameters.items())) or "none"
        lines.append(f"- **{name}**: `{model.name}` (parameters: {said}). {one.reason}")
    return "\n".join(lines)


def _figures(release: Release) -> list[str]:
    lines = []
    for name, found in release.scores.items():
        if not found:
            continue
        lines += [f"### {name or 'All classes'}", "", f"| model | {' | '.join(_SHOWN.values())} |", "| --- " * 5 + "|"]
        serving = release.serving.get(name)
        for model in sorted(found, key=lambda one: found[one].get("rmsse", float("inf"))):
            is_serving = serving is not None and model in (serving.key, release.models[serving.key].name)
            mark = " (serves)" if is_serving else " (baseline)" if model in BASELINES else ""
            lines.append(f"| {model}{mark} | {_row(found[model])} |")
        lines.append("")
    return lines


def _row(measures: Mapping[str, float]) -> str:
    formats = {"rmsse": "{:.3f}", "wape": "{:.1%}", "bias": "{:+.1%}", "coverage_90": "{:.1%}"}
    return " | ".join(formats[one].format(measures[one]) if one in measures else "-" for one in _SHOWN)


def _back(before: str) -> str:
    name = f"`{before}`" if before else "(there is none yet)"
    return (
        f'`./retail release rollback --reason "…"` gives the word back to {name}; `./retail release pin ID` to any '
        "other of `./retail release list`. Then `./retail predict` and `./retail dbt build --selector after_ml`."
    )
