"""Models of customers' purchases and spend, held to published figures, to other arithmetic, to made customers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

from contracts.problems import NotYet
from contracts.settings import PROJECT
from spark_jobs.customer_values.bg_nbd import BgNbd
from spark_jobs.customer_values.exponential_nbd import ExponentialNbd
from spark_jobs.customer_values.history import History, history_of
from spark_jobs.customer_values.spend import SpendModel
from spark_jobs.customer_values.values import fit_values, value

CDNOW = PROJECT.parent / "shared" / "data" / "CDNOW_sample.txt.gz"
ONE = np.array([1.0])


@pytest.fixture(scope="module")
def cdnow() -> History:
    """The first 39 weeks of 2,357 customers, in weeks."""
    if not CDNOW.exists():
        pytest.skip("needs ../shared/data/CDNOW_sample.txt.gz")
    lines = pd.read_csv(CDNOW, sep=r"\s+", names=["master", "customer", "date", "cds", "dollars"])
    days = pd.to_datetime(lines["date"], format="%Y%m%d").map(date.toordinal).to_numpy()
    daily = lines.assign(day=days).groupby(["master", "day"], as_index=False)["dollars"].sum()
    until = date(1997, 9, 30).toordinal()
    _, known = history_of(daily["master"].to_numpy(), daily["day"].to_numpy(), daily["dollars"].to_numpy(), until)
    return History(known.repeats, known.recency / 7, known.age / 7, known.spend)


def _one(repeats: float, recency: float, age: float, spend: float = 0.0) -> History:
    return History(ONE * repeats, ONE * recency, ONE * age, ONE * spend)


def test_cdnow_gives_the_published_parameters(cdnow: History) -> None:
    """Fader, Hardie and Lee (2005), table 2: 0.243, 4.414, 0.793, 2.426 and a log-likelihood of -9,582.4."""
    found = BgNbd.fit(cdnow)
    assert [round(value, 3) for value in found.parameters.values()] == [0.243, 4.414, 0.793, 2.426]
    assert round(float(found.log_likelihood(cdnow).sum()), 1) == -9582.4


def test_cdnow_gives_the_published_spend(cdnow: History) -> None:
    """Fader and Hardie (2013): 946 customers came back; p 6.25, q 3.74, gamma 15.44."""
    found = SpendModel.fit(cdnow)
    assert int((cdnow.repeats > 0).sum()) == 946
    assert [round(value, 2) for value in found.parameters.values()] == [6.25, 3.74, 15.44]


def test_one_customer_as_published() -> None:
    """Fader, Hardie and Lee's spreadsheet note: 2 purchases, the last after 30.43 of 38.86 weeks, bring 1.226 in 39."""
    model = BgNbd(0.243, 4.414, 0.793, 2.426)
    assert model.expected_purchases(_one(2, 30.43, 38.86), 39)[0] == pytest.approx(1.226, abs=5e-4)


def test_leaving_at_any_time_is_an_integral() -> None:
    """The likelihood of one customer is what integrating over rates and instants of leaving gives, digit by digit."""
    model, (x, last, age) = ExponentialNbd(0.8, 12.0, 0.002), (3, 60.0, 200.0)

    def of_rate(rate: float) -> float:
        stayed = np.exp(-(rate + model.mu) * age)
        left = model.mu / (rate + model.mu) * (np.exp(-(rate + model.mu) * last) - stayed)
        return rate**x * (stayed + left) * gamma.pdf(rate, model.r, scale=1 / model.alpha)

    wanted = quad(of_rate, 0, 0.2, epsabs=0, epsrel=1e-10)[0] + quad(of_rate, 0.2, 3, epsabs=0, epsrel=1e-10)[0]
    assert np.exp(model.log_likelihood(_one(x, last, age))[0]) == pytest.approx(wanted, rel=1e-7)


@pytest.mark.parametrize(
    ("repeats", "recency", "age", "lowest", "highest"),
    [(40, 299, 300, 0.99, 1), (40, 100, 300, 0, 0.01), (0, 0, 300, 0.3, 0.9), (3000, 699, 700, 0.96, 0.98)],
)
def test_silence_tells(repeats: float, recency: float, age: float, lowest: float, highest: float) -> None:
    """Who came weekly and was there yesterday has not left, who was silent for 200 days has; nothing overflows."""
    chance = ExponentialNbd(0.8, 12.0, 0.002).chance_alive(_one(repeats, recency, age))[0]
    assert lowest <= chance <= highest


def test_a_year_is_the_sum_of_its_months() -> None:
    """Undiscounted and with a margin of all, value is purchases × spend; at 10 % a year it is a little less."""
    history = _one(9, 190, 200, 20)
    model = fit_values(_made_customers(3000))
    plain, discounted = value(model, history, 1.0, 0.0), value(model, history, 1.0, 0.1)
    assert plain.margin[0] == pytest.approx(plain.purchases[0] * plain.spend[0])
    assert 1.1**-1 < discounted.margin[0] / plain.margin[0] < 1


def test_who_leaves_by_time_is_told_from_who_leaves_after_buying() -> None:
    """Of customers made with one rate of leaving that rate is found again, and the other model is not chosen."""
    found = fit_values(_made_customers(3000)).purchases
    assert isinstance(found, ExponentialNbd)
    assert 1 / found.mu == pytest.approx(500, rel=0.15)
    assert found.r == pytest.approx(0.8, rel=0.15)


def test_too_few_customers_are_not_guessed_about() -> None:
    """Fewer than a hundred who came back are too few."""
    with pytest.raises(NotYet, match="too few"):
        fit_values(_made_customers(60))


def test_history_counts_days_until_a_day() -> None:
    """A bought on days 1, 4 and 9 for 5, 6 and 8, B on day 20: until day 10 A came back twice, for 7 on average."""
    who, when = np.array(["A", "B", "A", "A"]), np.array([9, 20, 1, 4])
    names, found = history_of(who, when, np.array([8.0, 99.0, 5.0, 6.0]), until=10)
    assert list(names) == ["A"]
    assert (found.repeats[0], found.recency[0], found.age[0], found.spend[0]) == (2, 8, 9, 7)


def _made_customers(count: int) -> History:
    """Purchases at rates of gamma(0.8, 10 days), leaving after 500 days on average, 700 days at most known."""
    random = np.random.default_rng(11)
    rates, leaving = random.gamma(0.8, 1 / 10, count), random.exponential(500, count)
    age = random.uniform(100, 700, count)
    repeats = random.poisson(rates * np.minimum(leaving, age)).astype(float)
    recency = np.minimum(leaving, age) * np.where(repeats > 0, random.beta(np.maximum(repeats, 1), 1), 0)
    spend = random.gamma(6 * np.maximum(repeats, 1)) / np.maximum(repeats, 1) / random.gamma(4, 1 / 15, count)
    return History(repeats, recency, age, np.where(repeats > 0, spend, 0))
