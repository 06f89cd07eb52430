"""A ClickHouse server for a laptop: the real engine (chDB) in one process, behind ClickHouse's HTTP protocol.

`python -m local_stack.clickhouse_server` runs it in the foreground.
"""
