"""Looks at an experiment, and what each asks for."""

import numpy as np
import pytest

from spark_jobs.experiments.alpha_spending import boundaries, nominal_p_values
from spark_jobs.experiments.write_boundaries import SEED, boundaries_table


def test_five_looks_as_published() -> None:
    """Five looks at 5 %: 4.8769, 3.3569, 2.6803, 2.2898, 2.0310 (Lan and DeMets after O'Brien and Fleming)."""
    assert boundaries(5) == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)


def test_one_look_asks_for_five_percent() -> None:
    """A single look is the usual test."""
    assert nominal_p_values(1) == pytest.approx([0.05])


def test_looks_together_err_in_five_percent() -> None:
    """Of 200,000 random walks without effect 5 % cross a boundary of 8 looks; three times as many pass 5 % at one."""
    random = np.random.default_rng(5)
    walks = np.abs(random.normal(size=(200_000, 8)).cumsum(axis=1) / np.sqrt(np.arange(1, 9)))
    assert (walks > boundaries(8)).any(axis=1).mean() == pytest.approx(0.05, abs=0.002)
    assert (walks > 1.96).any(axis=1).mean() > 0.15


def test_the_seed_is_as_written() -> None:
    """dbt's seed says what the code would write."""
    assert SEED.read_text() == boundaries_table()
