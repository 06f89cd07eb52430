"""The data dictionary: every table and column of the warehouse on one page, for whoever has no dbt docs site."""
