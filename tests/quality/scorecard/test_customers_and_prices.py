"""Customers who left, and how demand answers to prices, graded on rows worked out by hand."""

import pytest

from tests.quality.scorecard.lab import Lab


def test_elasticities_are_those_of_true_uplifts(lab: Lab) -> None:
    """Tea's four cuts brought 1.1 × price to the power -2: 2, where 1.8 was said. A multibuy says nothing."""
    lab.history("2026-01-01", "2026-03-31")
    uplifts = {"P1": (0.5, 4.4), "P2": (0.5, 4.4), "P3": (0.2, 1.71875), "P4": (0.2, 1.71875)}
    days = {"starts_on": "2026-01-01", "ends_on": "2026-01-07"}
    for promotion, (rate, uplift) in uplifts.items():
        lab.given("truth.promotions", [{"promotion_id": promotion, "product_id": "tea", "uplift": uplift} | days])
        offer = {"promotion_id": promotion, "product_id": "tea", "promotion_type": "price_cut", "discount_rate": rate}
        lab.given("core.dim_promotion", [offer])
    lab.given("truth.promotions", [{"promotion_id": "P5", "product_id": "tea", "uplift": 9} | days])
    lab.given("core.dim_promotion", [{"promotion_id": "P5", "product_id": "tea", "promotion_type": "multibuy"}])
    lab.given("core.dim_product", [{"product_id": "tea", "category": "Tea", "is_current": "true"}])
    lab.given(
        "kpi.mart_price_elasticities",
        [{"product_id": "tea", "category": "Tea", "estimated_category_elasticity": 1.8}],
    )
    rows = lab.rows("elasticities")
    said = {"inferred": 1.8, "truth": 2, "relative_error": -0.1, "naive": -0.25}
    assert rows["all", "elasticity, mean of categories"] == pytest.approx(said, rel=1e-5)
    each = {"inferred": 0.2, "truth": 2, "relative_error": 0.1, "naive": 0.25}
    assert rows["each category", "mean absolute error of the elasticity"] == pytest.approx(each, rel=1e-5)


def test_who_is_still_there_is_counted_by_chances(lab: Lab) -> None:
    """Chances 0.9, 0.5 and 0.2 make 1.6 of the two who have not left; one of them bought in the last 90 days."""
    lab.history("2026-01-01", "2026-03-31")
    people = {
        "A": (0.9, "2027-01-01", "2026-03-30"),
        "B": (0.5, "2026-04-01", "2025-12-30"),
        "C": (0.2, "2026-03-31", "2025-01-01"),
    }
    for name, (chance, left, bought) in people.items():
        row = {"customer_id": name}
        lab.given("staging.stg_ml__customer_values", [row | {"chance_alive": chance, "made_date": "2026-03-31"}])
        lab.given("truth.customers", [row | {"joined_date": "2025-01-01", "left_date": left}])
        lab.given("kpi.mart_customers", [row | {"last_purchase_date": bought}])
    lab.given("staging.stg_ml__customer_values", [{"customer_id": "A", "chance_alive": 0.1, "made_date": "2026-02-28"}])
    rows = lab.rows("customers_left")
    assert rows["all", "customers still there"] == {
        "inferred": 1.6, "truth": 2, "relative_error": -0.2, "naive": -0.5, "aim": 0.15,
    }  # fmt: skip
