"""KPIs as the dbt project's metrics define them, compiled to ClickHouse SQL: the one way from a name to a figure."""
