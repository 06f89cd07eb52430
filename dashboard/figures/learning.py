"""Forecasts: whether they are good enough to order by, and better than the simple ones."""

import pandas as pd

from dashboard.figures.filters import Filters
from dashboard.figures.kpis import Card
from dashboard.figures.reading import Reader
from dashboard.figures.words import NONE, spoken

BASELINE = "weekday_mean"

MEASURES = """
    select evaluation, model, demand_class, horizon_week, measure, sum(numerator) / sum(denominator) as value,
           sum(observations) as observations, max(run_id) as run, max(is_champion) as is_champion,
           max(is_serving) as is_serving, max(period_start_date) as until
    from reporting.ml_model_performance
    where source = {retailer:String} and denominator != 0 and is_latest
      and measure in ('rmsse', 'mase7', 'wape', 'bias', 'coverage_90', 'coverage')
    group by evaluation, model, demand_class, horizon_week, measure
"""
SERVING = """
    select demand_class, model, serving_reason as reason, is_pinned, trained_from, trained_to, acted_at, release_id
    from reporting.ml_releases where source = {retailer:String} and is_serving order by demand_class
"""
COMING = """
    select target_date as day, predicted_units as predicted, independent_lower_units as lower,
           independent_upper_units as upper, made_date
    from reporting.demand_forecasts
    where source = {retailer:String} and {scope} order by day
"""
SUMMED = """
    select target_date as day, sum(predicted_units) as predicted, sum(lower_units) as lower,
           sum(upper_units) as upper, max(made_date) as made_date
    from reporting.predictions where {condition} and is_champion group by day order by day
"""
SOLD = """
    select date_key as day, -sum(sold_units) as sold from reporting.stock_by_day
    where {condition} and date_key between {from:Date} and {until:Date} group by day order by day
"""
CONSTRAINED = """
    select target_date as day, countIf(is_demand_constrained) as days_without_stock, countIf(is_over) as over
    from reporting.predictions where {condition} and is_champion group by day having over > 0 order by day
"""
FEATURES = """
    select feature, avg(value) as weight
    from reporting.ml_model_performance
    where source = {retailer:String} and feature != '' and is_latest and model = {model:String}
    group by feature having weight > 0 order by weight desc limit 10
"""
FRONTIER = """
    select level_multiplier as level, 1 - sum(estimated_lost_units) / sum(estimated_wanted_units) as fill_rate,
           sum(estimated_stock_value) as value
    from reporting.stock_frontier where source = {retailer:String} group by level order by level
"""
DRIFT = """
    select period_start_date as day, replaceOne(measure, 'drift of ', '') as what, max(value) as value
    from reporting.ml_model_performance
    where source = {retailer:String} and evaluation = 'drift'
    group by day, what order by day, what
"""
DRIFTING = 4  # lines that a small chart holds
PROMOTED = """
    select toStartOfMonth(starts_on) as month, sum(estimated_base_units) as base, sum(estimated_uplift_units) as uplift
    from reporting.promotion_results
    where {condition} and currency = {currency:String} and starts_on > addMonths({last:Date}, -12)
    group by month order by month
"""
PROMOTED_PARTS = {"base": "Base (est.)", "uplift": "Added (est.)"}
LEARNER = "boosted_counts"


