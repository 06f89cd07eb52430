"""From demand in a warehouse to forecasts in it: train, release, predict, go back. Without Spark: nothing is learnt."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import Settings
from contracts.tables import ML_MODEL_RESULTS, PREDICTIONS, RELEASES
from spark_jobs.forecasting import predicting
from spark_jobs.forecasting.gate import faults
from spark_jobs.forecasting.model_store import ModelStore
from spark_jobs.forecasting.predicting import predict
from spark_jobs.forecasting.release import CARD, Release, load_model, read_release
from spark_jobs.forecasting.releasing import train
from spark_jobs.forecasting.running import Plan
from spark_jobs.forecasting.snapshot import Series, SnapshotData, read_demand, read_series
from spark_jobs.late_session import LateSession
from tests.spark_jobs.forecasting.feature_table import write_features
from warehouse.client import connect
from warehouse.create_tables import create_tables
from warehouse.releases import pin, release_log, roll_back

TABLE, SOURCE = "features.released_by_tests", "shop"
FIRST, DAYS = np.datetime64("2025-01-06"), 301
LAST = FIRST + DAYS - 1
SERIES = [Series(f"S{one % 2}", f"P {one:02}", "milk") for one in range(16)]
FORECASTS = f"SELECT * EXCEPT (made_at, run_id) FROM {PREDICTIONS} ORDER BY ALL"


class Shop:
    """A warehouse with the demand of sixteen series, one of which is young, and one not on offer any more."""

    def __init__(self, client: Client, home: Path) -> None:
        self.client, self.home, self.told = client, home, []
        self.store = ModelStore(str(home / "store"), home / "fetched")
        self.now = LAST

    def live(self, days: int = 0) -> None:
        """So many days more are known."""
        random = np.random.default_rng(5)
        week = np.tile([1, 1, 1, 2, 4, 6, 3], 60)[: DAYS + 60]
        units = random.poisson(week * random.uniform(0.5, 2, (16, 1))).astype(float)[:, : DAYS + days]
        units[3, :-60], units[7, -40:] = np.nan, np.nan
        write_features(self.client, TABLE, SOURCE, SERIES, FIRST, units)
        self.now = LAST + days

    def train(self, models: str = "usual_week", **changes: object) -> Release:
        """Train, by somebody."""
        plan = Plan(
            **{"source": SOURCE, "table": TABLE, "panel": None, "models": models, "origins": 3} | changes,
            rows=9,
            seed=1,
        )
        with LateSession(_no_spark) as spark:
            return train(spark, self.client, plan, self.store, self.home / "t", "Ann", "new data", self.told.append)

    def predict(self, as_of: np.datetime64 | None = None) -> str:
        """Predict, from the last day known unless told otherwise."""
        with LateSession(_no_spark) as spark:
            return predict(spark, self.client, SOURCE, TABLE, self.store, self.home / "p", as_of, self.told.append)

    def count(self, what: str, where: str = "1") -> int:
        """Of rows in ml.predictions."""
        return self.client.command(f"SELECT {what} FROM {PREDICTIONS} FINAL WHERE {where}")

    def forecasts(self) -> list:
        """All of them."""
        return self.client.query(FORECASTS).result_rows


def _no_spark():
    raise AssertionError("nothing here needs Spark")


@pytest.fixture(scope="module")
def warehouse(running_stack: Settings) -> Iterator[Client]:
    """A warehouse with its tables."""
    client = connect(running_stack)
    create_tables(client)
    yield client
    client.command(f"DROP TABLE IF EXISTS {TABLE}")


@pytest.fixture
def shop(warehouse: Client, tmp_path: Path) -> Shop:
    """A shop of which nothing was released."""
    shop = Shop(warehouse, tmp_path)
    for table in (PREDICTIONS, RELEASES, ML_MODEL_RESULTS):
        warehouse.command(f"TRUNCATE TABLE {table}")
    shop.live()
    return shop


def test_what_is_released_is_read_back_to_the_same_forecasts(shop: Shop) -> None:
    """Models and calibrations from the store say what those that were fitted say; the release tells what it is."""
    release = shop.train()
    folder = shop.store.fetch(release.release_id)
    assert read_release(folder) == release
    assert (release.trained_from, release.trained_to, release.series) == (str(FIRST), str(LAST), 16)
    assert set(release.served()) == {"smooth", "erratic", "intermittent", "lumpy", "no demand", "too short"}
    assert release.served()["smooth"] == "usual_week"
    panel = read_demand(shop.client, TABLE, SOURCE)
    data = SnapshotData(_no_spark, panel, shop.home, 9, 1)
    for key, artefact in release.models.items():
        fitted, calibration = load_model(folder, release, key)
        np.testing.assert_array_equal(fitted.predict(data, LAST), artefact.model().fit(data, LAST).predict(data, LAST))
        assert len(calibration.errors[""]) > 300
    card = (folder / CARD).read_text()
    for said in (release.release_id, "RMSSE", "weekday_mean", "seasonal_naive", "bias", "rollback", "Limits"):
        assert said in card


def test_a_release_is_written_down_with_its_reasons(shop: Shop) -> None:
    """Rows of the log, by class of demand; the backtest's rows mark the champion of each class."""
    release = shop.train()
    log = release_log(shop.client, SOURCE)
    assert log.serving == release.release_id
    by_class = {row["demand_class"]: row for row in log.rows[release.release_id]}
    assert by_class["smooth"]["model"] == "usual_week"
    assert "windows won" in by_class["smooth"]["serving_reason"]
    assert json.loads(by_class["smooth"]["parameters"]).keys() == {
        "size_weight",
        "chance_weight",
        "index_days",
        "prior_units",
    }
    assert "Insufficient history" in by_class["too short"]["serving_reason"]
    assert by_class["too short"]["model"] == "young_weekday_mean"
    champions = shop.client.query(
        f"SELECT DISTINCT toString(demand_class), toString(model) FROM {ML_MODEL_RESULTS} WHERE is_champion"
    ).result_rows
    assert ("smooth", "usual_week") in champions


