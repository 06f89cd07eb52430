"""What a landing run says of itself."""

from spark_jobs.landing_watch import events_left


def test_a_run_that_goes_on_counts_only_what_is_still_to_come() -> None:
    """10 of a partition are left; one that is past what Kafka held has none; of one not read yet all are."""
    held = {"sales_events": {0: (0, 100), 1: (0, 50), 2: (20, 25)}}
    assert events_left(held, {("sales_events", 0): 90, ("sales_events", 1): 60}) == 10 + 5
