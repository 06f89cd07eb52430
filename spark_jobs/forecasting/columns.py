"""The contract between the feature tables (`features.feat_product_store_daily`, `feat_panel_daily`) and the models.

A row is a series and a day d of a dense calendar, from the first day of the window to 28 days after the last day known.
- FROM_ORIGIN and FROM_WEEKDAY hold what was known at the end of d. On days to come they are NULL.
- IN_ADVANCE holds what is known about d itself before it comes: the calendar, whether the place is open, what has been
  announced.
A learner that predicts day t of horizon week w from origin o takes FROM_ORIGIN of the row o, FROM_WEEKDAY of the row
t - 7w (the last t's weekday that was over at o; o - 6 to o) and IN_ADVANCE of the row t.
"""

SERIES = ("source", "store_id", "product_id")
DAY = "date_key"

# What happened on d: the target, and whether the day counts.
UNITS = "estimated_units"  # sold and estimated lost; NULL on days to come and before the series began
IS_OFFERED = "is_offered"  # the place was open and had the product in its range; only such days are learnt and scored
IS_KNOWN = "is_known"  # d was over when the table was built
HAPPENED = (UNITS, "out_of_stock_share", IS_OFFERED, IS_KNOWN)

DEMAND_CLASS = "demand_class"  # as of the end of d, of 52 weeks that end with d; rules of mart_demand_classes
CATEGORY = "category"

FROM_ORIGIN = (
    # Mean units a day on which it was offered, of the last so many days, and decayed with so many days of half-life
    *(f"mean_{days}" for days in (7, 28, 91, 364)),
    *(f"decayed_{days}" for days in (7, 14, 28, 56, 112)),
    # Standard deviation of a day, share of days with demand
    *("spread_28", "spread_91", "demand_share_28", "demand_share_91"),
    *("days_since_demand", "days_offered"),
    # By weeks of the last 52: weeks a week with demand stands for, squared variation of their sizes
    *("demand_interval_weeks", "squared_size_variation"),
    # What the 28 days that follow brought a year ago, as a ratio to the 28 days before them
    *("year_ago_ratio", "category_year_ago_ratio"),
    # Decayed level of the category over a slower one: 7 to 28, 28 to 112 days
    *("category_trend_7", "category_trend_28"),
    # Share of the last 28 days without stock; the stock at the end of the day, in days of the level, and its spread
    *("stock_out_share_28", "stock_cover_days", "stock_spread_28"),
)
FROM_WEEKDAY = ("weekday_units", "weekday_mean_4", "weekday_mean_8", "weekday_decayed", "weekday_index")
IN_ADVANCE = (
    *("weekday", "day_of_month", "day_of_year"),
    *("is_holiday", "days_to_holiday", "days_since_holiday"),
    *("is_promoted", "discount_rate", "unit_price", "price_ratio"),
)
# Of the product: the same on every day.
ATTRIBUTES = ("shelf_life_days",)

STATISTICAL = "usual_units"  # level x weekday index: the feature that the learners correct