def test_the_same_data_is_not_learnt_twice_and_new_data_is(shop: Shop) -> None:
    """Nothing new: the same release. A day more: a run of its own, which begins with no answer of the last."""
    first = shop.train()
    assert shop.train().release_id == first.release_id
    shop.live(days=1)
    second = shop.train()
    assert second.release_id != first.release_id
    assert second.run_id != first.run_id
    assert second.trained_to == str(LAST + 1)
    assert [folder.name for folder in (shop.home / "t").iterdir()] == [second.run_id]
    assert "RMSSE" in second.serving["smooth"].reason


def test_features_that_changed_are_another_run(shop: Shop) -> None:
    """The same demand, but a promotion was announced: answers of before are not reused."""
    first = shop.train()
    shop.client.command(
        f"ALTER TABLE {TABLE} UPDATE is_promoted = 0 WHERE date_key = '{LAST + 3}'", settings={"mutations_sync": 1}
    )
    assert shop.train().run_id != first.run_id


def test_training_goes_on_where_it_stopped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while artefacts are put away: nothing is released; the next run asks no model again."""

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(ModelStore, "put", interrupted)
        shop.train()
    assert release_log(shop.client, SOURCE).actions == []
    assert any("usual_week at" in line for line in shop.told)
    shop.told.clear()
    assert shop.train().served()["smooth"] == "usual_week"
    assert not any(" at 2" in line or "learning" in line for line in shop.told), shop.told


def test_forecasts_are_published_once_a_day(shop: Shop) -> None:
    """28 days of each active series, the young one by rule; saying it again changes nothing."""
    shop.train()
    line = shop.predict()
    assert "15 series x 28 days" in line
    before = shop.forecasts()
    assert len(before) == 15 * 28
    assert shop.count("groupUniqArray(toString(model))", "product_id = 'P 03'") == "['young_weekday_mean']"
    assert shop.count("uniqExact(store_id, product_id)", "model = 'usual_week'") == 14
    assert shop.count("count()", "product_id = 'P 07'") == 0
    assert shop.count("countIf(made_date != toDate32('" + str(LAST) + "') or not is_champion)") == 0
    assert shop.count("countIf(not (lower_units <= predicted_units and predicted_units <= upper_units))") == 0
    shop.predict()
    assert shop.forecasts() == before
    assert shop.client.command(f"SELECT count() FROM {PREDICTIONS}") == 15 * 28


def test_another_release_takes_the_place_of_what_was_said(shop: Shop) -> None:
    """Rolled back on the same day, the day's forecasts are those of the other models, and no others."""
    first = shop.train("tsb")
    shop.predict()
    wanted = shop.forecasts()
    second = shop.train("usual_week")
    shop.predict()
    assert first.served()["smooth"] != second.served()["smooth"]
    assert shop.count("uniqExact(model)", "demand_class != 'too short'") == 1
    roll_back(shop.client, release_log(shop.client, SOURCE), "Ben", "too low")
    shop.predict()
    assert shop.forecasts() == wanted


