"""Airflow on the laptop: its settings, its processes, its doors."""
