"""True demand: the units of each product customers want in each row on a day, and the purchases they set out for."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from ingestion.simulation import promotions
from ingestion.simulation.chain import Chain
from ingestion.simulation.clock import weekday
from ingestion.simulation.feasts import easter, is_closed
from ingestion.simulation.world import Peak

UNITS = np.array([1, 2, 3, 4, 6, 12])
MULTIBUY_PAIRS = 0.35
_BEFORE_CLOSURE = 1.35
_WEATHER_MEMORY, _WEATHER = 0.7, 0.13
_DRIFT_MEMORY = 0.99


@dataclass(eq=False)
class Mood:
    """What moves slowly: regional weather, the drift of each product's popularity, the price customers are used to."""

    weather: np.ndarray
    drift: np.ndarray
    used_to: np.ndarray


def first_mood(chain: Chain) -> Mood:
    """The mood before the first day."""
    return Mood(np.zeros(len(_regions(chain))), np.zeros(chain.goods.count), chain.goods.price.astype(float))


def move_mood(chain: Chain, mood: Mood, day: int, price: np.ndarray) -> None:
    """Let a day go by."""
    random = chain.random("mood", day)
    shock = random.normal(size=len(mood.weather)) + random.normal()
    mood.weather = _WEATHER_MEMORY * mood.weather + 0.5 * shock
    step = chain.world.habits.drift * random.normal(size=chain.goods.count)
    mood.drift = _DRIFT_MEMORY * mood.drift + step
    mood.used_to += (price - mood.used_to) / 180


def expected_units(chain: Chain, mood: Mood, day: int, price: np.ndarray) -> np.ndarray:
    """Rows × products: mean units wanted this day, 0 where closed or not carried."""
    category = chain.goods.category
    rate = base_demand(chain) * _category_factor(chain, mood, day)[:, category]
    rate *= _product_factor(chain, mood, day, price)[None, :]
    rate *= promotions.effect(chain, day)
    open_rows = np.array([chain.places.is_open(row, day) for row in range(chain.places.rows)])
    return rate * chain.is_ranged(day) * open_rows[:, None]


def draw_purchases(chain: Chain, rate: np.ndarray, day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, product and wanted units of each purchase: a negative binomial number of them, of long-tailed size."""
    random = chain.random("purchases", day)
    paired = np.zeros(rate.shape, dtype=bool)
    for promotion in promotions.running(chain, day):
        if promotion.kind == "multibuy":
            paired[slice(None) if promotion.row is None else promotion.row, promotion.product] = True
    mean = rate / mean_size(chain)[None, :] / np.where(paired, 1 + MULTIBUY_PAIRS, 1.0)
    spread = _dispersion(chain)
    number = random.poisson(random.gamma(spread, mean / spread))
    row, product = (np.repeat(axis, number.ravel()) for axis in np.indices(rate.shape).reshape(2, -1))
    units = _sizes(chain, random, product)
    doubled = paired[row, product] & (random.random(len(row)) < MULTIBUY_PAIRS)
    return row, product, np.where(doubled, units * 2, units)


def _sizes(chain: Chain, random: np.random.Generator, product: np.ndarray) -> np.ndarray:
    cumulative = _size_table(chain).cumsum(axis=1)[chain.goods.category[product]]
    drawn = random.random(len(product))[:, None] > cumulative[:, :-1]
    return UNITS[drawn.sum(axis=1)]


@lru_cache(maxsize=4)
def _size_table(chain: Chain) -> np.ndarray:
    table = np.array([chain.world.sizes[category.size] for category in chain.world.categories.values()])
    return table / table.sum(axis=1, keepdims=True)


@lru_cache(maxsize=4)
def mean_size(chain: Chain) -> np.ndarray:
    """Per product the mean units of a purchase."""
    return (_size_table(chain) @ UNITS)[chain.goods.category]


@lru_cache(maxsize=4)
def _dispersion(chain: Chain) -> np.ndarray:
    return np.array([category.dispersion for category in chain.world.categories.values()])[chain.goods.category]


@lru_cache(maxsize=4)
def base_demand(chain: Chain) -> np.ndarray:
    """Rows × products: units a day in a mean season, scaled so that ranged pairs sell what the world says."""
    random = chain.random("base demand")
    shape = (chain.places.rows, chain.goods.count)
    taste = random.lognormal(0, 0.2, (chain.places.rows, len(chain.world.categories)))[:, chain.goods.category]
    rate = chain.goods.weight * chain.places.sizes[:, None] * taste
    rate = rate * random.lognormal(0, chain.world.habits.pair_spread, shape)
    carried = (chain.ranged_from < chain.ranged_to)[:-1]
    scale = chain.world.purchases_per_pair / rate[:-1][carried].mean()
    return rate * scale * mean_size(chain)


def _category_factor(chain: Chain, mood: Mood, day: int) -> np.ndarray:
    """Rows × categories: weekday, season, feasts, weather and the luck of the store's day."""
    kinds = list(chain.world.categories.values())
    week = np.array([(kind.week or chain.world.week)[weekday(day)] for kind in kinds])
    luck = chain.random("store luck", day).lognormal(0, chain.world.habits.store_day_spread, chain.places.rows)
    weather = mood.weather[[_regions(chain).index(region) for region in chain.places.regions]]
    warmth = np.exp(_WEATHER * np.outer(weather, [kind.weather for kind in kinds]))
    eve = np.array([_BEFORE_CLOSURE if is_closed(calendar, day + 1) else 1.0 for calendar in chain.places.calendars])
    return (luck * eve)[:, None] * warmth * (week * calendar_factor(chain, day))[None, :]


@lru_cache(maxsize=256)
def calendar_factor(chain: Chain, day: int) -> np.ndarray:
    """Per category: season and feasts, which recur every year."""
    today = date.fromordinal(day)
    kinds = chain.world.categories.values()
    return np.array([_season(kind.season, today) * _feasts(chain, kind.peaks, day) for kind in kinds])


def _season(months: tuple[float, ...], today: date) -> float:
    """Monthly values stand for mid-month; between them, a straight line."""
    place = today.month - 1 + (today.day - 15) / 30.5
    low = int(np.floor(place))
    share = place - low
    return months[low % 12] * (1 - share) + months[(low + 1) % 12] * share


def _feasts(chain: Chain, sensitivity: dict[str, float], day: int) -> float:
    factor = 1.0
    for name, peak in chain.world.peaks.items():
        factor += sensitivity.get(name, 0.3) * peak.height * _bell(peak, day)
    return max(factor, 0.1)


def _bell(peak: Peak, day: int) -> float:
    year = date.fromordinal(day).year
    centres = (
        [easter(year) + peak.easter]
        if peak.easter is not None
        else [date(each, peak.month or 1, peak.day or 1).toordinal() for each in (year - 1, year, year + 1)]
    )
    return max(float(np.exp(-0.5 * ((day - centre) / peak.width) ** 2)) for centre in centres)


def _product_factor(chain: Chain, mood: Mood, day: int, price: np.ndarray) -> np.ndarray:
    """Per product: drift, the first weeks after a launch, and how customers take the price."""
    kinds = chain.world.categories.values()
    elasticity = np.array([kind.elasticity for kind in kinds])[chain.goods.category]
    age = np.clip(day - chain.goods.launch, 0, 365)
    ramp = 1 - 0.7 * np.exp(-age / 14) + 0.25 * np.exp(-(((age - 21) / 14) ** 2))
    return np.exp(mood.drift) * ramp * (price / mood.used_to) ** -elasticity


@lru_cache(maxsize=4)
def _regions(chain: Chain) -> list[str]:
    return sorted(set(chain.places.regions))
