"""ClickHouse outside dbt: raw tables, users and grants, the client."""
