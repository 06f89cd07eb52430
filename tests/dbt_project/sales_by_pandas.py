"""KPIs of sales once more, in pandas, from the events: by the words of KPIS.md, not by the models' SQL.

Each function takes what a source told and gives a frame: the key of a model's rows, then what it measures.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from tests.dbt_project.told_events import Event, Told, instant, money

ZERO = Decimal(0)
TICKET = ["store_id", "date_key", "transaction_id", "currency"]


def ticket_lines(told: Told) -> pd.DataFrame:
    """Lines that nobody voided: units, net amount and cost, negative where something came back."""
    voided = {_line(event) for event in told.of("void")}
    sold_at = {_line(event): instant(event["event_time"]) for event in told.of("sale")}
    stand = [event for event in told.of("sale", "return") if _line(event) not in voided]
    return pd.DataFrame([_measured(told, event, sold_at) for event in stand])


def kept(rows: pd.DataFrame, which: Iterable[bool]) -> pd.DataFrame:
    """The rows for which it is true; of no rows, none."""
    return rows[np.fromiter(which, dtype=bool, count=len(rows))]


def _line(event: Event) -> tuple:
    return event["store_id"], event["transaction_id"], event["line_number"]


def _measured(told: Told, event: Event, sold_at: dict[tuple, Any]) -> dict[str, Any]:
    is_return = event["event_type"] == "return"
    sign, units = (-1 if is_return else 1), Decimal(event["quantity"])
    own_time = instant(event["event_time"])
    named = (event["store_id"], event.get("returned_transaction_id"), event.get("returned_line_number"))
    terms = told.costs.at(sold_at.get(named, own_time) if is_return else own_time, event["product_id"])
    unit_cost = Decimal(terms["unit_cost"]) if terms and terms["currency"] == event["currency"] else None
    cost = None if unit_cost is None else money(units * unit_cost)
    is_resold = not is_return or event["disposition"] == "resell"
    discount = Decimal(event["discount_amount"])
    is_goods = event["line_type"] == "merchandise"
    net = sign * money(units * Decimal(event["unit_price"]) - discount)
    return {
        "store_id": event["store_id"],
        "place": event.get("fulfilment_location_id", event["store_id"]),
        "date_key": date.fromisoformat(event["business_date"]),
        "sold_at": own_time,
        "transaction_id": event["transaction_id"],
        "line_number": event["line_number"],
        "named_line": named,
        "product_id": event["product_id"],
        "customer_id": event.get("customer_id"),
        "promotion_id": event.get("promotion_id"),
        "channel": event["channel"],
        "currency": event["currency"],
        "is_goods": is_goods,
        "is_sold": is_goods and not is_return,
        "is_returned": is_goods and is_return,
        "disposition": event.get("disposition"),
        "reason": event.get("reason", "not stated"),
        "units": sign * units,
        "net": net,
        "tax": sign * Decimal(event["tax_amount"]),
        "discount": sign * discount,
        "price_cut": max(Decimal(event.get("regular_price", event["unit_price"])) - Decimal(event["unit_price"]), ZERO),
        "unit_cost": unit_cost,
        "cost": ZERO if cost is None or not is_resold else sign * cost,
        "is_costed": unit_cost is not None,
    }


def _summed(lines: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Counts, units and money of lines by key."""
    sold, back, goods = lines["is_sold"], lines["is_returned"], lines["is_goods"]
    measures = {
        "ticket_lines": 1,
        "sale_lines": sold.astype(int),
        "return_lines": back.astype(int),
        "units_sold": lines["units"].where(sold, ZERO),
        "units_returned": -lines["units"].where(back, ZERO),
        "gross_amount": (lines["net"] + lines["discount"]).where(sold, ZERO),
        "discount_amount": lines["discount"].where(sold, ZERO),
        "sales_amount": lines["net"].where(sold, ZERO),
        "returns_amount": -lines["net"].where(back, ZERO),
        "net_revenue": lines["net"].where(goods, ZERO),
        "other_income": lines["net"].where(~goods, ZERO),
        "tax_amount": lines["tax"],
        "cogs_amount": lines["cost"].where(goods, ZERO),
        "cost_tracked_revenue": lines["net"].where(goods & lines["is_costed"], ZERO),
    }
    return lines[keys].assign(**measures).groupby(keys, dropna=False, as_index=False).sum()


def daily_sales(told: Told) -> pd.DataFrame:
    """By shop, day, product, channel and currency."""
    return _summed(ticket_lines(told), ["store_id", "date_key", "product_id", "channel", "currency"])


def tickets(told: Told) -> pd.DataFrame:
    """By ticket: its sums, the channel of its first line and the first customer a line names."""
    lines = ticket_lines(told).sort_values("line_number")
    first = lines.groupby(TICKET, as_index=False).agg({"channel": "first", "customer_id": "first", "sold_at": "min"})
    return _summed(lines, TICKET).merge(first, on=TICKET)


