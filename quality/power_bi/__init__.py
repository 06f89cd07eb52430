"""The Power BI model read as text, its measures worked out without Power BI and held against the metrics."""
