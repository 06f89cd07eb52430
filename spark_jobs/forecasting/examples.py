"""Rows to learn from and rows to answer, joined from a feature table as `columns` says.

Levels are told relative to the usual units of the day (`STATISTICAL`), so that what is learnt of one series holds for
another of a different size.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - Spark's own convention

from spark_jobs.forecasting.columns import (
    ATTRIBUTES,
    FROM_ORIGIN,
    FROM_WEEKDAY,
    IN_ADVANCE,
    IS_OFFERED,
    STATISTICAL,
    UNITS,
)
from spark_jobs.forecasting.model import HORIZON_DAYS, HORIZON_WEEKS

SERIES, DAY = "series", "day"  # numbers in a snapshot: of the series, and days since 1970
KEYS = (SERIES, DAY, "week")
_SHARES = 1_000_000
_LEAST_USUAL = 0.02  # units a day: what nobody has wanted for months may be wanted again
_LEAST_HISTORY = 28  # days offered before a series is learnt from

# Relative to the usual units of the day.
_RELATIVE = (
    *(name for name in FROM_ORIGIN if name.startswith(("mean_", "decayed_", "spread_"))),
    *(name for name in FROM_WEEKDAY if name != "weekday_index"),
)
FEATURES = (
    *(f"relative_{name}" for name in _RELATIVE),
    *(name for name in FROM_ORIGIN if name not in _RELATIVE),
    "weekday_index",
    *IN_ADVANCE,
    *ATTRIBUTES,
    STATISTICAL,
    "horizon",
)


def examples(features: DataFrame, first_day: int, origin_day: int, share: float, seed: int) -> DataFrame:
    """A share of (series, target day, horizon week) until the origin; each is asked for from one day of its week.

    Columns KEYS, FEATURES and UNITS, as float. Which rows are drawn depends on the seed and the row alone.
    """
    drawn = F.pmod(F.xxhash64(SERIES, DAY, "week", F.lit(seed)), F.lit(_SHARES))
    targets = (
        features.where(F.col(IS_OFFERED) & F.col(DAY).between(first_day, origin_day))
        .select(SERIES, DAY, UNITS, *IN_ADVANCE, *ATTRIBUTES, F.explode(_weeks()).alias("week"))
        .where(drawn < int(share * _SHARES))
        .withColumn("horizon", 7 * F.col("week") - F.pmod(F.xxhash64(DAY, SERIES, "week", F.lit(seed)), F.lit(7)))
    )
    return _joined(targets, features).where(F.col("days_offered") >= _LEAST_HISTORY).select(*KEYS, *_floats(), UNITS)


def questions(features: DataFrame, origin_day: int) -> DataFrame:
    """Each series and each of the 28 days after the origin. Columns KEYS and FEATURES."""
    targets = features.where(F.col(DAY).between(origin_day + 1, origin_day + HORIZON_DAYS)).select(
        SERIES,
        DAY,
        *IN_ADVANCE,
        *ATTRIBUTES,
        (F.col(DAY) - origin_day).alias("horizon"),
        F.ceil((F.col(DAY) - origin_day) / 7).cast("int").alias("week"),
    )
    return _joined(targets, features).select(*KEYS, *_floats())


def _joined(targets: DataFrame, features: DataFrame) -> DataFrame:
    """With the levels of the origin and the weekdays of the same weekday before it."""
    origins = features.select(SERIES, F.col(DAY).alias("origin_day"), *FROM_ORIGIN)
    weekdays = features.select(SERIES, F.col(DAY).alias("weekday_day"), *FROM_WEEKDAY)
    joined = (
        targets.withColumn("origin_day", F.col(DAY) - F.col("horizon"))
        .withColumn("weekday_day", F.col(DAY) - 7 * F.col("week"))
        .join(origins, [SERIES, "origin_day"], "inner")
        .join(weekdays, [SERIES, "weekday_day"], "inner")
    )
    usual = (F.col("decayed_7") + F.col("decayed_28")) / 2 * F.col("weekday_index")
    joined = joined.withColumn(STATISTICAL, F.greatest(usual, F.lit(_LEAST_USUAL)))
    relative = {f"relative_{name}": F.col(name) / F.col(STATISTICAL) for name in _RELATIVE}
    return joined.withColumns(relative)


def _weeks() -> Column:
    return F.array(*(F.lit(week) for week in range(1, HORIZON_WEEKS + 1)))


def _floats() -> list[Column]:
    return [F.col(name).cast("float").alias(name) for name in FEATURES]