def baskets(told: Told) -> pd.DataFrame:
    """Tickets by shop, day and channel; how large they are."""
    found = tickets(told)
    size, known = found["sale_lines"], found["customer_id"].notna()
    measures = {
        "transactions": size > 0,
        "known_transactions": (size > 0) & known,
        "one_line_transactions": size == 1,
        "two_to_four_line_transactions": size.between(2, 4),
        "five_to_nine_line_transactions": size.between(5, 9),
        "ten_or_more_line_transactions": size >= 10,
    }
    amounts = {
        "sale_lines": size,
        "units_sold": found["units_sold"],
        "sales_amount": found["sales_amount"],
        "known_sales_amount": found["sales_amount"].where(known, ZERO),
        "net_revenue": found["net_revenue"],
        "known_net_revenue": found["net_revenue"].where(known, ZERO),
    }
    keys = ["store_id", "date_key", "channel", "currency"]
    counted = {name: of_ticket.astype(int) for name, of_ticket in measures.items()}
    return found[keys].assign(**counted, **amounts).groupby(keys, as_index=False).sum()


def hours(told: Told) -> pd.DataFrame:
    """Transactions and sales by the hour on the shop's clock, but on days on which clocks change."""
    found = tickets(told)
    found = kept(found, (day not in told.clock_changes for day in found["date_key"]))
    sold = zip(found["store_id"], found["sold_at"], strict=True)
    clocks = [moment.astimezone(told.zone(store)) for store, moment in sold]
    found["local_hour"] = [clock.hour for clock in clocks]
    found["transactions"] = (found["sale_lines"] > 0).astype(int)
    keys = ["store_id", "date_key", "local_hour", "channel", "currency"]
    summed = found[[*keys, "transactions", "sale_lines", "sales_amount", "net_revenue"]]
    return summed.groupby(keys, as_index=False).sum()


def returns(told: Told) -> pd.DataFrame:
    """Units and money that came back, by the day of their sale and by their own."""
    lines = ticket_lines(told)
    sales = {_line(row): row for row in lines[lines["disposition"].isna()].to_dict("records")}
    rows = []
    for back in lines[lines["is_returned"]].to_dict("records"):
        sale = sales.get(back["named_line"])
        reference = "sale known" if sale else "sale not found" if back["named_line"][1] else "unreferenced"
        named = (back["store_id"], back["product_id"], back["currency"], reference, back["reason"], back["disposition"])
        rows.append((back["date_key"], back["channel"], *named, ZERO, ZERO, -back["units"], -back["net"]))
        if sale:
            rows.append((sale["date_key"], sale["channel"], *named, -back["units"], -back["net"], ZERO, ZERO))
    keys = ["date_key", "channel", "store_id", "product_id", "currency", "reference", "return_reason"]
    keys += ["return_disposition"]
    sums = ["units_sold_that_came_back", "amount_sold_that_came_back", "units_returned", "returns_amount"]
    return pd.DataFrame(rows, columns=keys + sums).groupby(keys, as_index=False).sum()


def abc_classes(told: Told) -> pd.DataFrame:
    """Over 52 weeks: the item that crosses 80 % of revenue is A, 95 % B; under 13 weeks of life N."""
    last = told.last_whole_day
    daily = daily_sales(told)
    daily = daily[daily["sale_lines"] + daily["return_lines"] > 0]
    window = daily[(daily["date_key"] > last - timedelta(days=364)) & (daily["date_key"] <= last)]
    revenue = window.groupby("product_id")["net_revenue"].sum().to_dict()
    first_sold = daily.groupby("product_id")["date_key"].min().to_dict()
    rows = []
    for product in _offered(told) | set(first_sold):
        stated = told.products.at(told.as_of, product).get("launch_date")
        known = told.products.first(product)
        since = [day for day in (known and known.date(), first_sold.get(product)) if day]
        launched = date.fromisoformat(stated) if stated else min(since)
        rows.append((product, revenue.get(product, ZERO), (last - launched).days + 1))
    return _classed(rows)


def _offered(told: Told) -> set[str]:
    now = {product: told.products.at(told.as_of, product) for (product,) in told.products.entities()}
    return {product for product, event in now.items() if event.get("line_type") == "merchandise"}


