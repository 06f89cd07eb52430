"""A stack beside the running one shares nothing with it but the archives."""

from pathlib import Path

from support import settings_for

from local_stack.own_stack import PORTS, on_its_own


def test_nothing_but_the_archives_is_shared(tmp_path: Path) -> None:
    """Other ports, another home, passwords to be drawn, databases without a prefix; other settings stay, or change."""
    mine = settings_for(tmp_path / "mine", retail_schema_prefix="dev_", kafka_heap_mb=300, dbt_threads=1)
    own = on_its_own(mine, tmp_path / "own", dbt_threads=2)
    assert not {getattr(mine, port) for port in PORTS} & {getattr(own, port) for port in PORTS}
    assert (own.home, own.jars) == (tmp_path / "own", mine.jars)
    assert own.clickhouse_password.get_secret_value() == "" != mine.clickhouse_password.get_secret_value()
    assert (own.retail_schema_prefix, own.kafka_heap_mb, own.dbt_threads) == ("", 300, 2)
