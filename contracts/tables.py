"""Names of databases and of the tables that more than one program touches."""

from contracts.events import CATALOG, INVENTORY, SALES

RAW = "raw"
TRUTH = "truth"
DATABASES = (
    RAW,
    "staging",
    "intermediate",
    "core",
    "kpi",
    "features",
    "reporting",
    "realtime",
    "ml",
    "batch",
    "monitoring",
    TRUTH,
)
RAW_TABLES = {
    SALES: f"{RAW}.raw_sales_events",
    INVENTORY: f"{RAW}.raw_inventory_events",
    CATALOG: f"{RAW}.raw_catalog_events",
}
QUARANTINE = f"{RAW}.quarantine"
