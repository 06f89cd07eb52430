"""PostgreSQL for Airflow's own records, from a wheel, reachable through a socket of its owner only."""