def _classed(rows: list[tuple[str, Decimal, int]]) -> pd.DataFrame:
    ranked = sorted((row for row in rows if row[2] >= 91), key=lambda row: (-row[1], row[0]))
    total = sum((max(revenue, ZERO) for _, revenue, _ in ranked), ZERO)
    classes, so_far = {}, ZERO
    for product, revenue, _ in ranked:
        is_a, is_b = so_far < total * Decimal("0.80"), so_far < total * Decimal("0.95")
        classes[product] = "C" if revenue <= 0 else "A" if is_a else "B" if is_b else "C"
        so_far += max(revenue, ZERO)
    found = [(product, classes.get(product, "N"), revenue, life) for product, revenue, life in rows]
    return pd.DataFrame(found, columns=["product_id", "abc_class", "net_revenue", "days_of_life"])


def affinity(told: Told) -> pd.DataFrame:
    """Pairs of products on at least ten tickets of the last 90 days: support, confidence, lift."""
    lines, last = ticket_lines(told), told.last_whole_day
    lines = lines[lines["is_sold"] & (lines["date_key"] > last - timedelta(days=90)) & (lines["date_key"] <= last)]
    ticket = ["store_id", "date_key", "transaction_id"]
    bought = [sorted(set(of_ticket)) for _, of_ticket in lines.groupby(ticket)["product_id"]]
    bought = [products for products in bought if len(products) <= 30]
    single = Counter(product for products in bought for product in products)
    both = Counter(pair for products in bought for pair in combinations(products, 2))
    rows = [
        (one, other, times, times / len(bought), times / single[one], times / single[other],
         times * len(bought) / (single[one] * single[other]))
        for (one, other), times in both.items() if times >= 10
    ]  # fmt: skip
    names = ["product_id", "other_product_id", "both_tickets", "support", "confidence", "other_confidence", "lift"]
    return pd.DataFrame(rows, columns=names)


def customers(told: Told) -> pd.DataFrame:
    """What each known customer bought, how recently, how often, for how much, and in which fifth that is."""
    found = tickets(told)
    found = found[found["customer_id"].notna() & (found["sold_at"] <= told.as_of)]
    today = told.as_of.date()
    found = found.assign(is_bought=found["sale_lines"] > 0, is_recent=found["date_key"] > today - timedelta(days=364))
    named = {event["customer_id"] for event in told.of("customer", "sale", "return") if event.get("customer_id")}
    rows = []
    for customer in sorted(named):
        own = found[found["customer_id"] == customer]
        bought = own[own["is_bought"]]
        rows.append({
            "customer_id": customer,
            "recency_days": max((today - bought["date_key"].max()).days, 0) if len(bought) else None,
            "transactions": len(bought),
            "transactions_52_weeks": int(bought["is_recent"].sum()),
            "sales_amount": sum(own["sales_amount"], ZERO),
            "net_revenue": sum(own["net_revenue"], ZERO),
            "net_revenue_52_weeks": sum(own[own["is_recent"]]["net_revenue"], ZERO),
            "cogs_amount": sum(own["cogs_amount"], ZERO),
            "first_purchase_date": bought["date_key"].min() if len(bought) else None,
        })  # fmt: skip
    return _scored(pd.DataFrame(rows))


