"""The five pages, in order: which figures stand where. (A folder `pages` would be served past `app.py`.)"""

from dashboard.screens import (
    executive_overview,
    inventory_management,
    ml_insights,
    real_time_monitoring,
    store_analytics,
)

PAGES = (
    {"page": executive_overview.show, "title": "Executive Overview", "url_path": "executive_overview", "default": True},
    {"page": real_time_monitoring.show, "title": "Real-time Monitoring", "url_path": "real_time_monitoring"},
    {"page": inventory_management.show, "title": "Inventory Management", "url_path": "inventory_management"},
    {"page": ml_insights.show, "title": "ML Insights", "url_path": "ml_insights"},
    {"page": store_analytics.show, "title": "Store Analytics", "url_path": "store_analytics"},
)