def measured(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Errors by evaluation, model, class of demand ('' is all), week ahead (0 is all) and measure."""
    return reader.rows(MEASURES, filters.parameters())


def serving(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Which model serves which class of demand, and why."""
    found = reader.rows(SERVING, filters.parameters())
    return found.assign(model=found["model"].map(spoken))


def error_of_forecasts(measures: pd.DataFrame) -> str:
    """How far serving forecasts are off, in a few words; '' where nobody has measured it."""
    found = _serving_errors(measures, "live") or _serving_errors(measures, "backtest")
    if "wape" not in found or "bias" not in found:
        return ""
    kind = "live" if _serving_errors(measures, "live") else "backtest"
    return f"{kind} WAPE {100 * found['wape']:.0f} %, bias {100 * found['bias']:+.0f} %, by product, place and day"


def _serving_errors(measures: pd.DataFrame, evaluation: str) -> dict[str, float]:
    """Errors of the models that serve, weighted by the cases each was graded on."""
    is_asked = (measures["evaluation"] == evaluation) & (measures["demand_class"] != "") & measures["is_serving"]
    found = measures[is_asked & (measures["horizon_week"] == 0)]
    if found.empty and evaluation == "live":
        found = measures[(measures["evaluation"] == evaluation) & measures["is_champion"]]
    weighed = found.assign(weighed=found["value"] * found["observations"]).groupby("measure")
    return (weighed["weighed"].sum() / weighed["observations"].sum()).dropna().to_dict()


def cards(measures: pd.DataFrame, models: pd.DataFrame) -> list[Card]:
    """Who serves, and how good it was since then and in the backtest."""
    live, back = _serving_errors(measures, "live"), _serving_errors(measures, "backtest")
    cards = [_serving_card(models)]
    cards.append(
        _error_card("Live WAPE", live, "wape", "no predicted day is over yet", bias="bias", coverage="coverage")
    )
    cards.append(_error_card("Backtest RMSSE", back, "rmsse", "train with ./retail train", mase7="MASE"))
    cards.append(
        _error_card("Backtest WAPE", back, "wape", "train with ./retail train", bias="bias", coverage_90="coverage")
    )
    return [*cards, _value_card(measures)]


def _serving_card(models: pd.DataFrame) -> Card:
    if models.empty:
        return Card("Serving", "no model yet", note="train one: ./retail train")
    names = models["model"].value_counts()
    latest = models["trained_to"].max()
    return Card(
        "Serving most classes",
        names.index[0],
        help="The model that serves most classes of demand; which one serves which is in the table.",
        beside=(("Classes", f"{names.iloc[0]} of {len(models)}"), ("Knows days to", f"{latest.day} {latest:%b}")),
    )


_SHARES = ("wape", "bias", "coverage_90", "coverage")


def _error_card(label: str, found: dict[str, float], main: str, otherwise: str, **others: str) -> Card:
    if main not in found:
        return Card(label, "not measured", note=otherwise)
    words = tuple((word.capitalize() if word != "MASE" else word, _error(name, found)) for name, word in others.items())
    return Card(label, _error(main, found), help=_MEANINGS[main], beside=words, note="of the models that serve")


def _error(name: str, found: dict[str, float]) -> str:
    if name not in found:
        return NONE
    sign = "+" if name == "bias" else ""
    return f"{100 * found[name]:{sign}.0f} %" if name in _SHARES else f"{found[name]:.3f}"


_MEANINGS = {
    "wape": "Σ |forecast − actual| ÷ Σ actual, by product, place and day: large where single units sell.",
    "rmsse": "Root mean squared error against the naive model's; below 1 is better than naive.",
}


def value_added(measures: pd.DataFrame) -> pd.DataFrame:
    """`model`, `value_added`: share of the weekday mean's error (RMSSE) that each model saves, over all classes."""
    found = _backtest(measures, "").pivot_table(index="model", columns="measure", values="value")
    if "rmsse" not in found or BASELINE not in found.index:
        return pd.DataFrame(columns=["model", "value_added"])
    saved = 1 - found["rmsse"] / found.loc[BASELINE, "rmsse"]
    saved = saved.drop(BASELINE).sort_values(ascending=False)
    return pd.DataFrame({"model": saved.index.map(spoken), "value_added": saved.to_numpy()})


def _value_card(measures: pd.DataFrame) -> Card:
    found = value_added(measures)
    if found.empty:
        return Card("Value added", "not measured", note="train with ./retail train")
    best = found.iloc[0]
    return Card(
        "Best over weekday mean",
        f"{100 * best.value_added:+.1f} %",
        help="Share of the weekday mean's error (RMSSE) that the best model saves in the backtest.",
        beside=(("Model", best.model),),
        tone="good" if best.value_added > 0 else "bad",
    )


def _backtest(measures: pd.DataFrame, demand_class: str | None) -> pd.DataFrame:
    found = measures[(measures["evaluation"] == "backtest") & (measures["horizon_week"] == 0)]
    return found if demand_class is None else found[found["demand_class"] == demand_class]


def models_compared(measures: pd.DataFrame) -> pd.DataFrame:
    """Models by class of demand: errors in the backtest and what they add over the weekday mean; serving ones first."""
    found = _backtest(measures, None)
    found = found[found["demand_class"] != ""]
    if found.empty:
        return pd.DataFrame()
    wide = found.pivot_table(index=["demand_class", "model"], columns="measure", values="value").reset_index()
    serves = found.groupby(["demand_class", "model"])["is_serving"].max().reset_index()
    wide = wide.merge(serves, on=["demand_class", "model"])
    base = wide[wide["model"] == BASELINE].set_index("demand_class")["rmsse"]
    wide["added"] = 1 - wide["rmsse"] / wide["demand_class"].map(base)
    wide = wide.sort_values(["demand_class", "rmsse"])
    return pd.DataFrame(
        {
            "Demand class": wide["demand_class"],
            "Model": wide["model"].map(spoken),
            "Serves": wide["is_serving"],
            "RMSSE": wide["rmsse"],
            "Value added": wide["added"],
            "MASE": wide.get("mase7"),
            "WAPE": wide.get("wape"),
            "Bias": wide.get("bias"),
            "Coverage": wide.get("coverage_90"),
        }
    )


def by_week_ahead(measures: pd.DataFrame) -> pd.DataFrame:
    """Error and bias of the serving models by week ahead: `week`, `measure`, `value`."""
    is_asked = (measures["evaluation"] == "backtest") & measures["is_serving"] & (measures["horizon_week"] > 0)
    found = measures[is_asked & measures["measure"].isin(["wape", "bias"]) & (measures["demand_class"] != "")]
    weighed = found.assign(weighed=found["value"] * found["observations"]).groupby(["horizon_week", "measure"])
    value = weighed["weighed"].sum() / weighed["observations"].sum()
    named = value.rename("value").reset_index().rename(columns={"horizon_week": "week"})
    return named.assign(measure=named["measure"].map({"wape": "WAPE", "bias": "Bias"}))


def coming(reader: Reader, filters: Filters) -> tuple[pd.DataFrame, str]:
    """Demand to come by day with a band, and what the band says: `day`, `predicted`, `lower`, `upper`."""
    if len(filters.stores) <= 1 and len(filters.categories) <= 1:
        scope = "store_id = {place:String} and category = {kind:String}"
        more = {"place": (*filters.stores, "")[0], "kind": (*filters.categories, "")[0]}
        found = reader.rows(COMING.replace("{scope}", scope), filters.parameters() | more)
        if len(found):
            return found, "band: 90 % if errors of products are independent"
    sql = SUMMED.replace("{condition}", filters.condition(category="product_id"))
    return reader.rows(sql, filters.parameters()), "band: each product's own 90 % added up, too wide for a sum"


def sold_before(reader: Reader, filters: Filters, days: int = 56) -> pd.DataFrame:
    """Units sold up to the last whole day, to see the forecast go on from: `day`, `sold`."""
    last = filters.window.whole_last
    first = (pd.Timestamp(last) - pd.Timedelta(days=days - 1)).date()
    sql = SOLD.replace("{condition}", filters.condition(category="product_id"))
    return reader.rows(sql, filters.parameters() | {"from": first, "until": last})


def days_without_stock(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Predicted days that are over and on which stock ran out: `day`, `days_without_stock`."""
    sql = CONSTRAINED.replace("{condition}", filters.condition(category="product_id"))
    return reader.rows(sql, filters.parameters())


def features(reader: Reader, filters: Filters, model: str) -> pd.DataFrame:
    """What a model goes by most: `feature`, `weight` (how much worse it gets without)."""
    found = reader.rows(FEATURES, filters.parameters() | {"model": model})
    return found.assign(feature=found["feature"].map(spoken))


def frontier(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Service against capital: `level` of stock against the one in force, `fill_rate`, `value`; estimated."""
    return reader.rows(FRONTIER, filters.parameters())


def drift(reader: Reader, filters: Filters) -> pd.DataFrame:
    """What moved most on the last day, over four weeks: `day`, `what`, `value` (1 is where chance ends)."""
    found = reader.rows(DRIFT, filters.parameters())
    last = found[found["day"] == found["day"].max()].sort_values("value", ascending=False).head(DRIFTING)
    return found[found["what"].isin(last["what"])].assign(what=lambda rows: rows["what"].map(spoken))


def promoted(reader: Reader, filters: Filters) -> pd.DataFrame:
    """Units sold under promotions of the last twelve months, by the month they began: `month`, `part`, `units`."""
    found = reader.rows(PROMOTED.replace("{condition}", filters.condition(category="category")), filters.parameters())
    return found.rename(columns=PROMOTED_PARTS).melt("month", var_name="part", value_name="units")
