"""Catalogue events: what is known on the first day, and each change as it becomes known."""

from datetime import date

import numpy as np

from ingestion.simulation import money
from ingestion.simulation.clock import day_text, instant, midnight
from ingestion.simulation.customers import customer_id, make_customers, movers, person
from ingestion.simulation.faults import record_fault
from ingestion.simulation.feasts import holidays
from ingestion.simulation.outbox import Fields
from ingestion.simulation.places import WEB_CLOSES, WEB_OPENS
from ingestion.simulation.prices import move_costs, move_prices
from ingestion.simulation.pricing import service_price
from ingestion.simulation.promotions import Promotion, announced
from ingestion.simulation.state import DEPOT
from ingestion.simulation.today import Today

ANNOUNCED_AHEAD = 14
_KNOWN_BEFORE = 30
_HOLIDAY_YEARS = 6


def publish_catalogue(today: Today) -> None:
    """Everything that is new in the catalogue today; on the first day, all of it."""
    news = News(today)
    if today.day == today.chain.start:
        news.everything()
    news.products()
    news.places()
    news.range()
    news.prices_and_costs()
    news.promotions()
    news.customers()
    news.exchange_rates()


class News:
    """Writes the catalogue events of one day, at its first minute in the chain's time zone."""

    def __init__(self, today: Today) -> None:
        self._today, self._chain, self._world = today, today.chain, today.chain.world
        self._now = midnight(self._world.time_zone, today.day)
        self._since = midnight(self._world.time_zone, today.day - _KNOWN_BEFORE)

    def everything(self) -> None:
        """The catalogue as it stands when the history starts."""
        for number in range(len(self._world.suppliers)):
            self._supplier(number)
        self._holidays()
        self._services()
        for product in np.flatnonzero(self._chain.goods.launch <= self._today.day + _KNOWN_BEFORE).tolist():
            self._product(product, self._since)
            self._terms(product, self._since)
            self._price(product, self._since)
        for row in range(self._chain.places.rows):
            self._place(row, self._since)
        for row, product in np.argwhere(self._chain.ranged_from <= self._today.day).tolist():
            self._assortment(row, product, self._since, ranged=True)
        customers = make_customers(self._chain)
        for number in np.flatnonzero(customers.joined < self._today.day).tolist():
            self._customer(number, midnight(self._world.time_zone, int(customers.joined[number])))
            self._record_customer(number)

    def products(self) -> None:
        """Products announced, launched, running out, moved to another category or gone today."""
        goods, day = self._chain.goods, self._today.day
        if day > self._chain.start:
            for product in np.flatnonzero(goods.launch == day + _KNOWN_BEFORE).tolist():
                self._product(product, self._now)
                self._terms(product, self._now)
                self._price(product, self._now)
        changed = (goods.launch == day) | (goods.last_order == day + ANNOUNCED_AHEAD) | (goods.delisted == day)
        for product in np.flatnonzero(changed | (goods.moved == day)).tolist():
            self._product(product, self._now)

    def places(self) -> None:
        """Refits begin and end."""
        places, day = self._chain.places, self._today.day
        for row in np.flatnonzero((places.refit_from == day) | (places.refit_to == day)).tolist():
            self._place(row, self._now)

    def range(self) -> None:
        """Pairs that will be carried, a fortnight ahead, and pairs that are not carried any longer."""
        chain, day = self._chain, self._today.day
        ahead = chain.ranged_from == day + ANNOUNCED_AHEAD
        if day == chain.start:
            ahead = (chain.ranged_from > day) & (chain.ranged_from <= day + ANNOUNCED_AHEAD)
        for row, product in np.argwhere(ahead & (chain.ranged_from < chain.ranged_to)).tolist():
            since = midnight(self._world.time_zone, int(chain.ranged_from[row, product]))
            self._assortment(row, product, since, ranged=True)
        for row, product in np.argwhere((chain.ranged_to == day) & (chain.ranged_from < day)).tolist():
            self._assortment(row, product, self._now, ranged=False)

    def prices_and_costs(self) -> None:
        """Changes of the day; the state's lists move here."""
        for product in move_costs(self._today):
            self._terms(product, self._now)
        self._back_dated_cost()
        for product in move_prices(self._today):
            self._price(product, self._now)

    def _back_dated_cost(self) -> None:
        """A supplier tells today what a product costs since weeks."""
        today, goods = self._today, self._chain.goods
        random = today.random("back-dated cost")
        active = np.flatnonzero((goods.launch <= today.day) & (today.day < goods.last_order))
        if random.random() >= today.faults.back_dated_cost:
            return
        product, days = int(random.choice(active)), int(random.integers(10, 41))
        since = midnight(self._world.time_zone, max(today.day - days, self._chain.start))
        today.state.cost[product] = max(1, round(int(today.state.cost[product]) * float(random.uniform(1.02, 1.1))))
        self._terms(product, since)
        if not today.quiet:
            name = goods.ids[product]
            record_fault(today.truth, "back_dated_cost", today.day, since, self._now, product_id=name)

    def promotions(self) -> None:
        """Plans published today."""
        for promotion in announced(self._chain, self._today.day):
            self._promotion(promotion)

    def customers(self) -> None:
        """Who joins, who moves."""
        customers = make_customers(self._chain)
        for number in np.flatnonzero(customers.joined == self._today.day).tolist():
            self._customer(number, self._now)
            self._record_customer(number)
        for number, home in movers(self._chain, self._today.state.home, self._today.day):
            self._today.state.home[number] = home
            self._customer(number, self._now)

    def exchange_rates(self) -> None:
        """Monthly rates of the currencies the chain buys in."""
        if self._today.day > self._chain.start and date.fromordinal(self._today.day).day > 1:
            return
        random = self._today.random("exchange rates")
        for currency, usual in self._world.exchange.items():
            rate = f"{usual * float(random.lognormal(0, 0.02)):.6f}"
            pair = {"currency_from": currency, "currency_to": self._world.currency}
            self._add("exchange_rate", self._now, {**pair, "rate": rate})

    def _add(self, event: str, since: int, fields: Fields) -> None:
        known = {name: value for name, value in fields.items() if value not in (None, "")}
        self._today.outbox.add(event, self._now, {"valid_from": instant(since), **known})

    def _product(self, product: int, since: int) -> None:
        goods, day = self._chain.goods, self._today.day
        launch, last = int(goods.launch[product]), int(goods.last_order[product])
        category = goods.category[product] if day < goods.moved[product] else goods.moved_to[product]
        name = list(self._world.categories)[category]
        self._add("product", since, {
            "product_id": goods.ids[product],
            "product_name": goods.names[product],
            "gtin": goods.gtins[product],
            "department": self._world.categories[name].department,
            "category": name,
            "brand": goods.brands[product],
            "unit": "each",
            "pack_size": str(goods.pack[product]),
            "line_type": "merchandise",
            "status": "planned" if day < launch else "delisted" if day >= goods.delisted[product] else "active",
            "launch_date": day_text(launch) if launch else day_text(goods.known_since[product]),
            "last_order_date": day_text(last) if last <= day + ANNOUNCED_AHEAD else None,
            "shelf_life_days": int(goods.shelf_life[product]) or None,
            "like_product_id": goods.ids[goods.like[product]] if goods.like[product] >= 0 else None,
        })  # fmt: skip

    def _services(self) -> None:
        for name, service in self._world.services.items():
            self._add("product", self._since, {
                "product_id": name,
                "product_name": service.name,
                "department": "Services",
                "category": "Services",
                "unit": "each",
                "line_type": service.line_type,
                "status": "active",
            })  # fmt: skip
            price = money.text(service_price(service.price, service.tax))
            self._add("price", self._since, self._price_fields(name, price))

    def _price(self, product: int, since: int) -> None:
        price = money.text(int(self._today.state.price[product]))
        self._add("price", since, self._price_fields(self._chain.goods.ids[product], price))

    def _price_fields(self, product_id: str, price: str) -> Fields:
        return {"product_id": product_id, "regular_price": price, "currency": self._world.currency}

    def _supplier(self, number: int) -> None:
        name, terms = list(self._world.suppliers.items())[number]
        fields = {"supplier_id": self._chain.supplier_ids[number], "supplier_name": name, "country": terms.country}
        self._add("supplier", self._since, fields)

    def _terms(self, product: int, since: int) -> None:
        number = int(self._chain.supplier[product])
        terms = list(self._world.suppliers.values())[number]
        self._add("supplier_product", since, {
            "supplier_id": self._chain.supplier_ids[number],
            "product_id": self._chain.goods.ids[product],
            "pack_size": str(self._chain.goods.pack[product]),
            "minimum_order_quantity": str(self._chain.goods.pack[product]),
            "quoted_lead_time_days": terms.lead,
            "unit_cost": money.text(int(self._today.state.cost[product])),
            "currency": self._world.currency,
            "order_weekdays": terms.orders,
            "delivery_weekdays": terms.deliveries,
            "minimum_order_value": money.text(terms.minimum * money.ONE),
        })  # fmt: skip

    def _place(self, row: int, since: int) -> None:
        if row == self._chain.places.depot:
            self._depot(since)
            return
        places, store, day = self._chain.places, self._world.stores[row], self._today.day
        refitted = day >= places.refit_to[row]
        opened = int(places.opened[row]) or self._chain.start - 365 * (3 + row % 7)
        self._add("location", since, {
            "location_id": places.stock_ids[row],
            "location_name": store.name,
            "location_type": "store",
            "time_zone": places.zones[row],
            "currency": self._world.currency,
            "country": store.country or self._world.country,
            "region": store.region,
            "city": store.city,
            "floor_area_m2": str(round(320 * store.size * (1.15 if refitted else 1.0))),
            "opens_at": f"{store.opens:02}:00",
            "closes_at": f"{store.closes:02}:00",
            "open_weekdays": store.days,
            "opened_date": day_text(opened),
            "closed_date": day_text(day) if day == places.refit_from[row] else None,
        })  # fmt: skip

    def _depot(self, since: int) -> None:
        depot, zone = self._world.depot, self._world.time_zone
        common = {"time_zone": zone, "currency": self._world.currency, "country": self._world.country}
        self._add("location", since, {
            "location_id": self._chain.places.stock_ids[-1], "location_name": depot.name, "location_type": "dc",
            **common, "region": depot.region, "city": depot.city,
        })  # fmt: skip
        if self._world.web:
            hours = {"opens_at": f"{WEB_OPENS:02}:00", "closes_at": f"{WEB_CLOSES:02}:00"}
            self._add("location", since, {
                "location_id": self._chain.places.selling_ids[-1], "location_name": self._world.web.name,
                "location_type": "web", **common, "region": depot.region, **hours,
            })  # fmt: skip

    def _assortment(self, row: int, product: int, since: int, *, ranged: bool) -> None:
        chain = self._chain
        source = self._source(row, product)
        pack = int(chain.goods.pack[product])
        shelf = {
            "minimum_presentation": str(max(1, pack // 3)),
            "shelf_capacity": str(3 * pack + int(20 * chain.places.sizes[row])),
        }
        self._add("assortment", since, {
            "location_id": chain.places.stock_ids[row],
            "product_id": chain.goods.ids[product],
            "is_ranged": ranged,
            "supply_source_id": chain.places.stock_ids[-1] if source == DEPOT else chain.supplier_ids[source],
            **(shelf if ranged and row < chain.places.depot else {}),
        })  # fmt: skip

    def _source(self, row: int, product: int) -> int:
        own = row == self._chain.places.depot or self._chain.direct[product]
        return int(self._chain.supplier[product]) if own else DEPOT

    def _promotion(self, promotion: Promotion) -> None:
        chain = self._chain
        product = chain.goods.ids[promotion.product]
        offer = {"price_cut": f"{promotion.percent} % off", "multibuy": "Any two for less", "display": "On show"}
        self._add("promotion", self._now, {
            "promotion_id": promotion.promotion_id,
            "promotion_name": f"{offer[promotion.kind]}: {chain.goods.names[promotion.product]}",
            "promotion_type": promotion.kind,
            "product_id": product,
            "location_id": None if promotion.row is None else chain.places.stock_ids[promotion.row],
            "starts_on": day_text(promotion.starts),
            "ends_on": day_text(promotion.ends),
            "discount_rate": f"{promotion.percent / 100:.2f}",
        })  # fmt: skip
        if not self._today.quiet:
            self._today.truth.add(
                "promotions", promotion_id=promotion.promotion_id, product_id=product, starts_on=promotion.starts,
                ends_on=promotion.ends, uplift=promotion.uplift, planned_uplift=promotion.planned,
                dip=promotion.dip, cannibalism=promotion.cannibalism,
            )  # fmt: skip

    def _customer(self, number: int, since: int) -> None:
        customers, chain = make_customers(self._chain), self._chain
        if self._today.quiet:
            return
        home = int(self._today.state.home[number])
        name, email = person(chain, number)
        self._add("customer", since, {
            "customer_id": customer_id(number),
            "customer_name": name,
            "email": email,
            "city": (self._world.depot if home == chain.places.depot else self._world.stores[home]).city,
            "country": self._world.country,
            "home_store_id": chain.places.selling_ids[home],
            "joined_date": day_text(int(customers.joined[number])),
        })  # fmt: skip

    def _record_customer(self, number: int) -> None:
        if self._today.quiet:
            return
        customers = make_customers(self._chain)
        self._today.truth.add(
            "customers",
            customer_id=customer_id(number),
            joined_date=int(customers.joined[number]),
            left_date=int(customers.left[number]),
            weight=float(customers.habit[number].mean()),
        )

    def _holidays(self) -> None:
        year = date.fromordinal(self._today.day).year
        for region, calendar in self._world.calendars.items():
            for holiday in (each for n in range(_HOLIDAY_YEARS) for each in holidays(calendar, year + n)):
                self._add("holiday", self._since, {
                    "region": region, "holiday_date": day_text(holiday.day), "holiday_name": holiday.name,
                    "is_closed": holiday.closed,
                })  # fmt: skip
