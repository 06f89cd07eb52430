"""2 Land them, 5 learn: Spark programs."""
