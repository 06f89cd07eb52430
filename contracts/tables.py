"""Names of databases and of the tables that more than one program touches."""

from contracts.events import CATALOG, INVENTORY, SALES

RAW = "raw"
TRUTH = "truth"
ML = "ml"
REALTIME = "realtime"
MONITORING = "monitoring"
BATCH = "batch"
DATABASES = (
    RAW,
    "staging",
    "intermediate",
    "core",
    "kpi",
    "features",
    "reporting",
    REALTIME,
    ML,
    BATCH,
    MONITORING,
    TRUTH,
)
# They exist only while a backup or a restore is under way.
FROZEN = "frozen"
REPLACED = "replaced"
RAW_TABLES = {
    SALES: f"{RAW}.raw_sales_events",
    INVENTORY: f"{RAW}.raw_inventory_events",
    CATALOG: f"{RAW}.raw_catalog_events",
}
# What was archived is read with what is there; writers and what asks for the newest rows only take the table itself.
WITH_ARCHIVE = {topic: f"{table}_with_archive" for topic, table in RAW_TABLES.items()}
QUARANTINE = f"{RAW}.quarantine"
PANELS = f"{ML}.panels"
PREDICTIONS = f"{ML}.predictions"
ML_MODEL_RESULTS = f"{ML}.ml_model_results"
RECOMMENDATIONS = f"{ML}.recommendations"
RELEASES = f"{ML}.releases"
CUSTOMER_VALUES = f"{ML}.customer_values"
REALTIME_SALES_METRICS = f"{REALTIME}.realtime_sales_metrics"
REALTIME_LATE_EVENTS = f"{REALTIME}.realtime_late_events"
REALTIME_SALES_ANOMALIES = f"{REALTIME}.realtime_sales_anomalies"
REALTIME_INVENTORY_ALERTS = f"{REALTIME}.realtime_inventory_alerts"
STREAM_PROGRESS = f"{MONITORING}.stream_progress"
STREAM_OFFSETS = f"{MONITORING}.stream_offsets"
STREAM_LAG = f"{MONITORING}.stream_lag"
STREAM_LATENCY = f"{MONITORING}.stream_latency"
REALTIME_STOCK = f"{REALTIME}.realtime_stock"
ALERT_ACKNOWLEDGEMENTS = f"{REALTIME}.alert_acknowledgements"
STOCK_DRIFT = f"{MONITORING}.stock_drift"
ERASURES = f"{MONITORING}.erasures"
ARCHIVED_PARTITIONS = f"{MONITORING}.archived_partitions"
QUALITY_RESULTS = f"{MONITORING}.quality_results"
PUBLICATION = f"{MONITORING}.publication"
BATCH_PROCESSING_RESULTS = f"{BATCH}.batch_processing_results"
