"""Makes what follows from dbt, and PBIR from the descriptions of the pages."""
