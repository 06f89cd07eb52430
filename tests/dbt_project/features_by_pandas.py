"""The features of a panel worked out anew, a day at a time, by pandas: slow, and nothing of the SQL in it."""

import numpy as np
import pandas as pd


def features_at(units: pd.DataFrame, series: str, day: pd.Timestamp) -> dict[str, float]:
    """What is known of a series at the end of a day. `units`: a column per series, a row per day; NaN: not yet."""
    own = units.loc[:day, series]
    all_of_day = units.loc[:day].sum(axis=1), units.loc[:day].notna().sum(axis=1)
    age = (day - own.index).days.to_numpy()
    same = own[own.index.dayofweek == day.dayofweek]
    found = {f"mean_{n}": own[-n:].mean() for n in (7, 28, 91, 364)}
    found |= {f"decayed_{n}": _decayed(own, age, n) for n in (7, 14, 28, 56, 112)}
    found |= {f"spread_{n}": own[-n:].std(ddof=0) for n in (28, 91)}
    found |= {f"demand_share_{n}": (own[-n:].dropna() > 0).mean() for n in (28, 91)}
    sold = own.index[own > 0]
    found["days_since_demand"] = (day - sold[-1]).days if len(sold) else np.nan
    found["days_offered"] = own.notna().sum()
    found["weekday_units"] = own.iloc[-1]
    found |= {f"weekday_mean_{n}": same[-n:].mean() for n in (4, 8)}
    found["weekday_decayed"] = _decayed(same[-64:], (day - same[-64:].index).days.to_numpy(), 364)
    found["category_trend_7"] = _level(*all_of_day, age, 7) / _level(*all_of_day, age, 28)
    found["category_trend_28"] = _level(*all_of_day, age, 28) / _level(*all_of_day, age, 112)
    found["weekday_index"] = _index(units, series, day)
    return found


def _decayed(values: pd.Series, age: np.ndarray, half_life: float) -> float:
    weight = np.where(values.notna(), 0.5 ** (age / half_life), 0)
    return float((values.fillna(0) * weight).sum() / weight.sum())


def _level(total: pd.Series, count: pd.Series, age: np.ndarray, half_life: float) -> float:
    weight = 0.5 ** (age / half_life)
    return float((total * weight).sum() / (count * weight).sum())


def _index(units: pd.DataFrame, series: str, day: pd.Timestamp) -> float:
    """(own units on the weekday + 100 x the panel's index) / (own level x days + 100), decayed by 364 days."""
    own, total, count = units.loc[:day, series], units.loc[:day].sum(axis=1), units.loc[:day].notna().sum(axis=1)
    age = (day - own.index).days.to_numpy()
    same = own.index.dayofweek == day.dayofweek
    same &= age < 7 * 64
    weight = 0.5 ** (age / 364)
    panel = (total * weight)[same].sum() / (_level(total, count, age, 364) * (count * weight)[same].sum())
    seen, days = (own.fillna(0) * weight)[same].sum(), (own.notna() * weight)[same].sum()
    return float((seen + 100 * panel) / (_decayed(own, age, 364) * days + 100))
