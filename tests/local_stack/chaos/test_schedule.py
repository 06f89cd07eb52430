"""Which faults befall a run, and when."""

import random

from local_stack.chaos.schedule import EVERY, KILLS, MORE, Fault, drawn_strikes


def test_every_fault_strikes_once_and_some_again() -> None:
    """Whatever the seed, each kind of fault is there, and the others are kills."""
    for seed in range(50):
        faults = [strike.fault for strike in drawn_strikes(random.Random(seed), 10_000)]
        for fault in EVERY:
            faults.remove(fault)
        assert len(faults) == MORE and set(faults) <= set(KILLS)


def test_strikes_come_in_order_while_something_is_left_to_land() -> None:
    """No strike is due before the first message or after the last one, and none before its predecessor."""
    for seed in range(50):
        dues = [strike.due for strike in drawn_strikes(random.Random(seed), 10_000)]
        assert dues == sorted(dues) and dues[0] > 0 and dues[-1] < 10_000


def test_a_seed_draws_the_same_and_another_one_does_not() -> None:
    """The schedule is the seed's."""
    assert drawn_strikes(random.Random(3), 10_000) == drawn_strikes(random.Random(3), 10_000)
    assert drawn_strikes(random.Random(3), 10_000) != drawn_strikes(random.Random(4), 10_000)


def test_faults_may_be_named() -> None:
    """A short run names its faults; only their moments are drawn."""
    named = (Fault.DATABASE, Fault.SPARK)
    assert {strike.fault for strike in drawn_strikes(random.Random(1), 1_000, named)} == set(named)
