"""What a series' past says on an evening: features of a stock policy, none of them younger than that evening.

`units` are series × days, NaN before a series began; `known` are the numbers of days known on each evening asked about.
Everything is worked out for all evenings at once: series × evenings.
"""

import numpy as np

MEANS = (7, 14, 28, 56, 91, 182, 364)
DEVIATIONS = (28, 91, 364)
_HALF_LIVES = (4, 10, 25, 60)
_LEAST_LEVEL = 0.05  # units a day: below, a ratio to the level says nothing
_YEAR = 364


class Past:
    """Sums of a series' past, made once and read on every evening."""

    def __init__(self, units: np.ndarray, known: np.ndarray) -> None:
        self.units, self.known = np.nan_to_num(units), known
        self._exists = np.isfinite(units)
        self._days = _running(self._exists)
        self._sums = _running(self.units)
        self._squares = _running(self.units**2)
        self._sales = _running(self.units > 0)

    def days(self, window: int) -> np.ndarray:
        """Days of the window on which the series existed; at least 1."""
        return np.maximum(self._window(self._days, window), 1)

    def mean(self, window: int) -> np.ndarray:
        """Mean units a day."""
        return self._window(self._sums, window) / self.days(window)

    def deviation(self, window: int) -> np.ndarray:
        """Standard deviation of a day (divisor n)."""
        square = self._window(self._squares, window) / self.days(window)
        return np.sqrt(np.maximum(square - self.mean(window) ** 2, 0))

    def sale_share(self, window: int) -> np.ndarray:
        """Share of days with demand."""
        return self._window(self._sales, window) / self.days(window)

    def decayed(self, half_life: float) -> np.ndarray:
        """Mean whose weights halve every `half_life` days."""
        keep = 0.5 ** (1 / half_life)
        total, weight = np.zeros(len(self.units)), np.zeros(len(self.units))
        found = np.zeros((len(self.units), len(self.known)))
        for day in range(max(int(self.known.min()) - int(14 * half_life), 0), int(self.known.max()) + 1):
            found[:, self.known == day] = (total / np.maximum(weight, 1e-9))[:, None]
            if day < self.units.shape[1]:
                total = total * keep + self.units[:, day]
                weight = weight * keep + self._exists[:, day]
        return found

    def ahead(self, days: int, weeks: int) -> np.ndarray:
        """What the weekdays of the next `days` days brought in the mean of the last `weeks` weeks, added up."""
        total = np.zeros((len(self.units), len(self.known)))
        for step in range(days):
            same = [self.known + step % 7 - 7 * week for week in range(1, weeks + 1)]
            sums = sum(self._at(self.units, day) for day in same)
            total += sums / np.maximum(sum(self._at(self._exists, day) for day in same), 1)
        return total

    def weekday_index(self, days: int, weeks: int = 13) -> np.ndarray:
        """What the next `days` days bring by their weekdays, of all series, ÷ that many mean days: 1 × evenings."""
        together = self.units.sum(axis=0, keepdims=True)
        pooled = Past(together, self.known)
        return pooled.ahead(days, weeks) / np.maximum(days * pooled.mean(7 * weeks), 1e-9)

    def year_ago(self, days: int) -> np.ndarray:
        """Mean units a day of the next `days` days a year ago, and of as many before them, as a ratio; 1 if unknown."""
        after, before = self._between(-_YEAR, -_YEAR + days), self._between(-_YEAR - days, -_YEAR)
        return np.clip((after + 1) / (before + 1), 0.25, 4)

    def days_silent(self, most: int = 91) -> np.ndarray:
        """Days since the last demand, up to `most`."""
        day = np.where(self.units > 0, np.arange(1, self.units.shape[1] + 1), 0)
        last = np.pad(np.maximum.accumulate(day, axis=1), ((0, 0), (1, 0)))[:, self.known]
        return np.minimum(self.known - last, most)

    def _window(self, running: np.ndarray, window: int) -> np.ndarray:
        return running[:, self.known] - running[:, np.maximum(self.known - window, 0)]

    def _between(self, begin: int, end: int) -> np.ndarray:
        first, last = np.maximum(self.known + begin, 0), np.maximum(self.known + end, 0)
        return self._sums[:, last] - self._sums[:, first]

    def _at(self, values: np.ndarray, day: np.ndarray) -> np.ndarray:
        return np.where(day >= 0, values[:, np.maximum(day, 0)], 0)


def features(units: np.ndarray, known: np.ndarray, period: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Features by name and the usual units a day, each series × evenings; all but the level are ratios to it."""
    past = Past(units, known)
    level = np.maximum((past.decayed(25) + past.mean(182)) / 2, _LEAST_LEVEL)
    found = {"log_level": np.log(level)}
    found |= {f"mean_{days}": past.mean(days) / level for days in MEANS}
    found |= {f"deviation_{days}": past.deviation(days) / level for days in DEVIATIONS}
    found |= {f"decayed_{half_life}": past.decayed(half_life) / level for half_life in _HALF_LIVES}
    found |= {f"sale_share_{days}": past.sale_share(days) for days in (28, 182)}
    found["log_days_silent"] = np.log1p(past.days_silent())
    found["log_days_known"] = np.log1p(past.days(728))
    found["weekdays_own"] = past.ahead(period, 8) / (level * period)
    found["weekdays_all"] = np.broadcast_to(past.weekday_index(period), level.shape)
    found["year_ago"] = past.year_ago(28)
    return found, level


def period_sums(units: np.ndarray, days: int) -> np.ndarray:
    """Sums of each `days` days in a row, series × (columns - days + 1); NaN where one of them is."""
    unknown = _running(np.isnan(units))
    sums = _running(np.nan_to_num(units))
    whole = unknown[:, days:] == unknown[:, :-days]
    return np.where(whole, sums[:, days:] - sums[:, :-days], np.nan)


def _running(values: np.ndarray) -> np.ndarray:
    return np.cumsum(np.pad(values.astype(float), ((0, 0), (1, 0))), axis=1)