def test_a_gate_that_stays_shut_leaves_the_last_good_forecasts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence says why, and not a row changes."""
    shop.train()
    shop.predict()
    before = shop.forecasts()

    def broken(frame, *rest):
        frame.loc[5, "units"] = np.nan
        return faults(frame, *rest)

    monkeypatch.setattr(predicting, "faults", broken)
    with pytest.raises(Problem, match=r"Nothing was published, .* 1 forecasts are no numbers"):
        shop.predict()
    assert shop.forecasts() == before


def test_a_day_that_is_past_is_forecast_as_it_would_have_been(shop: Shop) -> None:
    """From 28 days ago: what came since may be anything, and the forecasts are the same to the last bit."""
    shop.live(days=28)
    shop.train()
    shop.predict(as_of=LAST)
    said = shop.client.query(FORECASTS).result_rows
    assert shop.count("uniqExact(made_date)") == 1
    shop.client.command(
        f"ALTER TABLE {TABLE} UPDATE estimated_units = 1000 WHERE date_key > '{LAST}' AND is_known",
        settings={"mutations_sync": 1},
    )
    shop.predict(as_of=LAST)
    assert shop.client.query(FORECASTS).result_rows == said


def test_a_released_model_is_asked_anew_each_day(shop: Shop) -> None:
    """Two days later the same release speaks from the last day known; the older forecasts stay, for their scores."""
    release = shop.train()
    shop.predict()
    shop.live(days=2)
    assert release.release_id in shop.predict()
    made = shop.client.query(
        f"SELECT toString(made_date), count() FROM {PREDICTIONS} GROUP BY 1 ORDER BY 1"
    ).result_rows
    assert made == [(str(LAST), 15 * 28), (str(LAST + 2), 15 * 28)]


def test_what_is_pinned_speaks_whatever_is_trained(shop: Shop) -> None:
    """A new release is held back, and forecasts stay those of the pinned one."""
    first = shop.train()
    pin(shop.client, release_log(shop.client, SOURCE), first.release_id, "Ben", "for the feast")
    shop.live(days=1)
    second = shop.train()
    assert second.release_id != first.release_id
    assert first.release_id in shop.predict()


def test_too_little_history_has_a_baseline(shop: Shop) -> None:
    """150 days are too few for three windows: the weekday mean serves, and says why. 60 are too few for anything."""
    units = np.ones((16, 150))
    write_features(shop.client, TABLE, SOURCE, SERIES, FIRST, units)
    release = shop.train()
    assert set(release.served().values()) == {"weekday_mean"}
    assert "150 days of history are too few" in release.serving["smooth"].reason
    assert "448 units" in shop.predict()
    write_features(shop.client, TABLE, SOURCE, SERIES, FIRST, units[:, :60])
    with pytest.raises(Problem, match="60 days of history"):
        shop.train()


def test_what_serves_stays_with_its_parameters_unless_it_is_beaten(shop: Shop) -> None:
    """The released model is held to the same windows, under its own parameters."""
    first = shop.train()
    shop.live(days=14)
    second = shop.train()
    reason = second.serving["smooth"].reason
    same = (
        second.models[second.serving["smooth"].key].parameters == first.models[first.serving["smooth"].key].parameters
    )
    assert ("It served before" in reason) == same
    assert same or "usual_week-" in reason


def test_nothing_released_is_a_sentence(shop: Shop) -> None:
    """It says what to do."""
    with pytest.raises(Problem, match="Train and release one"):
        shop.predict()
    shop.train()
    with pytest.raises(Problem, match="is no day to forecast from"):
        shop.predict(as_of=LAST + 1)


def test_series_are_named_by_the_warehouse(shop: Shop) -> None:
    """Names with blanks stay whole."""
    series = read_series(shop.client, TABLE, SOURCE)
    assert series == sorted(SERIES)
    with pytest.raises(Problem, match="no rows of 'nobody'"):
        read_series(shop.client, TABLE, "nobody")