def _scored(found: pd.DataFrame) -> pd.DataFrame:
    has_bought = found["transactions"] > 0
    number = int(has_bought.sum())
    worse = {"recency": -found["recency_days"].astype(float), "frequency": found["transactions_52_weeks"],
             "monetary": found["net_revenue_52_weeks"].astype(float)}  # fmt: skip
    for name, value in worse.items():
        rank = value[has_bought].rank(method="min").reindex(found.index).fillna(1)
        found[f"{name}_score"] = np.where(has_bought, 1 + (5 * (rank - 1)) // number, 0).astype(int)
    found["recency_days"] = found["recency_days"].astype(object).where(has_bought, None)
    return found


def cohorts(told: Told) -> pd.DataFrame:
    """Customers by the month of their first purchase, and how many of them bought in each month since."""
    found = tickets(told)
    found = found[found["customer_id"].notna() & (found["sold_at"] <= told.as_of)]
    bought = found[found["sale_lines"] > 0]
    month = pd.Series([day.replace(day=1) for day in bought["date_key"]], index=bought.index)
    joined = month.groupby(bought["customer_id"]).min()
    rows = []
    for cohort in sorted(set(joined)):
        members = set(joined[joined == cohort].index)
        activity = cohort
        while activity <= told.as_of.date():
            active = bought[bought["customer_id"].isin(members) & (month == activity)]
            rows.append((cohort, activity, len(members), active["customer_id"].nunique(), len(active)))
            activity = (activity + timedelta(days=31)).replace(day=1)
    names = ["cohort_month", "activity_month", "customers", "active_customers", "transactions"]
    return pd.DataFrame(rows, columns=names)


def promotions(told: Told) -> pd.DataFrame:
    """Units sold under a promotion that was announced, and what they were reduced by."""
    begun = {(event["promotion_id"], event["product_id"]) for event in told.of("promotion")
             if event["starts_on"] <= str(told.last_whole_day)}  # fmt: skip
    lines = ticket_lines(told)
    lines = lines[lines["is_sold"] & lines["promotion_id"].notna()]
    named = zip(lines["promotion_id"], lines["product_id"], strict=True)
    lines = kept(lines, (promotion in begun for promotion in named))
    sold = zip(lines["discount"], lines["units"], lines["price_cut"], strict=True)
    reduced = [discount + money(units * cut) for discount, units, cut in sold]
    keys = ["promotion_id", "product_id", "store_id"]
    summed = lines[keys].assign(promoted_units=lines["units"], discount_amount=reduced)
    return summed.groupby(keys, as_index=False).sum()


def like_for_like(told: Told) -> pd.DataFrame:
    """Shops open on the day and on the same weekday a year before (364 days): revenue of both, split in three.

    Volume is the change of units at last year's price of the category; price what each product brought above its own
    price of last year; mix the rest. Prices of last year are those of the week.
    """
    daily = daily_sales(told)
    daily = daily[daily["sale_lines"] + daily["return_lines"] > 0]
    daily["units"] = daily["units_sold"] - daily["units_returned"]
    daily["category"] = [told.category(product) for product in daily["product_id"]]
    began = daily[daily["sale_lines"] > 0].groupby("store_id")["date_key"].min().to_dict()
    year = timedelta(days=364)

    def is_compared(store: str, day: date) -> bool:
        return (
            store in began
            and day - year >= began[store]
            and told.day_starts(store, day + timedelta(days=1)) <= told.as_of
            and told.open_hours(store, day) is not None
            and told.open_hours(store, day - year) is not None
        )

    now = kept(daily, (is_compared(*at) for at in zip(daily["store_id"], daily["date_key"], strict=True)))
    then = daily.assign(date_key=[day + year for day in daily["date_key"]])
    then = kept(then, (is_compared(*at) for at in zip(then["store_id"], then["date_key"], strict=True)))
    prices = _weekly_prices(then, "product_id"), _weekly_prices(then, "category")
    keys = ["store_id", "date_key", "category"]
    found = sorted({tuple(row) for part in (now, then) for row in part[keys].to_numpy()})
    rows = [(*key, *_compared(key, now, then, prices)) for key in found]
    sums = ["net_revenue", "net_revenue_last_year", "volume_amount", "price_amount"]
    return pd.DataFrame(rows, columns=keys + sums)


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weekly_prices(then: pd.DataFrame, of: str) -> dict[tuple, tuple[Decimal, Decimal]]:
    weeks = then.assign(week=[_week(day) for day in then["date_key"]])
    sums = weeks.groupby(["store_id", of, "week"])[["net_revenue", "units"]].sum()
    return {key: (net, units) for key, net, units in sums.itertuples() if net > 0 and units > 0}


def _compared(key: tuple, now: pd.DataFrame, then: pd.DataFrame, prices: tuple[dict, dict]) -> tuple[Decimal, ...]:
    store, day, category = key
    week, (of_product, of_category) = _week(day), prices
    here, before = (
        part[(part["store_id"] == store) & (part["date_key"] == day) & (part["category"] == category)]
        for part in (now, then)
    )
    net, net_before = sum(here["net_revenue"], ZERO), sum(before["net_revenue"], ZERO)
    more_units = sum(here["units"], ZERO) - sum(before["units"], ZERO)
    if (store, category, week) not in of_category:
        return net, net_before, net - net_before, ZERO
    worth, units = of_category[store, category, week]
    price = ZERO
    for product, product_net, product_units in here[["product_id", "net_revenue", "units"]].itertuples(index=False):
        if (store, product, week) in of_product:
            own_worth, own_units = of_product[store, product, week]
            price += product_net - product_units * own_worth / own_units
    return net, net_before, more_units * worth / units, price


def completeness(told: Told) -> pd.DataFrame:
    """Tickets and money that have come, beside what the tills counted."""
    lines = ticket_lines(told)
    known = {key: (of_day["transaction_id"].nunique(), sum(of_day["net"], ZERO))
             for key, of_day in lines.groupby(["store_id", "date_key"])}  # fmt: skip
    closed = {(event["store_id"], date.fromisoformat(event["business_date"])): event
              for event in told.of("store_day_closed")}  # fmt: skip
    rows = []
    for key in sorted(known.keys() | closed.keys()):
        number, net = known.get(key, (0, ZERO))
        said = closed.get(key)
        is_complete = bool(said) and said["ticket_count"] == number and Decimal(said["net_total"]) == net
        rows.append((*key, number, net, said is not None, is_complete))
    names = ["store_id", "date_key", "known_tickets", "known_net_amount", "is_closed", "is_complete"]
    return pd.DataFrame(rows, columns=names)
